"""Campaigns begin, go on and end by the clock, and give what they give."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import current_app

from app.domain import promotions
from app.domain.promotions import Due, Given, Giving
from app.kernel.db import transaction
from jobs.sweeping import ROWS_PER_PASS, each

MEMBERS_PER_STEP = 200


def turn_campaigns(*, at: datetime) -> int:
    """The next member day, or the end of what is over; how many were looked at."""
    return each(lambda: promotions.list_turns_due(at=at, limit=ROWS_PER_PASS), _turn_at(at))


def grant_campaigns(*, at: datetime) -> int:
    """What campaigns give, to everybody who is due, two hundred members a step; how many.

    Each member is a transaction of his own, so that it may be killed at any point and run again.
    """
    given: list[int] = []
    each(lambda: promotions.list_giving(at=at), lambda one: given.append(_give_all(one, at=at)))
    return sum(given)


def _turn_at(at: datetime) -> Callable[[Due], None]:
    def turn(due: Due) -> None:
        with transaction():
            promotions.turn(merchant_id=due.merchant_id, promotion_id=due.promotion_id, at=at)
        promotions.forget_doors(due.merchant_id)

    return turn


def _give_all(giving: Giving, *, at: datetime) -> int:
    after: int | None = 0
    outcomes: list[Given] = []
    while after is not None and Given.SPENT not in outcomes:
        step, after = _list_to_give(giving, after=after, at=at)
        each(partial(list, step), _give_at(giving, outcomes, at))
    return outcomes.count(Given.NOW)


def _list_to_give(giving: Giving, *, after: int, at: datetime) -> tuple[list[int], int | None]:
    with current_app.app_context():
        return promotions.list_to_give(giving, after=after, limit=MEMBERS_PER_STEP, at=at)


def _give_at(giving: Giving, outcomes: list[Given], at: datetime) -> Callable[[int], None]:
    def give(member_id: int) -> None:
        if Given.SPENT in outcomes:
            return
        with transaction():
            given = promotions.give(
                merchant_id=giving.merchant_id,
                promotion_id=giving.promotion_id,
                member_id=member_id,
                at=at,
            )
        outcomes.append(given)

    return give
