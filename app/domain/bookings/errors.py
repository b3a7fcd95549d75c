from app.domain.vouchers import VoucherRefusal
from app.kernel.errors import DomainError


class SessionOver(DomainError):
    """Called off, or it has begun."""

    code = "session_over"


class SessionFull(DomainError):
    code = "session_full"


class VoucherDoesNotFit(DomainError):
    code = "voucher_does_not_fit"


class AlreadyBooked(DomainError):
    """The voucher has a seat, or waits for one, at another session."""

    code = "already_booked"


class BookingLocked(DomainError):
    """Too late to give the seat back."""

    code = "booking_locked"


class BookingClosed(DomainError):
    code = "booking_closed"


class OfferLapsed(DomainError):
    """There is no seat (any more) that waits for his word."""

    code = "seat_not_offered"


class NotBooked(VoucherRefusal):
    """At the door without a booked seat, or at another time or place than that of the seat."""

    code = "not_booked"
    clerk_text = "本券没有本场次的有效预约，请勿核销。"
    holder_text = "这张券需要先预约，并在预约的场次到店使用。"
    next_step = "请在小程序中查看预约的场次与门店。"
