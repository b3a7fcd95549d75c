"""Getting money back: frozen, paid, taken back, done; each step once, and none of them lost."""

from app.domain.aftersales.advancing import (
    Running,
    advance,
    find_settled,
    hold_return,
    list_running,
    note_look,
    note_trouble,
)
from app.domain.aftersales.asking import (
    Wanted,
    ask,
    ask_for_buyer,
    ask_for_expired,
    ask_for_part,
    look_at_expired,
)
from app.domain.aftersales.choosing import quote_chosen
from app.domain.aftersales.deciding import approve, decline, withdraw
from app.domain.aftersales.errors import (
    NothingToCollect,
    NothingToRefund,
    NotRefundable,
    OrderNotRefundable,
    RefundDecided,
    RefundUnderWay,
)
from app.domain.aftersales.events import (
    RefundDeclined,
    RefundDone,
    RefundFrozen,
    RefundRequested,
)
from app.domain.aftersales.explaining import Help, Standing, explain, is_to_collect
from app.domain.aftersales.models import Return, ReturnedVoucher, ReturnState
from app.domain.aftersales.parcels import refund_parcel
from app.domain.aftersales.queries import (
    STUCK_AFTER,
    ExpiredOrder,
    Open,
    ReturnView,
    ReturnWords,
    StuckReturn,
    get_return,
    list_all,
    list_expired,
    list_of_order,
    list_open,
    list_returns,
    list_stuck,
    notice_words,
)
from app.domain.aftersales.quoting import hold_for_return, hold_order, quote
from app.domain.aftersales.retrying import (
    collect,
    paid_by_hand,
    retry,
    retry_by_transfer,
    stuck_refund,
)
from app.domain.aftersales.revoking import undone_bp
from app.domain.aftersales.rules import Asker, Quote, QuoteLine, choose

__all__ = [
    "STUCK_AFTER",
    "Asker",
    "ExpiredOrder",
    "Help",
    "NotRefundable",
    "NothingToCollect",
    "NothingToRefund",
    "Open",
    "OrderNotRefundable",
    "Quote",
    "QuoteLine",
    "RefundDecided",
    "RefundDeclined",
    "RefundDone",
    "RefundFrozen",
    "RefundRequested",
    "RefundUnderWay",
    "Return",
    "ReturnState",
    "ReturnView",
    "ReturnWords",
    "ReturnedVoucher",
    "Running",
    "Standing",
    "StuckReturn",
    "Wanted",
    "advance",
    "approve",
    "ask",
    "ask_for_buyer",
    "ask_for_expired",
    "ask_for_part",
    "choose",
    "collect",
    "decline",
    "explain",
    "find_settled",
    "get_return",
    "hold_for_return",
    "hold_order",
    "hold_return",
    "is_to_collect",
    "list_all",
    "list_expired",
    "list_of_order",
    "list_open",
    "list_returns",
    "list_running",
    "list_stuck",
    "look_at_expired",
    "note_look",
    "note_trouble",
    "notice_words",
    "paid_by_hand",
    "quote",
    "quote_chosen",
    "refund_parcel",
    "retry",
    "retry_by_transfer",
    "stuck_refund",
    "undone_bp",
    "withdraw",
]
