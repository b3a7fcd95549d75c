"""What a member may do with his card before the next parcel is fixed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain import members, merchants
from app.domain.subscriptions import addresses, statements
from app.domain.subscriptions.cards import Card, Period, lock_own, periods_of, waiting
from app.domain.subscriptions.errors import (
    CardPaused,
    NoSuchChoice,
    NothingAhead,
    PeriodLocked,
    SkipLimitReached,
)
from app.domain.subscriptions.models import CardState
from app.domain.subscriptions.rules import slot_of
from app.kernel import audit
from app.kernel.db import execute, fetch_all


@dataclass(frozen=True)
class _Id:
    id: int


def skip(
    *, merchant_id: int, member_id: int, number: str, period: int, starts_on: date, at: datetime
) -> None:
    """Leave out the month of the next period; it comes at the end instead.

    `period` and its day are what he saw as the next, so that the same wish twice skips one month.
    Raises NotFound, NothingAhead, CardPaused, PeriodLocked, SkipLimitReached.
    """
    card = lock_own(merchant_id=merchant_id, member_id=member_id, number=number)
    ahead = next_period(merchant_id, card, at=at)
    if ahead.n == period and ahead.starts_on > starts_on:
        return
    if (ahead.n, ahead.starts_on) != (period, starts_on):
        raise PeriodLocked("这一期已经开始备货，不能再改了", period=period)
    most = card.plan.skip_limit
    if not execute(
        statements.COUNT_SKIP, {"merchant_id": merchant_id, "id": card.id, "most": most}
    ):
        raise SkipLimitReached("这张月卡的跳过次数已用完", limit=most)
    move(merchant_id, card, by=1)
    _note(merchant_id, card, "subscription.skip", at)


def choose(
    *,
    merchant_id: int,
    member_id: int,
    number: str,
    period: int,
    place: int,
    benefit_number: str,
    at: datetime,
) -> None:
    """Which of the benefits in this place of the plan he wants in that period.

    Raises NotFound, NoSuchChoice, PeriodLocked.
    """
    card = lock_own(merchant_id=merchant_id, member_id=member_id, number=number)
    wanted = _open_period(merchant_id, card, period, at=at)
    chosen = _choice(merchant_id, card, place, benefit_number)
    execute(
        statements.CHOOSE,
        {
            "merchant_id": merchant_id,
            "id": wanted.id,
            "chosen": json.dumps({str(place): chosen}),
        },
    )


def send_to(
    *, merchant_id: int, member_id: int, number: str, address_id: int, at: datetime
) -> None:
    """Where this card's parcels go from the next one on. Parcels being packed keep theirs.

    Raises NotFound, CodesFrozen.
    """
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    card = lock_own(merchant_id=merchant_id, member_id=member_id, number=number)
    addresses.hold_address(merchant_id=merchant_id, member_id=member_id, address_id=address_id)
    which = {"merchant_id": merchant_id, "id": card.id}
    execute(statements.SEND_TO, {**which, "address_id": address_id})
    _note(merchant_id, card, "subscription.send_to", at)


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> int:
    """One person turned out to be two members: his cards come together. Repeatable."""
    pair = {"loser_id": loser_id, "winner_id": winner_id}
    return execute(statements.TAKE_OVER, {"merchant_id": merchant_id, **pair})


def next_period(merchant_id: int, card: Card, *, at: datetime) -> Period:
    """The period that comes next, if it can still be changed."""
    ahead = waiting(periods_of(merchant_id=merchant_id, subscription_id=card.id))
    if not ahead:
        raise NothingAhead("这张月卡没有未开始的期数了")
    if card.stands(CardState.PAUSED):
        raise CardPaused("月卡已暂停，请先恢复")
    if ahead[0].locks_at <= at:
        raise PeriodLocked("这一期已经开始备货，不能再改了", period=ahead[0].n)
    return ahead[0]


def _open_period(merchant_id: int, card: Card, n: int, *, at: datetime) -> Period:
    found = periods_of(merchant_id=merchant_id, subscription_id=card.id)
    for period in waiting(found):
        if period.n == n and (period.locks_at > at or card.stands(CardState.PAUSED)):
            return period
    raise PeriodLocked("这一期已经开始备货，不能再改了", period=n)


def _choice(merchant_id: int, card: Card, place: int, benefit_number: str) -> int:
    items = card.plan.items
    found = fetch_all(
        _Id,
        "SELECT id FROM benefits WHERE merchant_id = %(merchant_id)s AND number = %(number)s",
        {"merchant_id": merchant_id, "number": benefit_number},
    )
    if not 0 <= place < len(items) or not found:
        raise NoSuchChoice("没有这个选项")
    benefit_id = found[0].id
    if benefit_id not in {choice.benefit_id for choice in items[place].choices}:
        raise NoSuchChoice("没有这个选项")
    return benefit_id


def move(merchant_id: int, card: Card, *, by: int) -> None:
    """Periods that wait, also those of the cards that go on from this one, by so many months."""
    if not by:
        return
    which = {"merchant_id": merchant_id, "subscription_id": card.id}
    ids = [row.id for row in fetch_all(_Id, statements.FOLLOWERS, which)]
    later = fetch_all(Card, statements.LOCK_FOLLOWERS, {"merchant_id": merchant_id, "ids": ids})
    for each in (card, *later):
        ahead = waiting(periods_of(merchant_id=merchant_id, subscription_id=each.id))
        _move_periods(merchant_id, each, ahead, by=by)


def _move_periods(merchant_id: int, card: Card, ahead: Sequence[Period], *, by: int) -> None:
    zone, days = _zone(merchant_id), card.plan.lock_days
    slots = [slot_of(card.anchor_on, each.month + by, lock_days=days, zone=zone) for each in ahead]
    execute(
        statements.MOVE,
        {
            "merchant_id": merchant_id,
            "ids": [each.id for each in ahead],
            "months": [slot.month for slot in slots],
            "days": [slot.starts_on for slot in slots],
            "locks": [slot.locks_at for slot in slots],
        },
    )


def _zone(merchant_id: int) -> str:
    return merchants.profile(merchant_id=merchant_id).zone


def _note(merchant_id: int, card: Card, action: str, at: datetime) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=f"member:{card.member_id}",
        action=action,
        subject=card.number,
        at=at,
    )
