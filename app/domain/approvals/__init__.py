"""A second person for what moves much money: asked for, decided by another, done in one step."""

from app.domain.approvals.actions import (
    Action,
    AgreeToRefund,
    CardBatch,
    GiveGoodwill,
    MassGrant,
    PaidByHand,
    RefundOrder,
    RefundParcel,
)
from app.domain.approvals.asking import Outcome, ask_or_do, do_alone, needs_second, refuse_alone
from app.domain.approvals.deciding import approve, decline, expire_due, withdraw
from app.domain.approvals.errors import (
    ApprovalNeeded,
    ApprovalOutgrown,
    ApprovalSettled,
    ApprovalWaits,
    NotByYou,
    ReasonNeeded,
)
from app.domain.approvals.limits import limits_of, set_limit
from app.domain.approvals.models import Kind, State
from app.domain.approvals.presents import terms_print
from app.domain.approvals.queries import (
    ApprovalView,
    Question,
    count_waiting,
    get_approval,
    list_settled,
    list_waiting,
    newest_about,
)

__all__ = [
    "Action",
    "AgreeToRefund",
    "ApprovalNeeded",
    "ApprovalOutgrown",
    "ApprovalSettled",
    "ApprovalView",
    "ApprovalWaits",
    "CardBatch",
    "GiveGoodwill",
    "Kind",
    "MassGrant",
    "NotByYou",
    "Outcome",
    "PaidByHand",
    "Question",
    "ReasonNeeded",
    "RefundOrder",
    "RefundParcel",
    "State",
    "approve",
    "ask_or_do",
    "count_waiting",
    "decline",
    "do_alone",
    "expire_due",
    "get_approval",
    "limits_of",
    "list_settled",
    "list_waiting",
    "needs_second",
    "newest_about",
    "refuse_alone",
    "set_limit",
    "terms_print",
    "withdraw",
]
