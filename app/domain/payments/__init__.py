"""Money asked for, received and returned."""

from app.domain.payments.comparing import (
    ChannelDay,
    OpenDifference,
    list_channels_to_compare,
    list_money_of,
    list_open_differences,
    record_differences,
)
from app.domain.payments.errors import UnknownPayment, WrongPayment
from app.domain.payments.events import RefundAsked
from app.domain.payments.looking import (
    Bill,
    WaitingPayment,
    find_bill,
    list_due_looks,
    note_look,
    remember_prepay,
)
from app.domain.payments.models import BillDifference, Payment, PaymentState, Refund, RefundState
from app.domain.payments.refunding import (
    OpenRefund,
    RefundFact,
    RefundOrder,
    StuckRefund,
    ask_refund,
    list_open_refunds,
    list_stuck_refunds,
    note_refund_look,
    refund_to_send,
    settle_refund,
)
from app.domain.payments.rules import (
    Asked,
    Difference,
    OurLine,
    PaidFact,
    TheirLine,
    check_fact,
    compare,
)

__all__ = [
    "Asked",
    "Bill",
    "BillDifference",
    "ChannelDay",
    "Difference",
    "OpenDifference",
    "OpenRefund",
    "OurLine",
    "PaidFact",
    "Payment",
    "PaymentState",
    "Refund",
    "RefundAsked",
    "RefundFact",
    "RefundOrder",
    "RefundState",
    "StuckRefund",
    "TheirLine",
    "UnknownPayment",
    "WaitingPayment",
    "WrongPayment",
    "ask_refund",
    "check_fact",
    "compare",
    "find_bill",
    "list_channels_to_compare",
    "list_due_looks",
    "list_money_of",
    "list_open_differences",
    "list_open_refunds",
    "list_stuck_refunds",
    "note_look",
    "note_refund_look",
    "record_differences",
    "refund_to_send",
    "remember_prepay",
    "settle_refund",
]
