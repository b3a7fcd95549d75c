from datetime import timedelta

import pytest

from app.domain import catalog, ledger, orders, payments
from app.domain.catalog import LimitReached, NotOnSale, SoldOut
from app.domain.ledger import AccountKind, house
from app.domain.orders import CloseReason, OrderNotPayable, Outcome
from app.domain.payments import RefundFact, RefundState, UnknownPayment, WrongPayment
from app.kernel.db import execute, fetch_one, transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_key,
    a_paid_fact,
    a_paid_order,
    a_shop,
    an_order,
    order_id_of,
    vouchers_of,
)

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def shop(database):
    return a_shop()


def confirm(fact, *, at=LATER):
    with transaction():
        return orders.confirm_paid(fact, at=at)


def close(shop, placed, *, at=NOON + timedelta(minutes=15)):
    with transaction():
        return orders.close(
            merchant_id=shop.id,
            order_id=order_id_of(shop, placed.order_number),
            reason=CloseReason.TIMEOUT,
            at=at,
        )


def fen(shop, kind):
    return ledger.balance_of(merchant_id=shop.id, account=house(kind))


def test_a_paid_order_brings_its_vouchers_and_books_the_money(shop):
    buyer = a_buyer(shop)
    placed = an_order(shop, buyer=buyer)

    assert confirm(a_paid_fact(shop, placed)) is Outcome.PAID

    held = vouchers_of(shop, buyer, at=LATER)
    assert [voucher.terms.name for voucher in held] == ["热拿铁兑换券"] * 2
    assert (fen(shop, AccountKind.PREPAID), fen(shop, AccountKind.PAYERS)) == (49_00, -49_00)
    view = orders.get_order(merchant_id=shop.id, member_id=buyer.id, number=placed.order_number)
    assert view.state == "fulfilled"
    assert ledger.verify() == []


def test_what_was_paid_is_split_to_the_last_fen(shop):
    # 3 x 49.00 = 147.00 yuan over six equal vouchers, 24.50 each; 100.01 would leave remainders.
    odd = a_shop(offer={"price_fen": 33_35})
    buyer = a_buyer(odd)
    a_paid_order(odd, buyer=buyer, quantity=3)

    from app.domain.vouchers import get_held

    parts = [
        get_held(merchant_id=odd.id, member_id=buyer.id, number=v.number).allocated_fen
        for v in vouchers_of(odd, buyer, at=LATER)
    ]
    # 100.05 yuan over 6: 16.675 each, so three get 16.68 and three 16.67.
    assert sorted(parts) == [16_67] * 3 + [16_68] * 3
    assert sum(parts) == 100_05


def test_the_same_notice_twice_hands_over_once(shop):
    buyer = a_buyer(shop)
    fact = a_paid_fact(shop, an_order(shop, buyer=buyer))

    assert [confirm(fact), confirm(fact)] == [Outcome.PAID, Outcome.ALREADY]
    assert len(vouchers_of(shop, buyer, at=LATER)) == 2


@pytest.mark.parametrize(
    "lie",
    [{"amount_fen": 1}, {"currency": "USD"}, {"payer_openid": "o_other"}, {"appid": "wx_other"}],
    ids=lambda lie: next(iter(lie)),
)
def test_a_payment_that_is_not_what_was_asked_for_is_refused(shop, lie):
    placed = an_order(shop)

    with pytest.raises(WrongPayment) as refused:
        confirm(a_paid_fact(shop, placed, **lie))
    assert len(refused.value.details["wrong"]) == 1


def test_an_unknown_bill_is_refused_so_that_it_is_told_again(shop):
    placed = an_order(shop)
    fact = a_paid_fact(shop, placed, payment_number="P" + "2" * 16)

    with pytest.raises(UnknownPayment):
        confirm(fact)


def test_money_for_a_closed_order_is_booked_apart_and_goes_back(shop):
    buyer = a_buyer(shop)
    placed = an_order(shop, buyer=buyer)
    fact = a_paid_fact(shop, placed)
    assert close(shop, placed)

    assert confirm(fact) is Outcome.LATE
    assert vouchers_of(shop, buyer, at=LATER) == []
    assert (fen(shop, AccountKind.PREPAID), fen(shop, AccountKind.LATE_MONEY)) == (0, 49_00)

    payment = payments.find_bill(
        merchant_id=shop.id, order_id=order_id_of(shop, placed.order_number)
    )
    number = return_late_money(shop, payment.payment_id)
    assert return_late_money(shop, payment.payment_id) is None
    settle(shop, number, RefundState.PROCESSING)
    settle(shop, number, RefundState.SUCCEEDED)
    settle(shop, number, RefundState.SUCCEEDED)
    assert (fen(shop, AccountKind.LATE_MONEY), fen(shop, AccountKind.PAYERS)) == (0, 0)
    assert ledger.verify() == []


def return_late_money(shop, payment_id):
    with transaction():
        return orders.return_late_money(merchant_id=shop.id, payment_id=payment_id, at=LATER)


def settle(shop, number, state):
    with transaction():
        payments.settle_refund(
            RefundFact(
                merchant_id=shop.id, refund_number=number, state=state, wechat_refund_id="503"
            ),
            at=LATER,
        )


