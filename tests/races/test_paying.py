"""Notices come twice, late, and while the order is being closed: money has one end each time."""

from functools import partial

import pytest

from app.domain import ledger, orders, payments
from app.domain.ledger import AccountKind, house
from app.domain.orders import OrderPaid, Outcome, paying, statements
from app.domain.payments import RefundFact, RefundState, refunding
from app.kernel import inbox, outbox
from app.kernel.db import db, transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_fact, a_shop, an_order
from tests.builders.together import one_behind_the_other
from tests.races.calls import closing_of
from tests.races.racing import (
    MEETING_SECONDS,
    count,
    meet_after,
    pair,
    storm,
    tally,
    told,
    value,
    without,
)


def confirming(shop, placed):
    return partial(orders.confirm_paid, a_paid_fact(shop, placed), at=NOON)


def fen(shop, kind):
    found = ledger.balance_of(merchant_id=shop.id, account=house(kind))
    db.session.rollback()
    return found


def taken(shop):
    return value(shop, "sum(taken)", "offer_stock")


def test_one_notice_32_times_at_once_hands_over_once(app, shop):
    placed = an_order(shop)

    results = storm(app, [confirming(shop, placed)] * 32)

    assert tally(results) == {"paid": 1, "already": 31}
    assert count(shop, "vouchers") == 2
    assert count(shop, "ledger_entries") == 1
    assert count(shop, "outbox", "event = 'OrderPaid'") == len(outbox.jobs_of(OrderPaid))
    assert fen(shop, AccountKind.PREPAID) == 49_00


def test_one_notice_32_times_through_the_inbox_is_applied_once(app, shop):
    placed = an_order(shop)
    confirm = confirming(shop, placed)
    notice = inbox.Notice(
        merchant_id=shop.id, source="wechat_pay", reference="EV-1", headers="{}", body="{}"
    )

    def receive():
        return confirm() if inbox.keep_applied(notice, at=NOON) else "known"

    results = storm(app, [receive] * 32)

    assert [results.count(Outcome.PAID), results.count("known")] == [1, 31]
    assert (count(shop, "inbox"), count(shop, "vouchers")) == (1, 2)


def test_first_payments_of_a_new_merchant_open_the_books_together(app, shop):
    placed = [an_order(shop) for _ in range(36)]

    results = storm(app, [confirming(shop, each) for each in placed])

    assert tally(results) == {"paid": 36}
    assert count(shop, "ledger_accounts", "owner = 0") == 7
    assert fen(shop, AccountKind.PREPAID) == 36 * 49_00


def test_paying_against_closing_ends_each_order_in_exactly_one_way(app, committed):
    shop = a_shop(offer={"stock": 100, "per_member_limit": 100})
    buyer = a_buyer(shop)
    placed = [an_order(shop, buyer=buyer) for _ in range(40)]
    rounds = [(confirming(shop, each), closing_of(shop, each.order_number)) for each in placed]
    # Every second order is closed first.
    calls = [call for number, pays in enumerate(rounds) for call in pays[:: 1 - number % 2 * 2]]

    results = storm(app, calls)

    paid = late = 0
    for number in range(40):
        pays = results[2 * number : 2 * number + 2][:: 1 - number % 2 * 2]
        assert pays in ([Outcome.PAID, False], [Outcome.LATE, True])
        paid += pays[0] is Outcome.PAID
        late += pays[0] is Outcome.LATE
    assert paid + late == 40
    assert count(shop, "orders", "state = 'fulfilled'") == paid
    assert count(shop, "orders", "state = 'closed'") == late
    assert taken(shop) == value(shop, "taken", "offer_takers") == paid
    assert fen(shop, AccountKind.PREPAID) == paid * 49_00
    assert fen(shop, AccountKind.LATE_MONEY) == late * 49_00
    assert count(shop, "outbox", "event = 'PaymentCameLate'") == late


@pytest.mark.parametrize("_round", range(3))
def test_money_that_arrives_behind_the_closing_is_kept_apart(app, committed, _round):
    shop = a_shop(offer={"stock": 5})
    placed = an_order(shop)
    pay, close = confirming(shop, placed), closing_of(shop, placed.order_number)
    db.session.rollback()

    both = one_behind_the_other(app, close, pay)

    assert both.waited
    assert (both.first, both.second) == (True, Outcome.LATE)
    assert (taken(shop), count(shop, "vouchers")) == (0, 0)
    assert (fen(shop, AccountKind.PREPAID), fen(shop, AccountKind.LATE_MONEY)) == (0, 49_00)


@pytest.mark.parametrize("_round", range(3))
def test_a_closing_that_arrives_behind_the_money_does_nothing(app, committed, _round):
    shop = a_shop(offer={"stock": 5})
    placed = an_order(shop)
    pay, close = confirming(shop, placed), closing_of(shop, placed.order_number)
    db.session.rollback()

    both = one_behind_the_other(app, pay, close)

    assert both.waited
    assert (both.first, both.second) == (Outcome.PAID, False)
    assert (taken(shop), count(shop, "vouchers")) == (1, 2)


