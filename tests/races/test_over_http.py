"""The same attacks through the API, against two server processes."""

import secrets
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from app.domain import payments, vouchers
from app.kernel import clock
from app.kernel.db import db
from tests.api.calling import a_notice
from tests.builders.orders import a_paid_order, order_id_of, shown, vouchers_of
from tests.races.racing import count, value
from tests.races.web import Street, at_once, said_of, start_servers
from tests.simulator.world import eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def servers(settings, tmp_path_factory):
    running = start_servers(settings, tmp_path_factory.mktemp("servers"))
    yield running
    for server in running:
        server.kill()


@pytest.fixture
def street(servers, wechat, committed):
    """Two lattes for 49 yuan, 10 pieces, two for each person."""
    return Street(servers, wechat, stock=10, per_member_limit=2)


@pytest.fixture
def open_street(servers, wechat, committed):
    """The same without any limit."""
    return Street(servers, wechat)


def a_key():
    return secrets.token_hex(12)


def told(answers):
    return Counter(
        str(answer.status_code) if answer.ok else answer.json()["code"] for answer in answers
    )


def ordering(person, shop, *, key=None):
    body = {"offer": shop.offer.number}
    return partial(person.post, "/orders", body, key=key or a_key())


def a_code(shop, voucher):
    text = shown(shop, voucher, at=clock.now()).qr_text
    db.session.rollback()
    return text


def bought(street, person):
    """Vouchers in the wallet, without the way through the shop."""
    a_paid_order(street.shop, buyer=person.member, at=clock.now() - timedelta(minutes=1))
    return vouchers_of(street.shop, person.member, at=clock.now())


def bill_of(shop, order):
    found = payments.find_bill(merchant_id=shop.id, order_id=order_id_of(shop, order))
    db.session.rollback()
    return found


def points_of(person):
    return person.get("/points").json()


def test_a_hundred_scans_of_one_voucher_redeem_it_once(open_street):
    shop, buyer = open_street.shop, open_street.customer()
    code = a_code(shop, bought(open_street, buyer)[0])
    clerks = [open_street.clerk() for _ in range(4)]
    calls = [
        partial(clerks[n % 4].post, "/counter/redeem", {"code": code}, key=a_key())
        for n in range(100)
    ]

    assert told(at_once(calls)) == {"201": 1, "already_redeemed": 99}

    assert count(shop, "redemptions") == 1
    assert count(shop, "voucher_events", "action = 'redeem'") == 1
    assert count(shop, "redemption_refusals") == 99
    assert buyer.get("/points").json()["spendable"] == 24


def test_one_scan_sent_forty_times_is_answered_alike_forty_times(open_street):
    shop, buyer, clerk = open_street.shop, open_street.customer(), open_street.clerk()
    code, key = a_code(shop, bought(open_street, buyer)[0]), a_key()

    answers = at_once([partial(clerk.post, "/counter/redeem", {"code": code}, key=key)] * 40)

    verdicts = [answer.json() for answer in answers]
    assert {answer.status_code for answer in answers} == {201}
    assert Counter(verdict.pop("replayed") for verdict in verdicts) == {False: 1, True: 39}
    assert all(verdict == verdicts[0] for verdict in verdicts)
    assert count(shop, "redemptions") == 1


def test_fifty_buyers_of_ten_pieces_buy_ten(street):
    buyers = [street.customer() for _ in range(50)]

    answers = at_once([ordering(buyer, street.shop) for buyer in buyers])

    assert told(answers) == {"201": 10, "sold_out": 40}
    assert value(street.shop, "taken", "offer_stock") == 10

    back = [
        partial(buyer.post, f"/orders/{answer.json()['order']}/cancel")
        for buyer, answer in zip(buyers, answers, strict=True)
        if answer.ok
    ]
    assert told(at_once(back * 3)) == {"200": 30}
    assert value(street.shop, "taken", "offer_stock") == 0


def test_one_person_at_many_screens_gets_no_more_than_his_share(street):
    buyer = street.customer()

    answers = told(at_once([ordering(buyer, street.shop) for _ in range(40)]))

    # Some twenty attempts a minute are let through at all.
    assert answers["201"] == 2
    assert set(answers) == {"201", "limit_reached", "too_often"}
    assert value(street.shop, "taken", "offer_takers") == 2


def test_one_order_sent_twenty_times_is_one_order(street):
    buyer = street.customer()

    answers = at_once([ordering(buyer, street.shop, key=a_key())] * 20)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["order"] for answer in answers}) == 1
    assert count(street.shop, "orders") == 1


def test_a_notice_forty_times_at_once_hands_over_once(open_street):
    shop, buyer = open_street.shop, open_street.customer()
    order = ordering(buyer, shop)().json()["order"]
    envelope = a_notice(said_of(bill_of(shop, order)))

    statuses = at_once([partial(open_street.notify, envelope)] * 40)

    assert set(statuses) == {204}
    assert (count(shop, "inbox"), count(shop, "vouchers")) == (1, 2)
    assert count(shop, "ledger_entries") == 1


