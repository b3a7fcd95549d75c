"""Refunds meeting upgrades, sales, seats, retries and confirmations at the same moment."""

from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest

from app.domain import aftersales, bookings, membership, orders, payments
from app.domain.aftersales import Wanted, retrying
from app.domain.aftersales import statements as return_statements
from app.domain.catalog import RefundPolicy
from app.domain.membership import Growth
from app.domain.membership import statements as growth_statements
from app.domain.orders import restocking
from app.domain.payments import RefundFact, RefundState, TransferFact, TransferState
from app.kernel.db import db, transaction
from tests.builders.aftersales import a_refund, seen, walk, wechat_says
from tests.builders.bookings import a_club, a_guest, a_session, booked
from tests.builders.membership import a_ladder, a_pack, presents, settle, tier, tiers_in
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_key,
    a_paid_order,
    a_shop,
    a_wish,
    an_order,
    order_id_of,
)
from tests.races.calls import SOON, YEAR
from tests.races.racing import (
    MEETING_SECONDS,
    count,
    meet_after,
    pair,
    storm,
    tally,
    value,
    without,
)

LATE = NOON + YEAR + timedelta(hours=1)


def a_return_of(shop, buyer, *, at=SOON, **order):
    """Its money has arrived; what is left is to take back what the purchase brought."""
    number = a_paid_order(shop, buyer=buyer, **order).order_number
    refund = a_refund(shop, buyer, number, at=at)
    assert walk(shop, refund, at=at) == "paying"
    return number, refund


def arrived(shop, refund):
    wechat_says(shop, refund, at=SOON)
    with transaction():
        aftersales.advance(merchant_id=shop.id, number=refund, at=SOON)
    assert seen(shop, refund).state == "paid"
    db.session.rollback()


def advancing_of(shop, refund):
    return partial(aftersales.advance, merchant_id=shop.id, number=refund, at=SOON)


def noting_of(shop, buyer, number):
    return partial(
        membership.note_growth,
        merchant_id=shop.id,
        member_id=buyer.id,
        kind=Growth.SPEND,
        amount=539_00,
        source=f"order:{number}",
        at=NOON,
    )


def an_upgrade_and_its_refund():
    """A purchase that is not counted yet, and its refund, of which only the taking back is left."""
    shop = a_shop()
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"upgrade": a_pack(shop.merchant)}}))
    buyer = a_buyer(shop)
    number, refund = a_return_of(shop, buyer, quantity=11)
    arrived(shop, refund)
    return shop, buyer, noting_of(shop, buyer, number), advancing_of(shop, refund)


def test_an_upgrade_against_the_refund_of_its_purchase_leaves_no_tier(app, committed):
    shop, buyer, note, take_back = an_upgrade_and_its_refund()

    def upgrade():
        """As the job does that hears of the order."""
        note()
        membership.settle(merchant_id=shop.id, member_id=buyer.id, at=SOON)

    storm(app, [upgrade, take_back] * 18)
    settle(buyer, at=SOON)

    assert value(shop, "coalesce(sum(amount), 0)", "membership_growth") == 0
    assert tier(buyer, at=SOON) == "base"
    assert {state for _, state in presents(buyer)} <= {"void"}
    assert count(shop, "returns", "state = 'done'") == 1


def test_without_its_source_held_the_tier_outlives_the_refund(unguarded, monkeypatch):
    _, buyer, note, take_back = an_upgrade_and_its_refund()
    monkeypatch.setattr(growth_statements, "HOLD_SOURCE", "SELECT %(share_bp)s::bigint")
    both_have_written = Barrier(2)

    def and_wait(call):
        def wait():
            call()
            both_have_written.wait(MEETING_SECONDS)

        return wait

    pair(unguarded, and_wait(note), and_wait(take_back))
    settle(buyer, at=SOON)

    assert tier(buyer, at=SOON) == "silver"


def test_what_goes_back_is_for_sale_once_and_sold_once(app, committed):
    shop = a_shop(offer={"stock": 2, "per_member_limit": 5})
    buyer = a_buyer(shop)
    _, refund = a_return_of(shop, buyer, quantity=2)
    arrived(shop, refund)
    wishes = [a_wish(shop, buyer=a_buyer(shop)) for _ in range(18)]
    db.session.rollback()
    buying = [partial(orders.place, wish, key=None, at=SOON) for wish in wishes]
    calls = [call for buy in buying for call in (buy, advancing_of(shop, refund))]

    results = storm(app, calls)

    sold = tally(results[::2])["done"]
    assert sold <= 2
    assert value(shop, "sum(taken)", "offer_stock") == sold
    assert value(shop, "sum(returned_pieces)", "order_lines") == 2


def test_without_the_order_held_a_piece_is_put_back_twice(unguarded, monkeypatch):
    shop = a_shop(offer={"stock": 9})
    buyer = a_buyer(shop)
    an_order(shop, buyer=buyer, quantity=4)
    number, refund = a_return_of(shop, buyer)
    arrived(shop, refund)
    cancelled = without_restocking(monkeypatch, advancing_of(shop, refund))
    assert cancelled
    taken = value(shop, "sum(taken)", "offer_stock")
    meet_after(monkeypatch, restocking, "fetch_all")
    back = partial(
        orders.restock,
        merchant_id=shop.id,
        order_id=order_id_of(shop, number),
        is_whole=True,
        at=SOON,
    )

    pair(unguarded, back, back)

    assert value(shop, "sum(taken)", "offer_stock") == taken - 2


def without_restocking(monkeypatch, call):
    with monkeypatch.context() as skipping, transaction():
        skipping.setattr(orders, "restock", lambda **_: 0)
        done = call()
    db.session.rollback()
    return done


