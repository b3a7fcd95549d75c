"""Bad rows and bad days: what fails for ever stops nobody else, and an outage is not a failure."""

import os
import signal
from datetime import timedelta
from typing import NamedTuple

import pytest

from app.domain import orders, vouchers
from app.gateways.errors import Unavailable
from app.kernel import clock, inbox, outbox
from app.kernel.db import transaction
from jobs import orders as order_jobs
from jobs import running, sweeping
from jobs.reconciliation import reconcile_payments
from tests.builders.members import a_member
from tests.jobs.conftest import AGAIN
from tests.jobs.test_handing_out import counting, refusing

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


class Row(NamedTuple):
    merchant_id: int
    id: int


def hand_out_in_vain(house, times):
    """As during an outage of all workers: the queue drops what nobody takes."""
    at = clock.now()
    for turn in range(times):
        assert house.relay(at=at + turn * AGAIN) == 1
        house.redis.flushdb()
    return at + times * AGAIN


def test_after_a_long_outage_of_the_workers_one_failure_is_still_the_first(house, job):
    task = house.publish(job("test.away", refusing(Unavailable("no", code="away"))))
    at = hand_out_in_vain(house, 20)

    house.relay(at=at)
    house.work()

    row = house.row(task)
    assert (row.failed_at, row.failures, row.error) == (None, 1, "away")


def test_after_a_long_outage_of_the_workers_the_work_is_done(house, job):
    task = house.publish(job("test.count", counting(house)))
    at = hand_out_in_vain(house, 20)

    house.relay(at=at)
    house.work()

    assert house.count(f"did:{task}") == 1
    assert house.row(task).done_at


def test_rows_that_fail_for_ever_keep_no_page_waiting(house, monkeypatch):
    monkeypatch.setattr(sweeping, "ROWS_PER_PASS", 2)
    done = []

    def list_after(last):
        return [n for n in range(1, 7) if n > (last or 0)][: sweeping.ROWS_PER_PASS]

    def do(number):
        if number < 3:
            raise ValueError("broken")
        done.append(number)

    with house.app.app_context():
        assert sweeping.each_of_all(list_after, do) == 4
    assert done == [3, 4, 5, 6]


def test_a_row_that_kills_its_process_every_time_is_given_up_and_the_others_are_done(house, job):
    def deadly(task):
        if task.payload.get("bad"):
            os.kill(os.getpid(), signal.SIGKILL)
        counting(house)(task)

    name = job("test.deadly", deadly)
    bad = house.publish(name, bad=True)
    good = [house.publish(name) for _ in range(3)]

    at = clock.now()
    for turn in range(running.SILENCES + len(running.BACK_OFF) + 3):
        house.relay(at=at + turn * AGAIN)
        house.work()

    row = house.row(bad)
    assert (row.done_at, row.error) == (None, "never_came_back")
    assert row.failed_at
    assert [house.count(f"did:{task}") for task in good] == [1, 1, 1]
    assert house.relay(at=at + timedelta(days=1)) == 0


def away(*merchants):
    """Who is done when the accounts of these merchants do not answer."""
    done = []

    def do(row):
        if row.merchant_id in merchants:
            raise Unavailable("no", code="away")
        done.append(row.merchant_id)

    return do, done


def test_one_merchants_broken_account_stops_nobody_else(house):
    rows = [Row(1, n) for n in range(50)] + [Row(2, 1), Row(3, 1)]
    do, done = away(1)
    with house.app.app_context():
        assert sweeping.each(lambda: rows, do) == 2
    assert done == [2, 3]


def test_when_wechat_is_away_the_pass_is_soon_over(house):
    asked = []
    rows = [Row(merchant, n) for merchant in range(1, 50) for n in range(10)]

    def do(row):
        asked.append(row)
        raise Unavailable("no", code="away")

    with house.app.app_context():
        assert sweeping.each(lambda: rows, do) == 0
    assert len(asked) == sweeping.ENOUGH_FAILURES * sweeping.ENOUGH_MERCHANTS


def test_an_order_that_cannot_be_closed_waits_behind_the_others(shop):
    first, second = shop.order(), shop.order()
    late = timedelta(minutes=16)
    shop.fault("status", status=503, scope="/v3/pay/transactions/out-trade-no")

    shop.sweep(order_jobs.close_unpaid_orders, after=late)

    stuck = {shop.state_of(first), shop.state_of(second)}
    assert stuck == {"pending", "closed"}
    third = shop.order()
    with shop.house.app.app_context():
        listed = orders.list_overdue(at=clock.now() + late, limit=10)
    assert listed[0].payment_number == third.payment_number


def test_a_notice_that_can_never_be_applied_waits_behind_the_others(house):
    at = clock.now()
    later = at + timedelta(minutes=5)

    def keep(reference, when):
        notice = inbox.Notice(
            merchant_id=house.merchant_id, source="a.b.c", reference=reference, headers="", body=""
        )
        with transaction():
            inbox.keep_unapplied(notice, failure="wrong_payment", at=when)

    def listed(before):
        return [kept.reference for kept in inbox.list_unapplied(before=before, limit=10)]

    with house.app.app_context():
        keep("old", at)
        (old,) = inbox.list_unapplied(before=later, limit=10)
        with transaction():
            inbox.note_try(old, at=later)
        keep("new", at + timedelta(minutes=1))
        assert listed(later) == ["new"]
        # A quarter of its age must pass before it is tried again.
        assert listed(later + timedelta(minutes=1)) == ["new"]
        assert listed(later + timedelta(minutes=2)) == ["new", "old"]


def test_who_was_merged_twice_keeps_everything_whichever_job_comes_first(shop):
    shop.order()
    shop.pay()
    shop.sweep(reconcile_payments, after=timedelta(minutes=2))
    with shop.house.app.app_context():
        second, third = a_member(merchant=shop.merchant), a_member(merchant=shop.merchant)
        retire(second, into=third)
    shop.house.publish("members.join_members", loser_id=second.id, winner_id=third.id)
    shop.run("members.join_members")
    shop.house.publish("members.join_members", loser_id=shop.buyer.id, winner_id=second.id)

    shop.run("members.join_members")

    assert {row.holder_id for row in shop.rows(vouchers.Voucher)} == {third.id}


def retire(loser, *, into):
    from app.domain.members.statements import RETIRE_MEMBER
    from app.kernel.db import execute

    which = {"merchant_id": loser.merchant_id, "loser_id": loser.id, "winner_id": into.id}
    with transaction():
        execute(RETIRE_MEMBER, which)


def test_a_revived_row_starts_from_the_beginning(house, job):
    task = house.publish(job("test.count", counting(house)))
    with house.app.app_context(), transaction():
        found = outbox.find_task(merchant_id=house.merchant_id, task_id=task)
        outbox.count_failure(found)
        outbox.give_up(found, at=clock.now(), error="x")
    with house.app.app_context(), transaction():
        outbox.revive(merchant_id=house.merchant_id, task_id=task, at=clock.now())
    assert (house.row(task).failures, house.row(task).attempts) == (0, 0)