def test_many_notices_about_one_payment_hand_over_once(open_street):
    shop, buyer = open_street.shop, open_street.customer()
    order = ordering(buyer, shop)().json()["order"]
    resource = said_of(bill_of(shop, order))
    envelopes = [a_notice(resource) for _ in range(40)]

    assert set(at_once([partial(open_street.notify, each) for each in envelopes])) == {204}

    assert (count(shop, "vouchers"), count(shop, "ledger_entries")) == (2, 1)


def test_forged_and_replayed_notices_among_a_true_one_leave_no_trace(open_street):
    shop, buyer = open_street.shop, open_street.customer()
    order = ordering(buyer, shop)().json()["order"]
    resource = said_of(bill_of(shop, order))
    kinds = ["forge", "wrong_key", "foreign_serial", "signtest", "old_timestamp"]
    forged = [a_notice(resource, kind=kind) for kind in kinds * 8]
    calls = [partial(open_street.notify, each) for each in forged]

    assert set(at_once(calls)) == {401}
    assert (count(shop, "inbox"), count(shop, "vouchers")) == (0, 0)

    truth = partial(open_street.notify, a_notice(resource))
    statuses = at_once([*calls[:20], truth, *calls[20:]])

    assert Counter(statuses) == {401: 40, 204: 1}
    assert (count(shop, "inbox"), count(shop, "vouchers")) == (1, 2)


def test_a_wrong_amount_among_true_notices_changes_nothing(open_street):
    shop, buyer = open_street.shop, open_street.customer()
    order = ordering(buyer, shop)().json()["order"]
    resource = said_of(bill_of(shop, order))
    wrong = [partial(open_street.notify, a_notice(resource, kind="wrong_amount")) for _ in "x" * 10]
    true = [partial(open_street.notify, a_notice(resource)) for _ in "x" * 10]

    statuses = at_once([call for both in zip(wrong, true, strict=True) for call in both])

    assert statuses == [500, 204] * 10
    assert (count(shop, "vouchers"), count(shop, "ledger_entries")) == (2, 1)


def test_late_notices_for_closed_orders_keep_the_money_apart(street):
    shop = street.shop
    buyers = [street.customer() for _ in range(10)]
    placed = [ordering(buyer, shop)().json()["order"] for buyer in buyers]
    for buyer, order in zip(buyers, placed, strict=True):
        assert buyer.post(f"/orders/{order}/cancel").json()["state"] == "closed"
    envelopes = [a_notice(said_of(bill_of(shop, order))) for order in placed]

    assert set(at_once([partial(street.notify, each) for each in envelopes * 4])) == {204}

    assert (count(shop, "vouchers"), value(shop, "taken", "offer_stock")) == (0, 0)
    assert count(shop, "outbox", "event = 'PaymentCameLate'") == 10
    assert count(shop, "ledger_entries", "cause LIKE 'payment:%'") == 10


def test_notices_against_giving_up_end_each_order_in_exactly_one_way(open_street):
    shop = open_street.shop
    buyers = [open_street.customer() for _ in range(25)]
    placed = [ordering(buyer, shop)().json()["order"] for buyer in buyers]
    calls = []
    for n, (buyer, order) in enumerate(zip(buyers, placed, strict=True)):
        pay = partial(open_street.notify, a_notice(said_of(bill_of(shop, order))))
        cancel = partial(buyer.post, f"/orders/{order}/cancel")
        calls += (cancel, pay) if n % 2 else (pay, cancel)

    at_once(calls)

    fulfilled = count(shop, "orders", "state = 'fulfilled'")
    closed = count(shop, "orders", "state = 'closed'")
    late = count(shop, "outbox", "event = 'PaymentCameLate'")
    assert fulfilled + closed == 25
    assert (count(shop, "vouchers"), late) == (2 * fulfilled, closed)
    assert count(shop, "payments", "state = 'received'") == 25


def test_a_phone_that_pays_while_its_owner_gives_up_has_one_truth(open_street):
    shop = open_street.shop
    people = [open_street.newcomer() for _ in range(12)]
    placed = [ordering(person, shop)().json()["order"] for person in people]
    prepaid = [
        person.post(f"/orders/{order}/prepay").json()
        for person, order in zip(people, placed, strict=True)
    ]
    calls = []
    for n, (person, order, asked) in enumerate(zip(people, placed, prepaid, strict=True)):
        pay = partial(open_street.phone_pays, person, asked)
        cancel = partial(person.post, f"/orders/{order}/cancel")
        calls += (cancel, pay) if n % 2 else (pay, cancel)

    results = at_once(calls)

    was_paid = [results[2 * n + n % 2] for n in range(12)]
    assert {type(each) for each in was_paid} == {bool}
    ends = [
        eventually(partial(settled, person, order), seconds=30)
        for person, order in zip(people, placed, strict=True)
    ]
    # Nobody paid for nothing, nobody got something for nothing.
    assert ends == ["fulfilled" if paid else "closed" for paid in was_paid]
    assert count(shop, "vouchers", "state = :s", s=vouchers.VoucherState.ACTIVE.value) == 2 * sum(
        was_paid
    )
    assert count(shop, "outbox", "event = 'PaymentCameLate'") == 0


def settled(person, order):
    state = person.get(f"/orders/{order}").json()["state"]
    return state if state != "pending" else None
