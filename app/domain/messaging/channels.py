"""The ways by which a message can reach a person, and in which order they are tried."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Channel(StrEnum):
    """What each of them needs: see `Way`."""

    SUBSCRIBE = "subscribe"
    SERVICE_CARD = "service_card"
    OA_TEMPLATE = "oa_template"
    OA_SUBSCRIBE = "oa_subscribe"
    KF = "kf"


# The card of a payment speaks of what was bought, not of where it went since.
_WITHOUT_CARD = (Channel.SUBSCRIBE, Channel.OA_TEMPLATE, Channel.OA_SUBSCRIBE, Channel.KF)

ROUTES: dict[str, tuple[Channel, ...]] = {
    # The card costs no grant; those are kept for what cannot be said without one.
    "order_paid": (
        Channel.SERVICE_CARD,
        Channel.SUBSCRIBE,
        Channel.OA_TEMPLATE,
        Channel.OA_SUBSCRIBE,
        Channel.KF,
    ),
    # A card of several vouchers changes its state once, so a message of its own says more.
    "voucher_redeemed": (
        Channel.SUBSCRIBE,
        Channel.SERVICE_CARD,
        Channel.OA_TEMPLATE,
        Channel.OA_SUBSCRIBE,
        Channel.KF,
    ),
    "assist_unlocked": _WITHOUT_CARD,
    "assist_short": _WITHOUT_CARD,
    "assist_hurry": _WITHOUT_CARD,
    "assist_over": _WITHOUT_CARD,
    "gift_claimed": _WITHOUT_CARD,
    "gift_received": _WITHOUT_CARD,
    "gift_declined": _WITHOUT_CARD,
    "gift_returned": _WITHOUT_CARD,
    "gift_due": _WITHOUT_CARD,
    "gift_ending": _WITHOUT_CARD,
    "share_claimed": _WITHOUT_CARD,
    "share_taken_back": _WITHOUT_CARD,
    "seat_offered": _WITHOUT_CARD,
    "session_called_off": _WITHOUT_CARD,
    "tier_raised": _WITHOUT_CARD,
    "tier_ending": _WITHOUT_CARD,
    "points_expiring": _WITHOUT_CARD,
    "value_topped_up": _WITHOUT_CARD,
    "value_spent": _WITHOUT_CARD,
    "value_frozen": _WITHOUT_CARD,
    "value_adjusted": _WITHOUT_CARD,
    "refund_asked": _WITHOUT_CARD,
    "refund_declined": _WITHOUT_CARD,
    "refund_to_collect": _WITHOUT_CARD,
    "refund_done": _WITHOUT_CARD,
    "period_closing": _WITHOUT_CARD,
    "period_ready": _WITHOUT_CARD,
    "period_address": _WITHOUT_CARD,
    "parcel_sent": _WITHOUT_CARD,
    "complaint_waits": _WITHOUT_CARD,
}
"""By message: the first way that is open is taken, the next one when nothing was sent."""

NEEDS_GRANT = frozenset({Channel.SUBSCRIBE, Channel.OA_SUBSCRIBE})
"""One acceptance, one message."""

REPEATABLE = frozenset({Channel.OA_TEMPLATE})
"""The platform sends one message per number of ours, however often it is asked."""

REPEATABLE_FOR = timedelta(minutes=9)
"""The platform remembers our number for ten minutes; the clocks need not agree."""

CARD_OPENS_WITHIN = timedelta(hours=24)
CARD_LASTS = timedelta(days=30)
"""A service card is activated within a day of the payment, and changed for thirty days after."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a service card hangs on: the payment, as the platform knows it. Amount in fen."""

    transaction_id: str
    paid_fen: int
    paid_at: datetime


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way that is open now: in which app, and as whom the app knows the person.

    The edge finds them: a mini-program's openid for `subscribe`, a payment in it that is young
    enough for `service_card`, a follower for the two of the official account, an open
    customer-service window for `kf`.
    """

    channel: Channel
    appid: str
    openid: str = field(repr=False)
    receipt: Receipt | None = field(default=None, repr=False)
