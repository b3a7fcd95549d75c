"""What a member is told about his stored value, as jobs put it into words."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import members
from app.domain.stored_value import statements
from app.domain.stored_value.queries import balance
from app.kernel.db import fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class ValueNews:
    """In fen: what came, went or was changed, and what can be spent now.

    `label` says which one it was: an order's number, a gift card's, or the reason of a correction.
    """

    member_id: int
    label: str
    paid_fen: int
    bonus_fen: int
    at: datetime
    left_fen: int


@dataclass(frozen=True)
class _Row:
    member_id: int
    label: str
    paid_fen: int
    bonus_fen: int
    at: datetime


def came_in(*, merchant_id: int, credit_id: int) -> ValueNews:
    """A credit that was filled. Raises NotFound."""
    return _find(statements.CREDIT_NEWS, merchant_id, credit_id)


def spent(*, merchant_id: int, order_id: int) -> ValueNews:
    """What an order took, to whose value it was. Raises NotFound."""
    return _find(statements.SPENT_NEWS, merchant_id, order_id)


def adjusted(*, merchant_id: int, adjustment_id: int) -> ValueNews:
    """A correction that was approved; below zero what was taken away. Raises NotFound."""
    return _find(statements.ADJUSTMENT_NEWS, merchant_id, adjustment_id)


def _find(statement: str, merchant_id: int, row_id: int) -> ValueNews:
    row = fetch_one(_Row, statement, {"merchant_id": merchant_id, "id": row_id})
    if row is None:
        raise NotFound("There is nothing to tell about this.")
    member_id = members.canonical_id(merchant_id=merchant_id, member_id=row.member_id)
    left = balance(merchant_id=merchant_id, member_id=member_id)
    return ValueNews(
        member_id, row.label, row.paid_fen, row.bonus_fen, row.at, left.paid_fen + left.bonus_fen
    )
