"""The fee of a bought membership is earned with its days; what is left can go back."""

from datetime import timedelta

import pytest

from app.domain import aftersales, ledger, membership
from app.domain.aftersales import ReturnState, Wanted
from app.domain.ledger import AccountKind, Asset, house
from tests.builders.aftersales import seen, walk, wechat_says
from tests.builders.catalog import a_benefit
from tests.builders.membership import a_term_offer, tier, tiers_in
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, order_id_of
from tests.builders.transactions import joined
from tests.domain.membership.test_tiers import shanghai

pytestmark = pytest.mark.usefixtures("database")

DAY = timedelta(days=1)
# Bought on 15 May 2026, 20:00 in Shanghai, for thirty days: its last day is 14 June.
JUNE, ENDS = shanghai(2026, 6, 1), shanghai(2026, 6, 15)


@pytest.fixture
def shop(database):
    shop = a_shop()
    tiers_in(shop.merchant)
    shop.offer = a_term_offer(shop)
    return shop


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def order(shop, buyer):
    return a_paid_order(shop, buyer=buyer).order_number


def earn(shop, order, *, at):
    with joined():
        return membership.earn_fee(merchant_id=shop.id, order_id=order_id_of(shop, order), at=at)


def is_due(shop, *, at):
    with joined():
        found = membership.list_fees_due(at=at, limit=10_000)
    return shop.id in {each.merchant_id for each in found}


def balances(shop):
    """(prepaid, earned)."""
    return tuple(
        ledger.balance_of(merchant_id=shop.id, account=house(kind, Asset.CNY))
        for kind in (AccountKind.PREPAID, AccountKind.EARNED)
    )


def left(shop, order, *, at):
    with joined():
        return membership.term_left(merchant_id=shop.id, order_id=order_id_of(shop, order), at=at)


def give_back(shop, order, *, at):
    """The merchant gives it back, all the way; the return as it was kept."""
    with joined():
        number = aftersales.ask_for_buyer(
            merchant_id=shop.id,
            wanted=Wanted(order_number=order, reason="顾客不想要了"),
            actor="staff:1",
            at=at,
        )
    walk(shop, number, at=at)
    wechat_says(shop, number, at=at)
    assert walk(shop, number, at=at) == ReturnState.DONE
    return seen(shop, number)


def test_it_is_earned_month_by_month_and_all_of_it_in_the_end(shop, order):
    assert balances(shop) == (100_00, 0)
    assert not is_due(shop, at=JUNE - timedelta(microseconds=1))
    assert not earn(shop, order, at=JUNE - timedelta(microseconds=1))

    # Seventeen of thirty days are over: 13 × 100.00 ÷ 30 = 43.33 are left.
    assert is_due(shop, at=JUNE)
    assert earn(shop, order, at=JUNE)
    assert balances(shop) == (43_33, 56_67)
    assert not earn(shop, order, at=JUNE)
    assert not is_due(shop, at=ENDS - timedelta(microseconds=1))

    assert earn(shop, order, at=ENDS)
    assert balances(shop) == (0, 100_00)
    assert not earn(shop, order, at=ENDS + 400 * DAY)
    assert ledger.verify() == []


def test_after_a_year_without_sweeps_it_is_earned_once(shop, order):
    assert earn(shop, order, at=ENDS + 400 * DAY)
    assert not is_due(shop, at=ENDS + 400 * DAY)
    assert balances(shop) == (0, 100_00)


def test_the_sweep_that_closes_a_term_has_earned_its_fee(shop, order):
    end = {"merchant_id": shop.id, "order_id": order_id_of(shop, order)}
    with joined():
        assert membership.end_served_term(**end, at=ENDS)
    assert balances(shop) == (0, 100_00)
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("at", "days", "fen"),
    [
        (NOON, 30, 100_00),
        (shanghai(2026, 5, 15, 23, 59, 59), 30, 100_00),
        (shanghai(2026, 5, 16), 29, 96_66),
        (shanghai(2026, 6, 14), 0, 0),
        (shanghai(2026, 6, 13, 23, 59), 1, 3_33),
    ],
)
def test_the_days_left_change_at_midnight_in_shanghai(shop, order, at, days, fen):
    found = left(shop, order, at=at)
    assert (found.days, found.amount_fen) == (days, fen)


@pytest.mark.parametrize(
    ("sweeps", "at", "back", "earned"),
    [
        ([], NOON + 10 * DAY, 66_66, 33_34),
        ([JUNE], shanghai(2026, 6, 5, 9), 30_00, 70_00),
        ([], shanghai(2026, 6, 13, 9), 3_33, 96_67),
    ],
)
def test_what_goes_back_and_what_was_earned_add_up_to_the_fee(
    shop, buyer, order, sweeps, at, back, earned
):
    for sweep in sweeps:
        earn(shop, order, at=sweep)

    found = give_back(shop, order, at=at)

    assert found.amount_fen == back
    assert "天/30天 = " in found.quote["lines"][0]["words"]
    assert balances(shop) == (0, earned)
    assert tier(buyer, at=at) == "base"
    assert not earn(shop, order, at=ENDS)
    assert left(shop, order, at=at).amount_fen == 0
    assert ledger.verify() == []


def test_a_term_that_has_not_begun_goes_back_whole_and_one_behind_it_comes_forward(shop, buyer):
    first, second = (a_paid_order(shop, buyer=buyer).order_number for _ in range(2))
    at = NOON + 10 * DAY
    assert left(shop, second, at=at).formula == "实付100.00元 × 剩余30天/30天 = 100.00元"

    give_back(shop, first, at=at)
    earn(shop, second, at=at + 31 * DAY)

    assert balances(shop) == (0, 33_34 + 100_00)
    assert ledger.verify() == []


def test_what_comes_with_vouchers_is_earned_by_them(shop, buyer):
    latte = a_benefit(merchant=shop.merchant)
    shop.offer = a_term_offer(shop, price_fen=20_00, items=[(latte.benefit_id, 1)])
    order = a_paid_order(shop, buyer=buyer).order_number
    assert not earn(shop, order, at=ENDS)
    assert left(shop, order, at=NOON).amount_fen == 0
    assert balances(shop) == (20_00, 0)
