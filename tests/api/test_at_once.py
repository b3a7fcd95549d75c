"""The same request many times at once, over the whole way from the door to the commit."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from app.domain.catalog import Days
from app.kernel import clock
from app.kernel.db import db
from tests.api.calling import Caller, a_notice, a_request_key
from tests.builders.catalog import an_offer
from tests.builders.orders import a_voucher, shown
from tests.builders.tenders import a_discount, points_pay, with_points, with_value

AT_ONCE = 32


def at_once(app, call):
    """Every answer as (status, body)."""
    door = Barrier(AT_ONCE)

    def one(number):
        door.wait(30)
        answer = call(app.test_client(), number)
        return answer.status_code, answer.json

    db.session.remove()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


@pytest.fixture
def code(shop, buyer):
    voucher = a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))
    return shown(shop, voucher, at=clock.now()).qr_text


def test_many_scans_of_one_voucher_redeem_it_once(app, clerk, code, redis):
    def scan(client, number):
        caller = Caller(client, clerk, bearer=clerk.bearer)
        return caller.post("/counter/redeem", {"code": code}, key=f"scan-{number:04}")

    codes = Counter(body.get("code", "redeemed") for _, body in at_once(app, scan))
    assert codes == {"redeemed": 1, "already_redeemed": AT_ONCE - 1}


def test_one_scan_sent_many_times_has_one_answer(app, clerk, code, redis):
    def scan(client, _):
        caller = Caller(client, clerk, bearer=clerk.bearer)
        return caller.post("/counter/redeem", {"code": code}, key="scan-0001")

    answers = at_once(app, scan)
    assert {status for status, _ in answers} == {201}
    assert len({body["redemption"] for _, body in answers}) == 1
    assert Counter(body["replayed"] for _, body in answers)[False] == 1


def test_one_reversal_sent_many_times_has_one_answer(app, clerk, manager, code, redis):
    scan = clerk.post("/counter/redeem", {"code": code}, key=a_request_key())
    path = f"/counter/redemptions/{scan.json['redemption']}/reverse"

    def reverse(client, _):
        caller = Caller(client, manager, bearer=manager.bearer)
        return caller.post(path, {"reason": "扫错了"}, key="reverse-0001")

    answers = at_once(app, reverse)
    assert {status for status, _ in answers} == {200}
    assert all(body == answers[0][1] for _, body in answers)


def test_one_order_sent_many_times_is_one_order(app, member, shop, redis, monkeypatch):
    monkeypatch.setattr("app.web.limits.check", lambda *_, **__: None)
    rare = an_offer(merchant=shop.merchant, stock=1).number

    def order(client, _):
        caller = Caller(client, member, bearer=member.bearer)
        return caller.post("/orders", {"offer": rare}, key="order-0001")

    answers = at_once(app, order)
    assert {status for status, _ in answers} == {201}
    assert len({body["order"] for _, body in answers}) == 1


def test_one_notice_brought_many_times_hands_over_once(app, member, shop, phone, redis):
    body = {"offer": shop.offer.number}
    order = member.post("/orders", body, key=a_request_key()).json["order"]
    parameters = member.post(f"/orders/{order}/prepay").json
    assert phone.pay(parameters) == "requestPayment:ok"
    headers, sealed = a_notice(phone.last_paid())
    door = f"/wechat/pay/{shop.channel.number}/payments"

    answers = at_once(app, lambda client, _: client.post(door, data=sealed, headers=headers))
    assert {status for status, _ in answers} == {204}
    assert len(member.get("/wallet").json["items"]) == 2


def test_paying_and_giving_up_at_once_spends_every_pot_once(
    app, member, shop, buyer, phone, redis, monkeypatch
):
    monkeypatch.setattr("app.web.limits.check", lambda *_, **__: None)
    points_pay(shop)
    with_points(shop, buyer, 1_000)
    with_value(shop, buyer, paid=100_00, bonus=0)
    voucher = a_discount(shop, buyer, stackable=True, validity=Days(count=900))
    body = {
        "offer": shop.offer.number,
        "voucher": voucher.number,
        "points": 400,
        "value_fen": 10_00,
    }
    order = member.post("/orders", body, key=a_request_key()).json["order"]
    assert phone.pay(member.post(f"/orders/{order}/prepay").json) == "requestPayment:ok"
    headers, sealed = a_notice(phone.last_paid())
    door = f"/wechat/pay/{shop.channel.number}/payments"

    def pay_or_give_up(client, number):
        if number % 2:
            return client.post(door, data=sealed, headers=headers)
        caller = Caller(client, member, bearer=member.bearer)
        return caller.post(f"/orders/{order}/cancel")

    answers = at_once(app, pay_or_give_up)

    # The money had come, so whoever wants to give up is told so.
    assert {status for status, _ in answers[1::2]} == {204}
    assert {body["code"] for _, body in answers[::2]} <= {
        "order_was_paid",
        "order_not_payable",
        "already_paid",
    }
    seen = member.get(f"/orders/{order}").json
    assert (seen["state"], {each["state"] for each in seen["tenders"]}) == (
        "fulfilled",
        {"captured"},
    )
    assert member.get("/points").json["spendable"] == 600
    assert member.get(f"/vouchers/{voucher.number}").json["state"] == "redeemed"
