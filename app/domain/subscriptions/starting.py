"""A monthly card begins with its paid order, or goes on where the one before it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from app.domain import merchants
from app.domain.subscriptions import statements
from app.domain.subscriptions.rules import Plan, Slot, allocate, plan_of, schedule, starts_on
from app.kernel import audit, calendar, numbers
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class _Wording:
    benefit_id: int
    revision_id: int


@dataclass(frozen=True)
class _Bought:
    offer_id: int
    title: str


@dataclass(frozen=True)
class _Earlier:
    id: int
    anchor_on: date
    address_id: int | None
    last_month: int


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True, kw_only=True)
class _Begin:
    """From which day and month on, after which card, and where to."""

    anchor_on: date
    first_month: int = 0
    follows_id: int | None = None
    address_id: int | None = None


def start(
    *,
    merchant_id: int,
    member_id: int,
    order_id: int,
    order_number: str,
    paid_fen: int,
    terms: Mapping[str, Any],
    at: datetime,
) -> str:
    """The card that a paid order bought; its number. The first period begins on this day.

    While an earlier card of the same offer still has months to come, the new one goes on after
    its last. `terms` are those of the order's line; `paid_fen` is divided among the periods.
    Raises NotFound for an order without such a line.
    """
    which = {"merchant_id": merchant_id, "member_id": member_id, "order_id": order_id}
    bought = fetch_one(_Bought, statements.BOUGHT, which)
    if bought is None:
        raise NotFound("This order bought no monthly card.", order=order_number)
    plan = plan_of(terms, _wordings(merchant_id, terms))
    begin = _begin({**which, "offer_id": bought.offer_id}, at=at)
    number = numbers.new(numbers.Kind.SUBSCRIPTION, merchant_id=merchant_id)
    execute(
        statements.START,
        {
            **which,
            "number": number,
            "offer_id": bought.offer_id,
            "title": bought.title,
            "plan": msgspec.json.encode(plan.to_json()).decode(),
            "paid_fen": paid_fen,
            "anchor_on": begin.anchor_on,
            "address_id": begin.address_id,
            "follows_id": begin.follows_id,
            "at": at,
            **_rows(_slots(merchant_id, plan, begin, at=at), paid_fen),
        },
    )
    audit.record(
        merchant_id=merchant_id,
        actor=f"member:{member_id}",
        action="subscription.start",
        subject=number,
        at=at,
        details={"order": order_number},
    )
    return number


def _wordings(merchant_id: int, terms: Mapping[str, Any]) -> dict[int, int]:
    named = {benefit for item in terms["items"] for benefit in item["benefit_ids"]}
    which = {"merchant_id": merchant_id, "ids": sorted(named)}
    found = fetch_all(_Wording, statements.WORDINGS, which)
    return {each.benefit_id: each.revision_id for each in found}


def _begin(which: dict[str, int], *, at: datetime) -> _Begin:
    today = calendar.day_of(at, merchants.profile(merchant_id=which["merchant_id"]).zone)
    earlier = _latest(which)
    if earlier and starts_on(earlier.anchor_on, earlier.last_month + 1) > today:
        return _Begin(
            anchor_on=earlier.anchor_on,
            first_month=earlier.last_month + 1,
            follows_id=earlier.id,
            address_id=earlier.address_id,
        )
    address = fetch_one(_Id, statements.DEFAULT_ADDRESS, which)
    return _Begin(anchor_on=today, address_id=address.id if address else None)


def _latest(which: dict[str, int]) -> _Earlier | None:
    """The last card of this kind, held. Whoever waited for it looks again what came meanwhile."""
    found = fetch_one(_Earlier, statements.LOCK_LATEST, which)
    while found:
        again = fetch_one(_Earlier, statements.LOCK_LATEST, which)
        if again == found:
            break
        found = again
    return found


def _slots(merchant_id: int, plan: Plan, begin: _Begin, *, at: datetime) -> list[Slot]:
    months = range(begin.first_month, begin.first_month + plan.periods)
    zone = merchants.profile(merchant_id=merchant_id).zone
    return schedule(
        begin.anchor_on, list(months), lock_days=plan.lock_days, zone=zone, bought_at=at
    )


def _rows(slots: list[Slot], paid_fen: int) -> dict[str, object]:
    return {
        "ns": list(range(1, len(slots) + 1)),
        "months": [slot.month for slot in slots],
        "days": [slot.starts_on for slot in slots],
        "locks": [slot.locks_at for slot in slots],
        "amounts": allocate(paid_fen, periods=len(slots)),
    }
