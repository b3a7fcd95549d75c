"""A top-up goes back: paid money only, with the sum of every rule beside the others."""

from datetime import timedelta

import pytest

from app.domain import ledger, proofs, stored_value
from app.domain.stored_value import NotRefundable, RefundBasis, TooMuchReturned
from app.domain.stored_value.lots import Fen
from app.kernel.db import fetch_one
from app.kernel.errors import NotFound
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import (
    a_top_up,
    an_open_order,
    captured,
    given_back,
    has,
    held,
    in_house,
    refunded,
    released,
    spent,
)

WEEK = NOON + timedelta(days=7)
LATER = WEEK + timedelta(seconds=1)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def member(shop):
    return a_buyer(shop)


def quote(shop, order_id, at=NOON):
    return stored_value.topup_refund_quote(merchant_id=shop.id, order_id=order_id, at=at)


def sums(shop, order_id, at=NOON):
    cases = quote(shop, order_id, at).cases
    return {str(case.basis): None if case.why_not else case.refund_fen for case in cases}


def test_untouched_within_seven_days_everything_paid_goes_back(shop, member):
    order_id = a_top_up(shop, member)
    before = in_house(shop, "prepaid")

    assert refunded(shop, order_id, at=WEEK, basis=RefundBasis.SEVEN_DAY) == 100_000

    assert has(shop, member) == (0, 0)
    assert in_house(shop, "prepaid") == before + 100_000
    assert in_house(shop, "bonus_issued") == 0
    assert ledger.verify() == []


TABLE = [
    # usage order, spent, (seven day, agreed, merchant's fault, holder's fault)
    ("proportional", 0, (100_000, 100_000, 100_000, 100_000)),
    ("proportional", 30_000, (None, 75_000, 75_000, 70_000)),
    ("proportional", 110_000, (None, 8_333, 8_333, 0)),
    ("paid_first", 30_000, (None, 70_000, 70_000, 70_000)),
    ("paid_first", 110_000, (None, 0, 0, 0)),
    ("bonus_first", 10_000, (None, 100_000, 100_000, 90_000)),
    ("bonus_first", 30_000, (None, 90_000, 90_000, 70_000)),
]


@pytest.mark.parametrize(("usage_order", "used", "expected"), TABLE)
def test_every_rule_beside_the_others(shop, member, usage_order, used, expected):
    order_id = a_top_up(shop, member, usage_order=usage_order)
    if used:
        spent(shop, member, used)

    assert tuple(sums(shop, order_id).values()) == expected
    for case in quote(shop, order_id).cases:
        assert case.refund_fen <= 100_000
        if case.why_not is None and case.basis != RefundBasis.MERCHANT_FAULT:
            assert sum(line.amount_fen for line in case.lines[:-1]) in {
                case.refund_fen,
                case.refund_fen - max(0, used - 100_000),
            }


@pytest.mark.parametrize("basis", list(RefundBasis))
@pytest.mark.parametrize("usage_order", ["proportional", "paid_first", "bonus_first"])
def test_bonus_is_never_paid_out_and_nothing_is_left_over(shop, member, usage_order, basis):
    order_id = a_top_up(shop, member, usage_order=usage_order)
    payers, bonus = in_house(shop, "prepaid"), in_house(shop, "bonus_issued")
    spent(shop, member, 0 + 12_345)
    if basis == RefundBasis.SEVEN_DAY:
        with pytest.raises(NotRefundable):
            refunded(shop, order_id, basis=basis)
        return

    back = refunded(shop, order_id, basis=basis)

    assert back <= 100_000 - (0 if usage_order == "bonus_first" else 1)
    assert has(shop, member) == (0, 0)
    spent_bonus = bonus - in_house(shop, "bonus_issued")
    assert spent_bonus + in_house(shop, "prepaid") - payers - 12_345 - back <= 0
    assert ledger.verify() == []


