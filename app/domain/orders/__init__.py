"""Buying: place, pay, hand over, close."""

from app.domain.orders.choosing import Candidate, Choice
from app.domain.orders.closing import Overdue, close, hurry_unpaid, list_overdue, note_close_try
from app.domain.orders.desk import (
    OrderFile,
    OrderFilter,
    OrderMove,
    OrderPayment,
    OrderRow,
    OrderVoucher,
    list_for_desk,
    moves_of,
    number_by_payment,
    open_file,
    payments_of,
    vouchers_of,
)
from app.domain.orders.earning import Purchase, purchase_of, refundable_until
from app.domain.orders.errors import NothingToGiveBack, OrderNotPayable, TenderRefused
from app.domain.orders.events import OrderFromChat, OrderPaid, PaymentCameLate, PotsMoved
from app.domain.orders.growing import GrowthLine, list_growth
from app.domain.orders.joining import take_over
from app.domain.orders.models import (
    CloseReason,
    Order,
    OrderLine,
    OrderState,
    OrderTender,
    TenderKind,
    TenderState,
)
from app.domain.orders.paying import Outcome, confirm_paid, return_late_money
from app.domain.orders.placing import note_chat, place
from app.domain.orders.pricing import Price
from app.domain.orders.queries import (
    OrderView,
    OrderWords,
    ToPay,
    get_order,
    list_orders,
    notice_words,
    to_pay,
)
from app.domain.orders.quoting import Idea, OrderQuote, quote
from app.domain.orders.referrals import (
    Buyer,
    Campaign,
    Referred,
    Sharer,
    list_buyers,
    list_sharers,
    referred_by,
)
from app.domain.orders.restocking import restock
from app.domain.orders.returning import Split, Weight, give_back
from app.domain.orders.rules import PAY_WITHIN, Placed, SealedChat, Source, Wish
from app.domain.orders.selling import Sold, set_stock, sold_of_offer
from app.domain.orders.tenders import Tender, tenders_of

__all__ = [
    "PAY_WITHIN",
    "Buyer",
    "Campaign",
    "Candidate",
    "Choice",
    "CloseReason",
    "GrowthLine",
    "Idea",
    "NothingToGiveBack",
    "Order",
    "OrderFile",
    "OrderFilter",
    "OrderFromChat",
    "OrderLine",
    "OrderMove",
    "OrderNotPayable",
    "OrderPaid",
    "OrderPayment",
    "OrderQuote",
    "OrderRow",
    "OrderState",
    "OrderTender",
    "OrderView",
    "OrderVoucher",
    "OrderWords",
    "Outcome",
    "Overdue",
    "PaymentCameLate",
    "Placed",
    "PotsMoved",
    "Price",
    "Purchase",
    "Referred",
    "SealedChat",
    "Sharer",
    "Sold",
    "Source",
    "Split",
    "Tender",
    "TenderKind",
    "TenderRefused",
    "TenderState",
    "ToPay",
    "Weight",
    "Wish",
    "close",
    "confirm_paid",
    "get_order",
    "give_back",
    "hurry_unpaid",
    "list_buyers",
    "list_for_desk",
    "list_growth",
    "list_orders",
    "list_overdue",
    "list_sharers",
    "moves_of",
    "note_chat",
    "note_close_try",
    "notice_words",
    "number_by_payment",
    "open_file",
    "payments_of",
    "place",
    "purchase_of",
    "quote",
    "referred_by",
    "refundable_until",
    "restock",
    "return_late_money",
    "set_stock",
    "sold_of_offer",
    "take_over",
    "tenders_of",
    "to_pay",
    "vouchers_of",
]
