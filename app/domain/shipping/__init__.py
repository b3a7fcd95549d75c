"""What WeChat is told about the delivery of an order, without which it keeps the money."""

from app.domain.shipping.actions import (
    Report,
    hurry,
    mark_not_needed,
    mark_refused,
    mark_sent,
    postpone,
    set_parcel,
    settle,
    start,
    take,
    try_again,
)
from app.domain.shipping.errors import NotReportable
from app.domain.shipping.models import ReportState, ShippingParcel, ShippingReport
from app.domain.shipping.parcels import (
    Packed,
    add_parcel,
    close_parcels,
    list_packed,
    mark_partly_sent,
)
from app.domain.shipping.queries import (
    DueReport,
    OpenReport,
    Stuck,
    is_to_come,
    list_due,
    list_open,
    stuck,
    stuck_everywhere,
)
from app.domain.shipping.rules import NOT_MANAGED, Delivery, Parcel

__all__ = [
    "NOT_MANAGED",
    "Delivery",
    "DueReport",
    "NotReportable",
    "OpenReport",
    "Packed",
    "Parcel",
    "Report",
    "ReportState",
    "ShippingParcel",
    "ShippingReport",
    "Stuck",
    "add_parcel",
    "close_parcels",
    "hurry",
    "is_to_come",
    "list_due",
    "list_open",
    "list_packed",
    "mark_not_needed",
    "mark_partly_sent",
    "mark_refused",
    "mark_sent",
    "postpone",
    "set_parcel",
    "settle",
    "start",
    "stuck",
    "stuck_everywhere",
    "take",
    "try_again",
]