def test_after_seven_days_the_first_rule_is_over(shop, member):
    order_id = a_top_up(shop, member)

    assert sums(shop, order_id, WEEK)["seven_day"] == 100_000
    assert sums(shop, order_id, LATER) == {
        "seven_day": None,
        "agreed": 100_000,
        "merchant_fault": 100_000,
        "holder_fault": 100_000,
    }
    with pytest.raises(NotRefundable):
        refunded(shop, order_id, at=LATER, basis=RefundBasis.SEVEN_DAY)


def test_what_the_holder_used_at_full_price_is_earned(shop, member):
    order_id = a_top_up(shop, member)
    spent(shop, member, 30_000)
    earned = in_house(shop, "earned")

    assert refunded(shop, order_id, basis=RefundBasis.HOLDER_FAULT) == 70_000

    assert in_house(shop, "earned") == earned + 5_000
    assert has(shop, member) == (0, 0)


def test_a_part_goes_back_with_its_part_of_the_bonus(shop, member):
    order_id = a_top_up(shop, member, paid=1000, bonus=333)

    assert refunded(shop, order_id, amount_fen=300) == 300
    assert has(shop, member) == (700, 233)
    assert refunded(shop, order_id, cause="return:2") == 700
    assert has(shop, member) == (0, 0)
    assert refunded(shop, order_id, cause="return:3") == 0
    with pytest.raises(NotRefundable):
        refunded(shop, order_id, cause="return:4", amount_fen=1)


def test_one_refund_is_booked_once(shop, member):
    order_id = a_top_up(shop, member)
    refunded(shop, order_id, amount_fen=300)

    with pytest.raises(ledger.AlreadyPosted):
        refunded(shop, order_id, amount_fen=300)


def test_a_spending_that_comes_back_after_the_refund_can_be_refunded_too(shop, member):
    order_id = a_top_up(shop, member)
    used = spent(shop, member, 30_000)
    refunded(shop, order_id)
    given_back(shop, used, 12_000)

    assert has(shop, member) == (10_000, 0)
    assert refunded(shop, order_id, cause="return:2") == 10_000
    assert has(shop, member) == (0, 0)
    assert ledger.verify() == []


@pytest.mark.parametrize("is_paid", [False, True], ids=["closed", "given_back"])
def test_the_bonus_of_a_top_up_that_went_back_goes_where_it_came_from(shop, member, is_paid):
    order_id = a_top_up(shop, member, paid=100, bonus=20, usage_order="bonus_first")
    used = held(shop, member, 20)
    if is_paid:
        captured(shop, used)
    assert refunded(shop, order_id) == 100
    assert (has(shop, member), in_house(shop, "bonus_issued")) == ((0, 0), -20)

    if is_paid:
        given_back(shop, used, 5)
        given_back(shop, used, 15, cause="return:2")
    else:
        released(shop, used)

    assert (has(shop, member), in_house(shop, "bonus_issued")) == ((0, 0), 0)
    assert clawed(shop, order_id) == 20
    with pytest.raises(TooMuchReturned):
        given_back(shop, used, 1, cause="return:3")
    assert refunded(shop, order_id, cause="return:4") == 0
    assert ledger.verify() == []
    assert proofs.verify() == []


@pytest.mark.parametrize("usage_order", ["proportional", "paid_first"])
def test_paid_money_that_returns_to_a_top_up_that_went_back_is_the_members(
    shop, member, usage_order
):
    order_id = a_top_up(shop, member, usage_order=usage_order)
    waits = held(shop, member, 12_000)
    refunded(shop, order_id)
    paid = 10_000 if usage_order == "proportional" else 12_000

    released(shop, waits)

    assert has(shop, member) == (paid, 0)
    spent(shop, member, 4_000)
    assert refunded(shop, order_id, cause="return:2") == paid - 4_000
    assert clawed(shop, order_id) == 20_000
    assert ledger.verify() == []


def clawed(shop, order_id):
    which = {"m": shop.id, "o": order_id}
    query = "SELECT clawed_fen FROM value_credits WHERE merchant_id = %(m)s AND order_id = %(o)s"
    return fetch_one(Fen, query, which).amount


def test_an_order_that_topped_nothing_up_has_no_refund(shop, member):
    with pytest.raises(NotFound):
        quote(shop, an_open_order(shop, member))
