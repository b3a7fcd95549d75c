"""At most one message, whatever happens to the answer."""

from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

from app.domain import messaging, vouchers
from app.kernel import clock
from app.kernel.db import transaction
from jobs import messages, reconciliation
from tests.builders.merchants import a_clerk, a_store
from tests.builders.redemption import a_redemption
from tests.jobs.test_money import SOON
from tests.simulator.world import APP, TEMPLATE

SEND = "/cgi-bin/message/subscribe/send"
JOB = "messages.push_order_paid"


def a_paid_order(shop):
    placed = shop.order()
    shop.pay()
    shop.sweep(reconciliation.reconcile_payments, after=SOON)
    return placed


def said(shop):
    return [(row.state.value, row.reason) for row in shop.rows(messaging.SentMessage)]


def remaining(shop):
    with shop.house.app.app_context():
        return messaging.remaining(merchant_id=shop.merchant.id, member_id=shop.buyer.id)[TEMPLATE]


def test_who_paid_is_told_once(shop):
    shop.allow_message(times=2)
    a_paid_order(shop)

    (task,) = shop.run(JOB)
    shop.run(JOB)

    assert task.done_at
    (message,) = shop.messages()
    assert "49.00元" in str(message)
    assert said(shop) == [("sent", None)]
    assert remaining(shop) == 1


def test_two_workers_with_the_same_message_send_one(shop):
    shop.allow_message(times=2)
    a_paid_order(shop)

    shop.run_twice_at_once(JOB)

    assert len(shop.messages()) == 1
    assert said(shop) == [("sent", None)]


def test_a_message_whose_answer_was_lost_is_unknown_and_never_repeated(shop):
    shop.allow_message(times=2)
    a_paid_order(shop)
    shop.fault("reset", scope=SEND)

    (task,) = shop.run(JOB)
    shop.run(JOB)

    assert task.done_at
    assert len(shop.messages()) == 1
    assert said(shop) == [("unknown", None)]


def test_a_busy_platform_is_tried_again_later(shop):
    shop.allow_message()
    a_paid_order(shop)
    shop.fault("error", scope=SEND, code="-1")

    (task,) = shop.run(JOB)
    assert (task.done_at, task.error) == (None, "-1")
    (task,) = shop.run(JOB)

    assert task.done_at
    assert len(shop.messages()) == 1
    assert said(shop) == [("sent", None)]


def test_a_message_that_the_person_did_not_allow_is_not_tried_again(shop):
    shop.allow_message(times=2)
    a_paid_order(shop)
    shop.fault("error", scope=SEND, code="43101")

    (task,) = shop.run(JOB)

    assert task.done_at
    assert said(shop) == [("refused", "not_subscribed")]
    assert remaining(shop) == 0


def test_nobody_is_told_without_leave(shop):
    a_paid_order(shop)

    (task,) = shop.run(JOB)

    assert task.done_at
    assert shop.asked(SEND) == 0
    assert said(shop) == [("no_grant", None)]


def test_whose_voucher_was_used_hears_where(shop):
    a_paid_order(shop)
    redeem_one(shop)
    told_by_template(shop, "voucher_redeemed", {"thing1": "voucher"})

    (task,) = shop.run("messages.push_redeemed")

    assert task.done_at
    (message,) = shop.messages()
    assert "热拿铁兑换券" in str(message)


def redeem_one(shop):
    """At a counter of the shop, by a clerk."""
    with shop.house.app.app_context():
        store = a_store(merchant=shop.merchant)
        counter = SimpleNamespace(id=shop.merchant.id, store=store, clerk=a_clerk(store))
        a_redemption(counter, shop.rows(vouchers.Voucher)[0], at=clock.now())


def told_by_template(shop, message, fields):
    """The platform's one template of these tests says that message too."""
    fields = {**fields, "amount2": "points", "time3": "redeemed_at"}
    with shop.house.app.app_context(), transaction():
        messaging.add_template(
            merchant_id=shop.merchant.id,
            appid=APP.appid,
            message=message,
            template_id=TEMPLATE,
            fields=fields,
            page="pages/index/index",
            at=clock.now(),
        )
    shop.allow_message()


def test_a_sender_that_died_in_between_leaves_an_unknown_message(shop, monkeypatch):
    shop.allow_message()
    a_paid_order(shop)

    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(messages, "_send", die)
        with suppress(KeyboardInterrupt):
            shop.run(JOB)
    shop.run(JOB)
    shop.sweep(messages.settle_lost_messages, after=timedelta(minutes=11))

    assert shop.messages() == []
    assert said(shop) == [("unknown", "sender_lost")]
