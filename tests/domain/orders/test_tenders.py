"""One order, several pots: all are held, then all are captured or all released."""

import pytest

from app.domain import ledger, orders, points, proofs, stored_value
from app.domain.family import OverFamilyCap
from app.domain.ledger import AccountKind, house
from app.domain.orders import Outcome, TenderRefused
from app.domain.points import NotEnoughPoints, TooManyPoints
from app.domain.stored_value import NotEnoughValue, StepUpNeeded
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from tests.builders.catalog import an_offer
from tests.builders.family import a_family
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_key,
    a_shop,
    an_order,
    look_at_voucher,
    vouchers_of,
)
from tests.builders.stored_value import has
from tests.builders.tenders import (
    a_discount,
    closed,
    paid,
    points_pay,
    quoted,
    tenders,
    with_points,
    with_value,
)


@pytest.fixture
def shop(database):
    shop = a_shop(offer={"stock": 50})
    points_pay(shop)
    return shop


@pytest.fixture
def buyer(shop):
    buyer = a_buyer(shop)
    with_value(shop, buyer, paid=100_00, bonus=20_00)
    with_points(shop, buyer, 1_000)
    return buyer


def spendable(shop, buyer):
    return points.balance(merchant_id=shop.id, member_id=buyer.id, at=NOON).spendable


def fen(shop, kind):
    return ledger.balance_of(merchant_id=shop.id, account=house(kind))


def test_an_order_is_paid_by_a_voucher_points_stored_value_and_wechat(shop, buyer):
    voucher = a_discount(shop, buyer, stackable=True)

    placed = an_order(shop, buyer=buyer, voucher_number=voucher.number, points=400, value_fen=10_00)

    # 49.00 less 5.00 and 4.00; ten yuan of stored value; the rest is on the bill.
    assert (placed.total_fen, placed.wechat_fen, placed.state) == (40_00, 30_00, "pending")
    assert tenders(shop, placed) == {"voucher": "held", "points": "held", "value": "held"}
    assert look_at_voucher(shop, voucher.id).state == "held"
    assert spendable(shop, buyer) == 600
    assert sum(has(shop, buyer)) == 110_00
    assert ledger.verify() == proofs.verify() == []

    assert paid(shop, placed) is Outcome.PAID

    assert set(tenders(shop, placed).values()) == {"captured"}
    assert look_at_voucher(shop, voucher.id).state == "redeemed"
    held = [v for v in vouchers_of(shop, buyer) if v.terms.name == "热拿铁兑换券"]
    assert len(held) >= 2
    assert fen(shop, AccountKind.VALUE_HELD) == 0
    # The voucher that was used up had cost one yuan.
    assert fen(shop, AccountKind.EARNED) == 1_00
    assert ledger.verify() == proofs.verify() == []


def test_an_unpaid_order_gives_every_pot_back_when_it_closes(shop, buyer):
    voucher = a_discount(shop, buyer, stackable=True)
    before = (spendable(shop, buyer), has(shop, buyer))
    placed = an_order(shop, buyer=buyer, voucher_number=voucher.number, points=400, value_fen=10_00)

    assert closed(shop, placed)

    assert set(tenders(shop, placed).values()) == {"released"}
    assert (spendable(shop, buyer), has(shop, buyer)) == before
    assert look_at_voucher(shop, voucher.id).state == "active"
    assert ledger.verify() == proofs.verify() == []


def test_money_for_a_closed_order_goes_back_and_takes_nothing_from_the_pots(shop, buyer):
    placed = an_order(shop, buyer=buyer, value_fen=10_00)
    closed(shop, placed)

    assert paid(shop, placed) is Outcome.LATE

    assert tenders(shop, placed) == {"value": "released"}
    assert fen(shop, AccountKind.LATE_MONEY) == 39_00
    assert ledger.verify() == []


def test_what_the_pots_pay_alone_is_handed_over_at_once(shop, buyer):
    placed = an_order(shop, buyer=buyer, value_fen=49_00)

    assert (placed.state, placed.wechat_fen, placed.payment_number) == ("fulfilled", 0, None)
    assert tenders(shop, placed) == {"value": "captured"}
    assert sum(has(shop, buyer)) == 120_00 - 49_00
    assert (
        sum(look_at_voucher(shop, v.id).allocated_fen for v in vouchers_of(shop, buyer))
        == 2 * 49_00
    )
    assert ledger.verify() == proofs.verify() == []


