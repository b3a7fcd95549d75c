"""What follows for points: a purchase earns, a visit earns, time ripens, people are told."""

from datetime import timedelta

from app.domain import messaging, points, redemption, vouchers
from app.domain.merchants import Role
from app.domain.points import RuleSource
from app.kernel import clock
from app.kernel.db import db, transaction
from jobs import points as point_jobs
from jobs import reconciliation
from tests.builders.merchants import a_clerk, a_store
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.points import a_rule, given, look
from tests.builders.redemption import a_redemption
from tests.jobs.test_money import SOON
from tests.simulator.world import APP, TEMPLATE

DAY = timedelta(days=1)


def balance(shop):
    with shop.house.app.app_context():
        at = clock.now()
        found = points.balance(merchant_id=shop.merchant.id, member_id=shop.buyer.id, at=at)
        return found.spendable, found.pending, found.debt


def with_rule(shop, **words):
    with shop.house.app.app_context():
        a_rule(Counter(shop), **words)


class Counter:
    """The shop as the builders know one, with somebody at its counter."""

    def __init__(self, shop):
        self.id = shop.merchant.id
        self.store = a_store(merchant=shop.merchant)
        self.clerk = a_clerk(self.store)


def bought(shop):
    shop.order()
    shop.pay()
    shop.sweep(reconciliation.reconcile_payments, after=SOON)
    return shop.rows(vouchers.Voucher)


def test_a_purchase_earns_once_and_ripens_with_its_refund_deadline(shop):
    with_rule(shop, source=RuleSource.PURCHASE, points_per_yuan=1, name="消费奖励")
    bought(shop)

    shop.run("points.earn_for_purchase")
    shop.run_twice_at_once("points.earn_for_purchase")
    assert balance(shop) == (0, 49, 0)

    # The vouchers may go back unused for thirty days.
    shop.sweep(point_jobs.mature_points, after=30 * DAY)
    assert balance(shop) == (0, 49, 0)
    shop.sweep_twice_at_once(point_jobs.mature_points, after=32 * DAY)
    assert balance(shop) == (49, 0, 0)
    assert shop.sweep(point_jobs.mature_points, after=32 * DAY) == 0


def test_one_bad_member_keeps_nobody_elses_points_waiting(committed, monkeypatch):
    stall = a_shop()
    bad, good = a_buyer(stall), a_buyer(stall)
    for each in (bad, good):
        given(stall, each, 10, expires_at=NOON + DAY)
    really = points.expire

    def expire(**who):
        if who["member_id"] == bad.id:
            raise ValueError("broken")
        return really(**who)

    monkeypatch.setattr(points, "expire", expire)
    point_jobs.expire_points(at=NOON + 2 * DAY)
    assert [look(stall, each).spendable for each in (bad, good)] == [10, 0]

    monkeypatch.undo()
    point_jobs.expire_points(at=NOON + 2 * DAY)
    assert look(stall, bad).spendable == 0
    db.session.rollback()


def test_without_a_rule_a_purchase_earns_nothing(shop):
    bought(shop)

    (task,) = shop.run("points.earn_for_purchase")

    assert task.done_at
    assert balance(shop) == (0, 0, 0)


def test_what_is_told_soon_is_told_once(shop):
    with shop.house.app.app_context():
        _allow(shop)
        _give(shop, 30, ends_in=10 * DAY)

    shop.sweep(point_jobs.remind_of_points, after=2 * DAY)
    shop.sweep_twice_at_once(point_jobs.remind_of_points, after=4 * DAY)
    shop.sweep(point_jobs.remind_of_points, after=5 * DAY)
    shop.run("points.tell_expiring")
    (task,) = shop.run("points.tell_expiring")

    assert task.done_at
    (sent,) = shop.rows(messaging.SentMessage, message="points_expiring")
    assert sent.state.value == "sent"
    assert "自动清零" in str(shop.messages())


def test_whoever_used_a_voucher_was_there_unless_it_was_a_mistake(shop):
    with_rule(shop, source=RuleSource.VISIT, fixed_points=5, most_per_day=5, name="到店奖励")
    voucher, _ = bought(shop)
    with shop.house.app.app_context():
        counter = Counter(shop)
        verdict = a_redemption(counter, voucher, at=clock.now())

    shop.run("points.earn_for_visit")
    shop.run("points.earn_for_visit")
    assert balance(shop) == (24 + 5, 0, 0)

    with shop.house.app.app_context(), transaction():
        reverse(counter, verdict)
    shop.run("points.undo_visit")
    shop.run("points.undo_visit")
    assert balance(shop) == (0, 0, 0)


def reverse(counter, verdict):
    redemption.reverse(
        merchant_id=counter.id,
        number=verdict.number,
        reason="扫错券",
        actor="system",
        role=Role.MANAGER,
        at=clock.now(),
    )


def _allow(shop):
    at = clock.now()
    with transaction():
        messaging.add_template(
            merchant_id=shop.merchant.id,
            appid=APP.appid,
            message="points_expiring",
            template_id=TEMPLATE,
            fields={"thing1": "hint", "amount2": "=1元", "time3": "ends_at"},
            page="pages/index/index",
            at=at,
        )
    shop.allow_message()


def _give(shop, amount, *, ends_in):
    at = clock.now()
    with transaction():
        points.earn(
            merchant_id=shop.merchant.id,
            member_id=shop.buyer.id,
            points=amount,
            cause="earn:test",
            reason="earn",
            expires_at=at + ends_in,
            at=at,
        )
