"""Rights that a friend may use: one voucher once, or some uses of a card. Never passed on.

The friend shows his own code, and the points of a use are his, for they reward whoever comes to
the store. What was paid, and with it the right to a refund, stays with the buyer.
"""

from app.domain.sharing.claiming import Claimed, claim
from app.domain.sharing.ending import TakenBack, expire_due, take_back, take_over
from app.domain.sharing.errors import (
    LinkUnknown,
    NothingToTakeBack,
    NotShareable,
    OwnShare,
    SharedBefore,
    ShareOver,
    ShareTaken,
    ShareWaiting,
    TooMuchShared,
)
from app.domain.sharing.events import ShareClaimed, ShareTakenBack
from app.domain.sharing.giving import NewShare, give_sub_card, renew_link, share_once
from app.domain.sharing.models import Share, SharedVoucher, ShareKind, ShareState
from app.domain.sharing.queries import Box, ShareView, get_share, list_shares, look
from app.domain.sharing.rules import is_shareable_once
from app.domain.sharing.telling import ShareWords, notice_words, refuse_if_waiting

__all__ = [
    "Box",
    "Claimed",
    "LinkUnknown",
    "NewShare",
    "NotShareable",
    "NothingToTakeBack",
    "OwnShare",
    "Share",
    "ShareClaimed",
    "ShareKind",
    "ShareOver",
    "ShareState",
    "ShareTaken",
    "ShareTakenBack",
    "ShareView",
    "ShareWaiting",
    "ShareWords",
    "SharedBefore",
    "SharedVoucher",
    "TakenBack",
    "TooMuchShared",
    "claim",
    "expire_due",
    "get_share",
    "give_sub_card",
    "is_shareable_once",
    "list_shares",
    "look",
    "notice_words",
    "refuse_if_waiting",
    "renew_link",
    "share_once",
    "take_back",
    "take_over",
]
