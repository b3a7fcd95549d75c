"""Paying and giving up, against the pretend WeChat; and the notices it sends."""

import pytest

from app.domain import payments
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.api.calling import a_notice, a_request_key
from tests.builders.orders import order_id_of


@pytest.fixture
def order(member, shop):
    body = {"offer": shop.offer.number}
    return member.post("/orders", body, key=a_request_key()).json["order"]


@pytest.fixture
def bill(shop, order):
    found = payments.find_bill(merchant_id=shop.id, order_id=order_id_of(shop, order))
    db.session.rollback()
    return found.number


def pay(member, phone, order):
    parameters = member.post(f"/orders/{order}/prepay")
    assert parameters.status_code == 200, parameters.json
    assert phone.pay(parameters.json) == "requestPayment:ok"


def notify(client, shop, resource, *, door="payments", channel=None, **more):
    headers, body = a_notice(resource, **more)
    path = f"/wechat/pay/{channel or shop.channel.number}/{door}"
    return client.post(path, data=body, headers=headers)


def kept(shop):
    query = "SELECT applied_at IS NOT NULL, failure FROM inbox WHERE merchant_id = %s"
    rows = db.session.connection().exec_driver_sql(query, (shop.id,)).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


def test_a_purchase_from_order_to_wallet(client, member, shop, phone, order, bill):
    pay(member, phone, order)
    answer = notify(client, shop, phone.paid(bill))
    assert (answer.status_code, answer.data) == (204, b"")
    assert member.get(f"/orders/{order}").json["state"] == "fulfilled"
    assert len(member.get("/wallet").json["items"]) == 2
    assert kept(shop) == [(True, None)]


def test_paying_twice_is_the_same_bill(member, phone, order):
    first = member.post(f"/orders/{order}/prepay").json
    second = member.post(f"/orders/{order}/prepay").json
    assert second["package"] == first["package"]
    assert second["nonceStr"] != first["nonceStr"]


def test_a_notice_twice_hands_over_once(client, member, shop, phone, order, bill):
    pay(member, phone, order)
    for _ in range(2):
        assert notify(client, shop, phone.paid(bill)).status_code == 204
    assert len(member.get("/wallet").json["items"]) == 2


@pytest.mark.parametrize("kind", ["forge", "signtest", "foreign_serial", "wrong_key"])
def test_a_forged_notice_leaves_no_trace(client, member, shop, phone, order, bill, kind):
    pay(member, phone, order)
    answer = notify(client, shop, phone.paid(bill), kind=kind)
    assert (answer.status_code, answer.json["code"]) == (401, "FAIL")
    assert kept(shop) == []
    assert member.get(f"/orders/{order}").json["state"] == "pending"


def test_a_stale_notice_is_refused(client, member, shop, phone, order, bill):
    pay(member, phone, order)
    answer = notify(client, shop, phone.paid(bill), kind="old_timestamp")
    assert (answer.status_code, answer.json["details"]) == (401, {"reason": "stale_notice"})


def test_a_wrong_amount_is_kept_refused_and_loud(client, member, shop, phone, order, bill):
    pay(member, phone, order)
    answer = notify(client, shop, phone.paid(bill), kind="wrong_amount")
    assert (answer.status_code, answer.json["code"]) == (500, "FAIL")
    assert kept(shop) == [(False, "wrong_payment")]
    assert member.get(f"/orders/{order}").json["state"] == "pending"


def test_a_bill_that_we_never_made_is_kept_and_asked_for_again(
    client, shop, member, phone, order, bill
):
    pay(member, phone, order)
    answer = notify(client, shop, phone.paid(bill) | {"out_trade_no": "P22222222222222222"})
    assert (answer.status_code, answer.json["details"]) == (500, {"reason": "unknown_payment"})
    assert kept(shop) == [(False, "unknown_payment")]


def test_another_account_of_the_same_provider_is_refused(client, shop, member, phone, order, bill):
    pay(member, phone, order)
    answer = notify(client, shop, phone.paid(bill) | {"mchid": "1600000000"})
    assert answer.json["details"] == {"reason": "wrong_payment"}


def test_a_payment_notice_at_the_refund_door_is_refused(client, shop, member, phone, order, bill):
    pay(member, phone, order)
    assert notify(client, shop, phone.paid(bill), door="refunds").status_code == 401


def test_a_door_that_is_none_is_404(client, shop, phone):
    for channel in ("W" + "2" * 16, "x", shop.offer.number):
        assert notify(client, shop, {}, channel=channel).status_code == 404


def test_nonsense_at_the_door_is_401(client, shop):
    for body in (b"", b"{", b"\x00\xff", b"[" * 60_000):
        path = f"/wechat/pay/{shop.channel.number}/payments"
        assert client.post(path, data=body).status_code == 401