def test_the_last_piece_is_sold_once_and_comes_back_when_the_order_closes(database):
    shop = a_shop(offer={"stock": 1})
    first = an_order(shop)

    with pytest.raises(SoldOut):
        an_order(shop)
    assert close(shop, first)
    assert not close(shop, first)
    assert an_order(shop).state == "pending"


def test_a_person_gets_no_more_than_his_share(database):
    shop = a_shop(offer={"per_member_limit": 2, "stock": 10})
    buyer = a_buyer(shop)
    first = an_order(shop, buyer=buyer, quantity=2)

    with pytest.raises(LimitReached):
        an_order(shop, buyer=buyer)
    with pytest.raises(LimitReached):
        an_order(shop, quantity=3)
    close(shop, first)
    an_order(shop, buyer=buyer)
    assert stock_taken(shop) == 1


def stock_taken(shop):
    class Taken:
        def __init__(self, pieces):
            self.pieces = pieces

    return fetch_one(
        Taken,
        "SELECT taken FROM offer_stock WHERE merchant_id = %(m)s AND offer_id = %(o)s",
        {"m": shop.id, "o": shop.offer.id},
    ).pieces


def test_the_same_key_returns_the_first_order_even_after_sell_out(database):
    shop = a_shop(offer={"stock": 1, "per_member_limit": 1})
    buyer = a_buyer(shop)
    key = a_key(merchant_id=shop.id, actor=f"member:{buyer.id}")
    first = an_order(shop, buyer=buyer, key=key)

    again = an_order(shop, buyer=buyer, key=key)

    assert (again.order_number, again.replayed) == (first.order_number, True)
    assert stock_taken(shop) == 1


def test_a_sale_has_a_beginning_and_an_end(database):
    hour = timedelta(hours=1)
    shop = a_shop(offer={"sale_starts_at": NOON, "sale_ends_at": NOON + hour})

    with pytest.raises(NotOnSale) as early:
        an_order(shop, at=NOON - timedelta(seconds=1))
    assert early.value.details["sale_starts_at"] == NOON
    assert an_order(shop, at=NOON).total_fen == 49_00
    with pytest.raises(NotOnSale):
        an_order(shop, at=NOON + hour)


@pytest.mark.parametrize("quantity", [0, -1, 101])
def test_a_quantity_that_means_nothing_is_refused(shop, quantity):
    with pytest.raises(Invalid):
        an_order(shop, quantity=quantity)


def test_an_order_of_nothing_is_handed_over_at_once(database):
    shop = a_shop(offer={"price_fen": 0})
    buyer = a_buyer(shop)

    placed = an_order(shop, buyer=buyer)

    assert (placed.state, placed.payment_number) == ("fulfilled", None)
    assert len(vouchers_of(shop, buyer, at=LATER)) == 2
    assert ledger.verify() == []


def test_an_order_is_payable_for_fifteen_minutes_and_by_its_buyer_only(shop):
    buyer, stranger = a_buyer(shop), a_buyer(shop)
    number = an_order(shop, buyer=buyer).order_number

    def to_pay(member, minutes):
        at = NOON + timedelta(minutes=minutes)
        return orders.to_pay(merchant_id=shop.id, member_id=member.id, number=number, at=at)

    assert to_pay(buyer, 14).bill.amount_fen == 49_00
    with pytest.raises(OrderNotPayable):
        to_pay(buyer, 15)
    with pytest.raises(NotFound):
        to_pay(stranger, 1)


def test_orders_are_listed_newest_first_page_by_page(shop):
    buyer = a_buyer(shop)
    numbers = [an_order(shop, buyer=buyer).order_number for _ in range(3)]

    first = orders.list_orders(merchant_id=shop.id, member_id=buyer.id, cursor=None, limit=2)
    rest = orders.list_orders(
        merchant_id=shop.id, member_id=buyer.id, cursor=first.next_cursor, limit=2
    )

    assert [o.number for o in (*first.items, *rest.items)] == numbers[::-1]
    assert rest.next_cursor is None
    with pytest.raises(Invalid):
        orders.list_orders(merchant_id=shop.id, member_id=buyer.id, cursor="nonsense", limit=2)


def test_an_offer_that_changed_a_moment_ago_is_sold_as_it_is_now(shop):
    assert an_order(shop).total_fen == 49_00
    with transaction():
        execute(
            """UPDATE offers SET price_fen = 3900
            WHERE merchant_id = %(m)s AND id = %(o)s""",
            {"m": shop.id, "o": shop.offer.id},
        )

    assert an_order(shop).total_fen == 39_00


def test_an_offer_that_was_stopped_a_moment_ago_is_not_sold(shop):
    an_order(shop)
    with transaction():
        catalog.stop_offer(merchant_id=shop.id, number=shop.offer.number, actor="staff:1", at=NOON)

    with pytest.raises(NotOnSale):
        an_order(shop)


def test_money_that_was_given_back_by_hand_buys_nothing(shop):
    buyer = a_buyer(shop)
    placed = an_order(shop, buyer=buyer)
    fact = a_paid_fact(shop, placed, is_returned=True)

    assert [confirm(fact), confirm(fact)] == [Outcome.RETURNED, Outcome.ALREADY]

    assert vouchers_of(shop, buyer, at=LATER) == []
    assert (fen(shop, AccountKind.PREPAID), fen(shop, AccountKind.LATE_MONEY)) == (0, 49_00)
    assert close(shop, placed)
    assert ledger.verify() == []
