"""A merchant scans; a voucher is spent once, and the points arrive in the same act."""

from app.domain.redemption.errors import (
    NotReversible,
    OutsideConditions,
    ReverseNotAllowed,
)
from app.domain.redemption.events import RedemptionReversed, VoucherRedeemed
from app.domain.redemption.models import Redemption, Refusal
from app.domain.redemption.queries import (
    RedemptionWords,
    TodayLine,
    TodayTotals,
    notice_words,
    today,
)
from app.domain.redemption.quoting import Quote, quote
from app.domain.redemption.redeeming import redeem
from app.domain.redemption.refusing import record_refusal
from app.domain.redemption.reversing import Reversed, reverse
from app.domain.redemption.rules import Redeemed, Scan

__all__ = [
    "NotReversible",
    "OutsideConditions",
    "Quote",
    "Redeemed",
    "Redemption",
    "RedemptionReversed",
    "RedemptionWords",
    "Refusal",
    "ReverseNotAllowed",
    "Reversed",
    "Scan",
    "TodayLine",
    "TodayTotals",
    "VoucherRedeemed",
    "notice_words",
    "quote",
    "record_refusal",
    "redeem",
    "reverse",
    "today",
]
