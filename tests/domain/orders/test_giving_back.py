"""What comes back goes to the pots that paid, to the fen, and never more than they paid."""

import pytest
from hypothesis import given as always
from hypothesis import strategies as some

from app.domain import ledger, points, proofs
from app.domain.ledger import AccountKind, house
from app.domain.orders import NothingToGiveBack, Split, Weight
from app.domain.orders.returning import Left, share
from tests.builders.catalog import an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, an_order, look_at_voucher
from tests.builders.stored_value import has
from tests.builders.tenders import (
    a_discount,
    given_back,
    paid,
    points_pay,
    tenders,
    with_points,
    with_value,
)

AMOUNTS = some.integers(0, 10**7)


@always(AMOUNTS, AMOUNTS, AMOUNTS, some.lists(some.integers(1, 10**6), max_size=30))
def test_parts_always_add_up_and_no_pot_gets_more_than_it_paid(value, wechat, spent, wanted):
    left = Left(value_fen=value, wechat_fen=wechat, points=spent)
    back = [0, 0, 0]
    for want in [*wanted, value + wechat]:
        amount = min(want, left.money_fen)
        if not amount:
            continue
        weight = Weight(now=amount, left=left.money_fen)
        parts = share(left, amount_fen=amount, weight=weight)
        assert sum(parts[:2]) == amount
        assert min(parts) >= 0
        back = [had + now for had, now in zip(back, parts, strict=True)]
        left = Left(value_fen=value - back[0], wechat_fen=wechat - back[1], points=spent - back[2])
        assert min(left.value_fen, left.wechat_fen, left.points) >= 0
    assert left.money_fen == 0
    assert back[:2] == [value, wechat]
    assert back[2] == (spent if value + wechat else 0)


@pytest.fixture
def shop(database):
    shop = a_shop()
    points_pay(shop)
    return shop


@pytest.fixture
def buyer(shop):
    buyer = a_buyer(shop)
    with_value(shop, buyer, paid=100_00, bonus=0)
    with_points(shop, buyer, 1_000)
    return buyer


@pytest.fixture
def voucher(shop, buyer):
    return a_discount(shop, buyer, stackable=True)


@pytest.fixture
def placed(shop, buyer, voucher):
    """49 yuan: 5 by a voucher, 4 by points, 10 by stored value, 30 by WeChat."""
    placed = an_order(shop, buyer=buyer, voucher_number=voucher.number, points=400, value_fen=10_00)
    paid(shop, placed)
    return placed


def spendable(shop, buyer):
    return points.balance(merchant_id=shop.id, member_id=buyer.id, at=NOON).spendable


def test_half_of_an_order_gives_half_to_each_pot_and_keeps_the_voucher(
    shop, buyer, placed, voucher
):
    assert given_back(shop, placed, 20_00) == Split(15_00, 5_00, 200, None)

    assert spendable(shop, buyer) == 800
    assert has(shop, buyer) == (95_00, 0)
    assert look_at_voucher(shop, voucher.id).state == "redeemed"
    assert ledger.verify() == proofs.verify() == []


def test_the_last_fen_brings_the_voucher_back(shop, buyer, placed, voucher):
    earned = ledger.balance_of(merchant_id=shop.id, account=house(AccountKind.EARNED))
    given_back(shop, placed, 13_33)

    last = given_back(shop, placed, 26_67, cause="return:2")

    assert last.voucher_number == voucher.number
    assert spendable(shop, buyer) == 1_000
    assert has(shop, buyer) == (100_00, 0)
    assert set(tenders(shop, placed).values()) == {"returned"}
    assert look_at_voucher(shop, voucher.id).state == "active"
    # What the voucher had cost is a promise again.
    now = ledger.balance_of(merchant_id=shop.id, account=house(AccountKind.EARNED))
    assert earned - now == 1_00
    assert ledger.verify() == proofs.verify() == []


def test_the_same_cause_is_answered_as_before(shop, buyer, placed):
    first = given_back(shop, placed, 20_00)

    assert given_back(shop, placed, 20_00) == first
    assert spendable(shop, buyer) == 800


@pytest.mark.parametrize("amount", [40_01, -1])
def test_more_than_is_left_is_refused(shop, placed, amount):
    with pytest.raises(NothingToGiveBack) as refused:
        given_back(shop, placed, amount)
    assert refused.value.details == {"left_fen": 40_00}


def test_an_order_that_was_never_paid_gives_nothing_back(shop, buyer):
    placed = an_order(shop, buyer=buyer)
    with pytest.raises(NothingToGiveBack):
        given_back(shop, placed, 1)


def test_points_alone_come_back_by_weight(shop, buyer):
    sample = an_offer(merchant=shop.merchant, title="限量小样", price_fen=0, terms={"points": 301})
    placed = an_order(shop, buyer=buyer, offer=sample)

    assert given_back(shop, placed, 0, weight=Weight(now=1, left=2)).points == 150
    assert given_back(shop, placed, 0, cause="r:2", weight=Weight(now=1, left=1)).points == 151
    assert spendable(shop, buyer) == 1_000
    assert ledger.verify() == proofs.verify() == []


def test_plain_money_goes_back_to_wechat(shop):
    placed = an_order(shop)
    paid(shop, placed)

    assert given_back(shop, placed, 24_50) == Split(24_50, 0, 0, None)
    assert ledger.verify() == []
