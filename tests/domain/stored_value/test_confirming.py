"""Large spendings, and days of many small ones, are confirmed once more."""

from datetime import timedelta

import pytest

from app.domain import stored_value
from app.domain.stored_value import ConfirmationInvalid, NotEnoughValue, StepUpNeeded
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from tests.builders.family import a_family
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import a_top_up, captured, given_back, held, released

MIDNIGHT = NOON.replace(hour=16, minute=0, second=0, microsecond=0)
"""Of the shop, which is in Shanghai."""


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def member(shop):
    return a_buyer(shop)


def limits(shop, order_fen, day_fen):
    with transaction():
        stored_value.set_spend_limits(
            merchant_id=shop.id, order_fen=order_fen, day_fen=day_fen, actor="system", at=NOON
        )


def spends(shop, member, amount, **more):
    return held(shop, member, amount, confirmed=False, **more)


def confirm(shop, member, amount, *, at=NOON):
    with transaction():
        return stored_value.confirm(
            merchant_id=shop.id, member_id=member.id, amount_fen=amount, at=at
        )


def test_a_large_spending_is_confirmed_once_more(shop, member):
    a_top_up(shop, member)
    held(shop, member, 20_000, confirmed=False)

    with pytest.raises(StepUpNeeded) as refused:
        held(shop, member, 20_001, confirmed=False)
    assert refused.value.details["limit_fen"] == 20_000

    told = confirm(shop, member, 30_000)
    held(shop, member, 30_000, confirmed=False, confirmation=told.token)
    with pytest.raises(ConfirmationInvalid):
        held(shop, member, 30_000, confirmed=False, confirmation=told.token)


def test_a_confirmation_is_for_one_person_one_amount_and_five_minutes(shop, member):
    a_top_up(shop, member)
    mine, foreign = confirm(shop, member, 30_000), confirm(shop, a_buyer(shop), 30_000)
    late = NOON + timedelta(minutes=5)

    for amount, token, at in [
        (30_001, mine.token, NOON),
        (30_000, foreign.token, NOON),
        (30_000, mine.token, late),
        (30_000, "x" * 22, NOON),
    ]:
        with pytest.raises(ConfirmationInvalid):
            held(shop, member, amount, confirmed=False, confirmation=token, at=at)
    held(shop, member, 30_000, confirmed=False, confirmation=mine.token)


def test_a_confirmation_is_not_used_up_by_an_order_that_fails(shop, member):
    a_top_up(shop, member, paid=30_000, bonus=0)
    told = confirm(shop, member, 40_000)
    with pytest.raises(NotEnoughValue):
        held(shop, member, 40_000, confirmed=False, confirmation=told.token)

    held(shop, member, 30_000, confirmed=False, confirmation=told.token)


def test_the_merchant_sets_the_limit(shop, member):
    a_top_up(shop, member)
    with transaction():
        stored_value.set_spend_limits(
            merchant_id=shop.id, order_fen=0, day_fen=0, actor="system", at=NOON
        )

    with pytest.raises(StepUpNeeded):
        held(shop, member, 1, confirmed=False)


# A day.


def test_a_large_sum_is_not_split_into_small_ones(shop, member):
    a_top_up(shop, member)
    limits(shop, 10_000, 25_000)
    for amount in (10_000, 10_000, 4_999):
        spends(shop, member, amount)

    with pytest.raises(StepUpNeeded) as refused:
        spends(shop, member, 2)

    assert refused.value.details == {
        "amount_fen": 2,
        "limit_fen": 10_000,
        "day_limit_fen": 25_000,
        "spent_today_fen": 24_999,
    }
    spends(shop, member, 1)


def test_a_day_begins_at_the_shops_midnight(shop, member):
    a_top_up(shop, member)
    limits(shop, 100, 100)
    spends(shop, member, 100, at=MIDNIGHT - timedelta(seconds=1))

    with pytest.raises(StepUpNeeded):
        spends(shop, member, 1, at=MIDNIGHT - timedelta(seconds=1))
    spends(shop, member, 100, at=MIDNIGHT)


def test_what_was_confirmed_or_came_to_nothing_does_not_fill_the_day(shop, member):
    a_top_up(shop, member)
    limits(shop, 100, 100)
    told = confirm(shop, member, 30_000)
    spends(shop, member, 30_000, confirmation=told.token)
    released(shop, spends(shop, member, 100))
    order_id = spends(shop, member, 100)
    captured(shop, order_id)
    given_back(shop, order_id, 40)

    spends(shop, member, 40)
    with pytest.raises(StepUpNeeded):
        spends(shop, member, 1)


def test_a_confirmation_that_is_not_needed_is_kept(shop, member):
    a_top_up(shop, member)
    told = confirm(shop, member, 30_000)
    spends(shop, member, 100, confirmation=told.token)

    spends(shop, member, 30_000, confirmation=told.token)


def test_a_day_counts_the_person_whoever_s_value_he_spends(shop, member):
    ((relative, _),) = a_family(shop, member, caps=[50_000])
    a_top_up(shop, member)
    a_top_up(shop, relative)
    limits(shop, 100, 100)
    spends(shop, member, 60, spender=relative)

    with pytest.raises(StepUpNeeded):
        spends(shop, relative, 41)
    spends(shop, relative, 40)
    spends(shop, member, 100)


@pytest.mark.parametrize(("order_fen", "day_fen"), [(-1, 0), (101, 100)])
def test_a_day_allows_what_an_order_does(shop, order_fen, day_fen):
    with pytest.raises(Invalid):
        limits(shop, order_fen, day_fen)