def test_late_money_is_asked_back_once_and_settled_once(app, shop):
    placed = an_order(shop)
    pay, close = confirming(shop, placed), closing_of(shop, placed.order_number)
    with transaction():
        close()
    with transaction():
        pay()
    payment = value(shop, "id", "payments")
    asking = partial(orders.return_late_money, merchant_id=shop.id, payment_id=payment, at=NOON)

    numbers = storm(app, [asking] * 32)

    assert numbers.count(None) == 31
    assert count(shop, "outbox", "event = 'RefundAsked'") == 1
    (number,) = set(numbers) - {None}
    results = storm(app, [settling(shop, number)] * 32)

    assert set(results) == {RefundState.SUCCEEDED}
    assert count(shop, "ledger_entries", "cause LIKE 'refund:%'") == 1
    assert (fen(shop, AccountKind.LATE_MONEY), fen(shop, AccountKind.PAYERS)) == (0, 0)


def test_a_late_word_of_processing_does_not_reopen_a_refund(app, shop):
    number = a_refund(shop)
    end, late = settling(shop, number), settling(shop, number, RefundState.PROCESSING)

    results = storm(app, [end, late] * 16)

    assert set(results) <= {RefundState.SUCCEEDED, RefundState.PROCESSING}
    assert value(shop, "state", "refunds") == "succeeded"
    assert count(shop, "ledger_entries", "cause LIKE 'refund:%'") == 1


def settling(shop, number, state=RefundState.SUCCEEDED):
    fact = RefundFact(
        merchant_id=shop.id, refund_number=number, state=state, wechat_refund_id="5030"
    )
    return partial(payments.settle_refund, fact, at=NOON)


def a_refund(shop):
    """Its number: money came for a closed order, and is on its way back."""
    placed = an_order(shop)
    pay, close = confirming(shop, placed), closing_of(shop, placed.order_number)
    payment = value(shop, "id", "payments")
    asking = partial(orders.return_late_money, merchant_id=shop.id, payment_id=payment, at=NOON)
    for step in (close, pay, asking):
        with transaction():
            told_last = step()
    return told_last


# Controls: the same without its guard.


def unlock_payments(monkeypatch):
    unlocked = without(statements.LOCK_FOR_PAYMENT, "FOR NO KEY UPDATE OF o, p")
    monkeypatch.setattr(statements, "LOCK_FOR_PAYMENT", unlocked)


def test_without_the_lock_two_notices_hand_over_twice(unguarded, monkeypatch):
    shop = a_shop()
    confirm = confirming(shop, an_order(shop))
    unlock_payments(monkeypatch)
    meet_after(monkeypatch, paying, "_check")

    assert pair(unguarded, confirm, confirm) == [Outcome.PAID, Outcome.PAID]
    assert count(shop, "vouchers") == 4


def test_without_the_lock_an_order_is_handed_over_and_its_piece_given_back(unguarded, monkeypatch):
    from app.domain.orders import closing as closing_module

    shop = a_shop(offer={"stock": 5})
    placed = an_order(shop)
    pay, close = confirming(shop, placed), closing_of(shop, placed.order_number)
    monkeypatch.setattr(
        statements, "LOCK_TO_CLOSE", without(statements.LOCK_TO_CLOSE, "FOR NO KEY UPDATE")
    )
    unlock_payments(monkeypatch)
    meeting = meet_after(monkeypatch, paying, "_check")
    look = closing_module.fetch_one

    def look_and_meet(*args):
        found = look(*args)
        meeting.wait(MEETING_SECONDS)
        return found

    monkeypatch.setattr(closing_module, "fetch_one", look_and_meet)

    assert pair(unguarded, pay, close) == [Outcome.PAID, True]
    # Both went on: two vouchers are out, and their piece is for sale again.
    assert (count(shop, "vouchers"), taken(shop)) == (2, 0)


def test_without_the_lock_two_settlements_both_book(unguarded, monkeypatch):
    shop = a_shop()
    number = a_refund(shop)

    class Found(refunding._Open):
        pass

    def look_only(fact):
        return refunding.fetch_one(
            Found,
            "SELECT id, state, amount_fen, kept_as FROM refunds "
            "WHERE merchant_id = %(m)s AND number = %(n)s",
            {"m": fact.merchant_id, "n": fact.refund_number},
        )

    monkeypatch.setattr(refunding, "_lock", look_only)
    meet_after(monkeypatch, refunding, "_lock")

    results = pair(unguarded, settling(shop, number), settling(shop, number))

    # Both meant to book; that a cause is booked once and for ever is the second wall.
    assert sorted(map(told, results)) == ["already_posted", "succeeded"]
