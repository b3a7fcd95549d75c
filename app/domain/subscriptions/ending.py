"""Giving a card back: what has not begun yet does not come, and its money is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.subscriptions import statements
from app.domain.subscriptions.cards import Card, Period, periods_of, waiting
from app.domain.subscriptions.events import PlanOver
from app.domain.subscriptions.models import CardState, PeriodState
from app.domain.subscriptions.rules import formula
from app.kernel import audit
from app.kernel.db import execute, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True, kw_only=True)
class Unserved:
    """So many periods have not begun, and hold so much of what was paid, in fen."""

    periods: int
    amount_fen: int
    formula: str


NOTHING = Unserved(periods=0, amount_fen=0, formula="")


def unserved(*, merchant_id: int, order_id: int, at: datetime) -> Unserved:  # noqa: ARG001 - what has begun is written down, not reckoned
    """What is left of an order's monthly card; nothing when it bought none, or it was given back.

    Only a look: `stop` says what is given back in the end.
    """
    which = {"merchant_id": merchant_id, "order_id": order_id}
    card = fetch_one(Card, statements.FIND_BY_ORDER, which)
    if card is None:
        return NOTHING
    return _sum(card, waiting(periods_of(merchant_id=merchant_id, subscription_id=card.id)))


def stop(
    *, merchant_id: int, order_id: int, at: datetime, actor: str = "system", reason: str = ""
) -> Unserved:
    """No further period of this order's card begins; what those were worth. Repeatable.

    It says the same each time, so whoever gives the money back asks here first. A period that
    has begun is being packed, and stays.
    """
    which = {"merchant_id": merchant_id, "order_id": order_id}
    card = fetch_one(Card, statements.LOCK_BY_ORDER, which)
    if card is None:
        return NOTHING
    if not card.stands(CardState.STOPPED):
        execute(statements.STOP, {"merchant_id": merchant_id, "id": card.id, "at": at})
        audit.record(
            merchant_id=merchant_id,
            actor=actor,
            action="subscription.stop",
            subject=card.number,
            at=at,
            details={"reason": reason} if reason else {},
        )
        publish(PlanOver(merchant_id=merchant_id, order_id=order_id), at=at)
    found = periods_of(merchant_id=merchant_id, subscription_id=card.id)
    return _sum(card, [each for each in found if each.state == PeriodState.CANCELLED])


def _sum(card: Card, left: Sequence[Period]) -> Unserved:
    amounts = [period.amount_fen for period in left]
    return Unserved(
        periods=len(left),
        amount_fen=sum(amounts),
        formula=formula(card.paid_fen, periods=card.plan.periods, unserved=amounts),
    )
