"""A card as it is while its row is held, and its periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.subscriptions import statements
from app.domain.subscriptions.models import CardState, PeriodState
from app.domain.subscriptions.rules import Plan
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class Card:
    id: int
    number: str
    member_id: int
    order_id: int
    offer_id: int
    title: str
    kept_plan: dict[str, Any]
    paid_fen: int
    state: str
    anchor_on: date
    address_id: int | None
    skips: int
    paused_by: str | None

    @property
    def plan(self) -> Plan:
        return Plan.from_json(self.kept_plan)

    @property
    def is_paused_by_shop(self) -> bool:
        return self.paused_by is not None and not self.paused_by.startswith("member:")

    def stands(self, state: CardState) -> bool:
        return self.state == state


@dataclass(frozen=True)
class Period:
    id: int
    n: int
    month: int
    starts_on: date
    locks_at: datetime
    amount_fen: int
    choices: dict[str, int]
    state: str
    asked_at: datetime | None
    opened_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        return self.state == PeriodState.WAITING


def lock_own(*, merchant_id: int, member_id: int, number: str) -> Card:
    """A member's own card, held. Raises NotFound, also for another's."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "number": number}
    card = fetch_one(Card, statements.LOCK_OWN, which)
    if card is None:
        raise NotFound("There is no such monthly card.", number=number[:40])
    return card


def lock_by_number(*, merchant_id: int, number: str) -> Card:
    """A card of whomever, held. Raises NotFound."""
    card = fetch_one(
        Card, statements.LOCK_BY_NUMBER, {"merchant_id": merchant_id, "number": number}
    )
    if card is None:
        raise NotFound("There is no such monthly card.", number=number[:40])
    return card


def periods_of(*, merchant_id: int, subscription_id: int) -> list[Period]:
    which = {"merchant_id": merchant_id, "subscription_id": subscription_id}
    return fetch_all(Period, statements.PERIODS, which)


def waiting(periods: Sequence[Period]) -> list[Period]:
    """Those that have not begun, the next one first."""
    return [period for period in periods if period.is_waiting]