def test_giving_up_closes_order_and_bill(member, shop, phone, order):
    parameters = member.post(f"/orders/{order}/prepay").json
    answer = member.post(f"/orders/{order}/cancel")
    assert (answer.status_code, answer.json["state"]) == (200, "closed")
    assert answer.json["close_reason"] == "cancelled"
    assert phone.pay(parameters) != "requestPayment:ok"


def test_giving_up_twice_is_giving_up_once(member, order):
    member.post(f"/orders/{order}/cancel")
    assert member.post(f"/orders/{order}/cancel").json["state"] == "closed"


def test_giving_up_what_was_paid_hands_it_over_instead(member, phone, order):
    pay(member, phone, order)
    answer = member.post(f"/orders/{order}/cancel")
    assert (answer.status_code, answer.json["code"]) == (409, "already_paid")
    assert member.get(f"/orders/{order}").json["state"] == "fulfilled"


def test_what_is_paid_or_closed_cannot_be_paid(client, member, shop, phone, order, bill):
    pay(member, phone, order)
    notify(client, shop, phone.paid(bill))
    assert member.post(f"/orders/{order}/prepay").json["code"] == "order_not_payable"
    assert member.post(f"/orders/{order}/cancel").json["code"] == "order_not_payable"


def test_while_wechat_is_away_the_order_stays_as_it_was(member, phone, order):
    phone.fault("status", scope="/v3/pay/transactions", status=503)
    try:
        answer = member.post(f"/orders/{order}/prepay")
    finally:
        phone.no_faults()
    assert (answer.status_code, answer.json["code"]) == (502, "wechat_unavailable")
    assert member.post(f"/orders/{order}/prepay").status_code == 200


def a_refund(shop, bill):
    with transaction():
        payment = payments.find_bill(merchant_id=shop.id, order_id=_order_of(shop, bill))
        return payments.ask_refund(
            merchant_id=shop.id,
            payment_id=payment.payment_id,
            amount_fen=4900,
            reason="试一试",
            cause=f"test:{bill}",
            at=clock.now(),
        )


def _order_of(shop, bill):
    query = "SELECT order_id FROM payments WHERE merchant_id = %s AND number = %s"
    return db.session.connection().exec_driver_sql(query, (shop.id, bill)).scalar_one()


def about_refund(phone, bill, number, *, status="SUCCESS", refund=4900):
    paid = phone.paid(bill)
    return {
        "mchid": paid["mchid"],
        "transaction_id": paid["transaction_id"],
        "out_trade_no": bill,
        "refund_id": "50000000382019052709732678859",
        "out_refund_no": number,
        "refund_status": status,
        "success_time": "2026-11-21T20:00:00+08:00",
        "user_received_account": "支付用户零钱",
        "amount": {"total": 4900, "refund": refund, "payer_total": 4900, "payer_refund": refund},
    }


def refund_state(shop, number):
    query = "SELECT state FROM refunds WHERE merchant_id = %s AND number = %s"
    state = db.session.connection().exec_driver_sql(query, (shop.id, number)).scalar_one()
    db.session.rollback()
    return state


REFUNDED = {"door": "refunds", "event": "REFUND.SUCCESS", "about": "refund"}


def test_a_refund_notice_settles_the_refund(client, shop, member, phone, order, bill):
    pay(member, phone, order)
    notify(client, shop, phone.paid(bill))
    number = a_refund(shop, bill)
    failed = about_refund(phone, bill, number, status="ABNORMAL")
    answer = notify(client, shop, failed, **REFUNDED | {"event": "REFUND.ABNORMAL"})
    assert answer.status_code == 204
    assert refund_state(shop, number) == "abnormal"


def test_a_refund_of_another_amount_is_kept_and_loud(client, shop, member, phone, order, bill):
    pay(member, phone, order)
    notify(client, shop, phone.paid(bill))
    number = a_refund(shop, bill)
    wrong = about_refund(phone, bill, number, refund=4800)
    answer = notify(client, shop, wrong, **REFUNDED)
    assert (answer.status_code, answer.json["details"]) == (500, {"reason": "wrong_payment"})
    assert refund_state(shop, number) == "asked"


def test_a_refund_that_we_never_asked_for_is_kept(client, shop, member, phone, order, bill):
    pay(member, phone, order)
    strange = about_refund(phone, bill, "R22222222222222222")
    answer = notify(client, shop, strange, **REFUNDED)
    assert (answer.status_code, answer.json["details"]) == (500, {"reason": "not_found"})
    assert kept(shop) == [(False, "not_found")]
