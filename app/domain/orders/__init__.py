"""Buying: place, pay, hand over, close."""

from app.domain.orders.closing import Overdue, close, list_overdue, note_close_try
from app.domain.orders.errors import OrderNotPayable
from app.domain.orders.events import OrderPaid, PaymentCameLate
from app.domain.orders.joining import take_over
from app.domain.orders.models import CloseReason, Order, OrderLine, OrderState
from app.domain.orders.paying import Outcome, confirm_paid, return_late_money
from app.domain.orders.placing import place
from app.domain.orders.queries import (
    OrderView,
    OrderWords,
    ToPay,
    get_order,
    list_orders,
    notice_words,
    to_pay,
)
from app.domain.orders.referrals import (
    Buyer,
    Campaign,
    Referred,
    Sharer,
    list_buyers,
    list_sharers,
    referred_by,
)
from app.domain.orders.rules import PAY_WITHIN, Placed, Source, Wish

__all__ = [
    "PAY_WITHIN",
    "Buyer",
    "Campaign",
    "CloseReason",
    "Order",
    "OrderLine",
    "OrderNotPayable",
    "OrderPaid",
    "OrderState",
    "OrderView",
    "OrderWords",
    "Outcome",
    "Overdue",
    "PaymentCameLate",
    "Placed",
    "Referred",
    "Sharer",
    "Source",
    "ToPay",
    "Wish",
    "close",
    "confirm_paid",
    "get_order",
    "list_buyers",
    "list_orders",
    "list_overdue",
    "list_sharers",
    "note_close_try",
    "notice_words",
    "place",
    "referred_by",
    "return_late_money",
    "take_over",
    "to_pay",
]