def test_an_order_without_other_pots_asks_the_database_no_more_than_before(shop, statements):
    buyer = a_buyer(shop)
    an_order(shop, buyer=buyer)
    with statements() as seen:
        placed = an_order(shop, buyer=buyer)
        assert not [each for each in seen.statements if "order_tenders" in each]
    paid(shop, placed)
    assert tenders(shop, placed) == {}


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"value_fen": 49_01}, TenderRefused),
        ({"points": 2_451}, TooManyPoints),
        ({"points": 1_001}, NotEnoughPoints),
        ({"voucher_number": "V22222222"}, NotFound),
    ],
    ids=["more_than_it_costs", "more_than_half", "more_than_he_has", "not_his"],
)
def test_a_pot_that_cannot_pay_refuses_the_whole_order(shop, buyer, wish, refusal):
    before = (spendable(shop, buyer), has(shop, buyer))

    with pytest.raises(refusal):
        an_order(shop, buyer=buyer, **wish)

    assert (spendable(shop, buyer), has(shop, buyer)) == before
    assert ledger.verify() == []


def test_too_little_stored_value_refuses_and_takes_no_stock(shop):
    with pytest.raises(NotEnoughValue):
        an_order(shop, buyer=a_buyer(shop), value_fen=1)
    assert ledger.verify() == []


def test_a_large_spending_wants_to_be_confirmed_once_more(shop):
    buyer = a_buyer(shop)
    with_value(shop, buyer, paid=500_00, bonus=0)

    with pytest.raises(StepUpNeeded):
        an_order(shop, buyer=buyer, quantity=5, value_fen=245_00)

    with transaction():
        token = stored_value.confirm(
            merchant_id=shop.id, member_id=buyer.id, amount_fen=245_00, at=NOON
        ).token
    placed = an_order(shop, buyer=buyer, quantity=5, value_fen=245_00, confirmation=token)
    assert placed.state == "fulfilled"


def test_an_attempt_with_pots_is_answered_once_however_often_it_comes(shop, buyer):
    voucher = a_discount(shop, buyer)
    key = a_key(merchant_id=shop.id, actor=f"member:{buyer.id}")
    wish = {"voucher_number": voucher.number, "value_fen": 4_00}

    first = an_order(shop, buyer=buyer, key=key, **wish)
    again = an_order(shop, buyer=buyer, key=key, **wish)

    assert (again.order_number, again.replayed) == (first.order_number, True)
    assert sum(has(shop, buyer)) == 116_00


def test_an_offer_of_the_points_mall_takes_its_points_and_its_cash(shop, buyer):
    sample = an_offer(
        merchant=shop.merchant, title="限量小样", price_fen=9_90, terms={"points": 300}
    )

    placed = an_order(shop, buyer=buyer, offer=sample, quantity=2)

    assert (placed.total_fen, placed.wechat_fen) == (19_80, 19_80)
    assert spendable(shop, buyer) == 400
    paid(shop, placed)
    assert tenders(shop, placed) == {"points": "captured"}
    assert ledger.verify() == proofs.verify() == []


def test_an_offer_for_points_alone_is_handed_over_at_once(shop, buyer):
    sample = an_offer(merchant=shop.merchant, title="限量小样", price_fen=0, terms={"points": 300})

    placed = an_order(shop, buyer=buyer, offer=sample)

    assert (placed.state, placed.wechat_fen) == ("fulfilled", 0)
    assert spendable(shop, buyer) == 700
    with pytest.raises(TenderRefused) as refused:
        an_order(shop, buyer=buyer, offer=sample, points=100)
    assert refused.value.details["why"] == "not_for_this_offer"
    assert ledger.verify() == proofs.verify() == []


def test_an_order_tells_what_paid_for_it(shop, buyer):
    voucher = a_discount(shop, buyer)
    placed = an_order(shop, buyer=buyer, voucher_number=voucher.number, value_fen=4_00)

    view = orders.get_order(merchant_id=shop.id, member_id=buyer.id, number=placed.order_number)

    assert [(t["kind"], t["amount_fen"], t["voucher"]) for t in view.tenders] == [
        ("voucher", 5_00, voucher.number),
        ("value", 4_00, None),
    ]
    assert (view.total_fen, view.wechat_fen) == (44_00, 40_00)
    assert view.lines[0]["discount_fen"] == 5_00


def test_a_relative_pays_with_the_owners_stored_value_up_to_his_limit(shop, buyer):
    ((relative, _),) = a_family(shop, buyer, caps=(60_00,))

    placed = an_order(shop, buyer=relative, value_fen=49_00, from_family=True)

    assert placed.state == "fulfilled"
    assert sum(has(shop, buyer)) == 120_00 - 49_00
    assert len(vouchers_of(shop, relative)) == 2
    quote = quoted(shop, relative, value_fen=49_00, from_family=True)
    assert (quote.value_most_fen, quote.price.value_fen) == (11_00, 11_00)
    with pytest.raises(OverFamilyCap):
        an_order(shop, buyer=relative, value_fen=11_01, from_family=True)
    assert ledger.verify() == []
