"""When the platform tries again after a notice was not acknowledged: seconds from try to try."""

Ladder = tuple[float, ...]

# Payments, refunds, profit sharing, complaints: fifteen tries more, 24 hours 4 minutes.
COMMON: Ladder = (
    *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600),
    *(10800, 10800, 10800, 21600, 21600),
)
# Told by the beginning of the event type; the first that fits counts.
LADDERS: tuple[tuple[str, Ladder], ...] = (
    ("COUPON.SEND", (60,) * 11),
    ("COUPON.USE", (60,) * 9),
    ("PRODUCT_COUPON.SEND", (60,) * 11),
    ("MCHTRANSFER.BILL.FINISHED", (*(15,) * 10, *(300,) * 10, *(1800,) * 44)),
)


def ladder_for(event_type: str) -> Ladder:
    """The steps after the first try, in seconds of the platform's clock."""
    return next((steps for begin, steps in LADDERS if event_type.startswith(begin)), COMMON)
