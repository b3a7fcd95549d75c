"""A second person for what moves much money: asked for, decided by another, done in one step."""

from app.domain.approvals.actions import (
    Action,
    AgreeToRefund,
    GiveGoodwill,
    MassGrant,
    RefundOrder,
)
from app.domain.approvals.asking import Outcome, ask_or_do, needs_second, refuse_alone
from app.domain.approvals.carrying import terms_print
from app.domain.approvals.deciding import approve, decline, expire_due
from app.domain.approvals.errors import (
    ApprovalNeeded,
    ApprovalOutgrown,
    ApprovalSettled,
    ApprovalWaits,
    NotByYou,
    ReasonNeeded,
)
from app.domain.approvals.limits import DEFAULTS, limits_of, set_limit
from app.domain.approvals.models import Kind, State
from app.domain.approvals.queries import (
    ApprovalView,
    count_waiting,
    get_approval,
    list_settled,
    list_waiting,
)

__all__ = [
    "DEFAULTS",
    "Action",
    "AgreeToRefund",
    "ApprovalNeeded",
    "ApprovalOutgrown",
    "ApprovalSettled",
    "ApprovalView",
    "ApprovalWaits",
    "GiveGoodwill",
    "Kind",
    "MassGrant",
    "NotByYou",
    "Outcome",
    "ReasonNeeded",
    "RefundOrder",
    "State",
    "approve",
    "ask_or_do",
    "count_waiting",
    "decline",
    "expire_due",
    "get_approval",
    "limits_of",
    "list_settled",
    "list_waiting",
    "needs_second",
    "refuse_alone",
    "set_limit",
    "terms_print",
]
