"""What falls due by itself, and what follows when two members turn out to be one."""

from datetime import timedelta

from app.domain import points, vouchers
from app.kernel import audit, clock, outbox, request_keys
from app.kernel.db import transaction
from jobs import audit as audit_jobs
from jobs import housekeeping, reconciliation
from jobs import points as point_jobs
from jobs import vouchers as voucher_jobs
from tests.builders.members import a_member
from tests.jobs.test_money import SOON

YEARS = timedelta(days=800)


def bought(shop):
    shop.order()
    shop.pay()
    shop.sweep(reconciliation.reconcile_payments, after=SOON)
    return shop.rows(vouchers.Voucher)


def test_vouchers_expire_once(shop):
    while shop.sweep(voucher_jobs.expire_vouchers):
        """Other tests left some that are over."""
    bought(shop)

    assert shop.sweep(voucher_jobs.expire_vouchers) == 0
    assert shop.sweep(voucher_jobs.expire_vouchers, after=YEARS) >= 2
    assert shop.sweep(voucher_jobs.expire_vouchers, after=YEARS) == 0

    assert {row.state.value for row in shop.rows(vouchers.Voucher)} == {"expired"}


def test_points_expire_once(shop):
    with shop.house.app.app_context(), transaction():
        points.earn(**an_earning(shop))

    shop.sweep(point_jobs.expire_points, after=YEARS)
    assert balance(shop, shop.buyer) == 0
    assert shop.sweep(point_jobs.expire_points, after=YEARS) == 0


def test_the_chain_of_audit_lines_is_sealed_by_and_by(house, shop):
    assert shop.sweep(audit_jobs.seal_audit, after=timedelta(minutes=1)) >= 1
    assert shop.sweep(audit_jobs.seal_audit, after=timedelta(minutes=1)) == 0

    lines = shop.rows(audit.AuditRow)
    assert lines
    assert all(line.seal_no for line in lines)


def test_what_nobody_asks_for_any_more_is_forgotten_after_its_time(house, shop):
    task = house.publish("test.old")
    with house.app.app_context(), transaction():
        found = outbox.find_task(merchant_id=house.merchant_id, task_id=task)
        outbox.finish(found, at=clock.now())
        request_keys.store(a_key(house), status=200, body_json="{}", at=clock.now())

    shop.sweep(housekeeping.forget_old, after=timedelta(days=6))
    assert house.row(task)
    assert answer(house)
    shop.sweep(housekeeping.forget_old, after=timedelta(days=8))
    assert answer(house) is None
    shop.sweep(housekeeping.forget_old, after=timedelta(days=15))
    assert house.row(task) is None


def test_who_turns_out_to_be_the_same_person_keeps_everything(shop):
    bought(shop)
    with shop.house.app.app_context():
        with transaction():
            points.earn(**an_earning(shop))
        winner = a_member(merchant=shop.merchant)
    shop.house.publish("members.join_members", loser_id=shop.buyer.id, winner_id=winner.id)

    shop.run("members.join_members")
    (task,) = shop.run("members.join_members")

    assert task.done_at
    assert {row.holder_id for row in shop.rows(vouchers.Voucher)} == {winner.id}
    assert (balance(shop, shop.buyer), balance(shop, winner)) == (0, 10)


def an_earning(shop):
    at = clock.now()
    return {
        "merchant_id": shop.merchant.id,
        "member_id": shop.buyer.id,
        "points": 10,
        "cause": "test:earning",
        "reason": "test",
        "expires_at": at + timedelta(days=30),
        "at": at,
    }


def a_key(house):
    return request_keys.RequestKey.of(
        merchant_id=house.merchant_id, actor="member:1", key="k" * 8, operation="x", body=b""
    )


def answer(house):
    with house.app.app_context():
        return request_keys.find_answer(a_key(house))


def balance(shop, member):
    with shop.house.app.app_context():
        merchant_id = shop.merchant.id
        found = points.balance(merchant_id=merchant_id, member_id=member.id, at=clock.now())
        return found.spendable
