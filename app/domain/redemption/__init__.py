"""A merchant scans; a voucher is spent once, and the points arrive in the same act."""

from app.domain.redemption.cards import CardLine, CardView, UseOfCard, get_card
from app.domain.redemption.choosing import Match, best_match
from app.domain.redemption.errors import (
    CodeIsRevealed,
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
    Visit,
    notice_words,
    today,
    visit_of,
)
from app.domain.redemption.quoting import Quote, quote
from app.domain.redemption.redeeming import redeem
from app.domain.redemption.refusing import record_refusal
from app.domain.redemption.reversing import Reversed, reverse
from app.domain.redemption.rules import Redeemed, Scan
from app.domain.redemption.story import (
    VoucherFile,
    VoucherStep,
    voucher_file,
    voucher_of_redemption,
    voucher_story,
)

__all__ = [
    "CardLine",
    "CardView",
    "CodeIsRevealed",
    "Match",
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
    "UseOfCard",
    "Visit",
    "VoucherFile",
    "VoucherRedeemed",
    "VoucherStep",
    "best_match",
    "get_card",
    "notice_words",
    "quote",
    "record_refusal",
    "redeem",
    "reverse",
    "today",
    "visit_of",
    "voucher_file",
    "voucher_of_redemption",
    "voucher_story",
]