def test_a_seat_given_up_with_its_voucher_and_cancelled_goes_on_once(app, committed):
    club = a_club()
    session = a_session(club, seats=1)
    holder, waiter = a_guest(club), a_guest(club)
    seat, _ = booked(club, holder, session), booked(club, waiter, session)
    number = value(
        club,
        "o.number",
        "orders o JOIN cards c USING (merchant_id) JOIN vouchers v USING (merchant_id)",
        "c.order_id = o.id AND v.card_id = c.id AND v.id = :v",
        v=holder[1].id,
    )
    giving_up = partial(
        aftersales.ask_for_buyer,
        merchant_id=club.id,
        wanted=Wanted(order_number=number, reason="客人生病"),
        actor="staff:1",
        at=SOON,
    )
    cancelling = partial(
        bookings.cancel,
        merchant_id=club.id,
        member_id=holder[0].id,
        booking_number=seat.number,
        at=SOON,
    )

    results = storm(app, [giving_up, cancelling] * 18)

    assert sum(isinstance(each, str) for each in results[::2]) == 1
    assert count(club, "bookings", "state = 'cancelled'") == 1
    assert count(club, "bookings", "state = 'offered'") == 1
    assert value(club, "taken", "booking_sessions") == 1
    assert value(club, "state", "vouchers", "id = :v", v=holder[1].id) == "frozen"


def a_closed_refund(shop, buyer):
    _, refund = a_return_of(shop, buyer)
    with transaction():
        payments.settle_refund(
            RefundFact(
                merchant_id=shop.id,
                refund_number=seen(shop, refund).refund_number,
                state=RefundState.CLOSED,
                wechat_refund_id="5030",
            ),
            at=SOON,
        )
    db.session.rollback()
    return refund


def retrying_of(shop, refund, *, key=None, how=aftersales.retry):
    return partial(how, merchant_id=shop.id, number=refund, actor="staff:1", key=key, at=SOON)


def test_many_retries_of_a_closed_refund_make_one(app, shop):
    refund = a_closed_refund(shop, a_buyer(shop))
    key = a_key(merchant_id=shop.id, actor="staff:1", operation="retry")
    by_key = [retrying_of(shop, refund, key=key)] * 18
    by_transfer = [retrying_of(shop, refund, how=aftersales.retry_by_transfer)] * 18

    storm(app, by_key + by_transfer)

    made = count(shop, "refunds", "cause LIKE '%:after:%'"), count(shop, "transfers")
    assert made in {(1, 0), (0, 1)}
    assert value(shop, "returned_fen", "payments") == 49_00


@pytest.fixture
def lapsed(committed):
    """A transfer that its payee did not confirm in time."""
    shop = a_shop(offer={"refund_policy": RefundPolicy.ANY_TIME_AND_EXPIRED})
    buyer = a_buyer(shop)
    number = a_paid_order(shop, buyer=buyer).order_number
    refund = a_refund(shop, buyer, number, at=LATE)
    assert walk(shop, refund, at=LATE) == "paying"
    with transaction():
        payments.settle_transfer(
            TransferFact(
                merchant_id=shop.id,
                transfer_number=seen(shop, refund).transfer_number,
                state=TransferState.FAILED,
                bill_no="1330",
                fail_reason="OVERDUE_CLOSE",
            ),
            at=LATE,
        )
    db.session.rollback()
    return shop, buyer, refund


def test_buyer_and_manager_together_send_one_transfer_anew(app, lapsed):
    shop, buyer, refund = lapsed
    collecting = partial(
        aftersales.collect, merchant_id=shop.id, member_id=buyer.id, number=refund, at=LATE
    )

    results = storm(app, [collecting, retrying_of(shop, refund)] * 18)

    assert count(shop, "transfers") == 2
    assert set(tally(results[::2])) == {"done"}
    assert value(shop, "returned_fen", "payments") == 49_00


def by_hand_of(shop, refund):
    more = {"how": "银行转账", "actor": "staff:1", "at": LATE}
    return partial(aftersales.paid_by_hand, merchant_id=shop.id, number=refund, **more)


def test_paid_by_hand_sent_anew_and_collected_at_once_is_one_payout(app, lapsed):
    shop, buyer, refund = lapsed
    collecting = partial(
        aftersales.collect, merchant_id=shop.id, member_id=buyer.id, number=refund, at=LATE
    )

    results = storm(app, [by_hand_of(shop, refund), collecting, retrying_of(shop, refund)] * 12)

    assert count(shop, "transfers") == 2
    paid = count(shop, "ledger_entries", "cause LIKE 'transfer:%'")
    assert paid == count(shop, "transfers", "by_hand IS NOT NULL")
    # Whoever came too late was told so; a sheet that was sent anew may still be paid by WeChat.
    assert sum(isinstance(result, str) for result in results[::3]) == paid
    assert value(shop, "returned_fen", "payments") == 49_00


@pytest.mark.parametrize(
    ("again", "made"),
    [
        (retrying_of, ("refunds", "cause LIKE '%:after:%'")),
        (by_hand_of, ("transfers", "by_hand IS NOT NULL")),
    ],
)
def test_without_the_return_s_lock_the_cause_is_what_stops_a_second_payout(
    unguarded, monkeypatch, again, made
):
    shop = a_shop()
    refund = a_closed_refund(shop, a_buyer(shop))
    monkeypatch.setattr(
        return_statements,
        "LOCK_RETURN",
        without(return_statements.LOCK_RETURN, "FOR NO KEY UPDATE OF o, r"),
    )
    meet_after(monkeypatch, retrying, "lock_case")

    results = pair(unguarded, *[again(shop, refund)] * 2)

    assert tally([each for each in results if isinstance(each, Exception)]) == {"refund_stands": 1}
    assert count(shop, *made) == 1
