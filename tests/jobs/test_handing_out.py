import os
import signal
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.gateways.errors import Refused, Unavailable
from app.kernel import clock, outbox
from app.kernel.db import db, transaction, writing
from app.kernel.errors import Busy
from jobs import queues, relay, running
from jobs.queues import BULK, MONEY
from tests.jobs.conftest import AGAIN, eventually

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


def counting(house):
    def handler(task):
        with transaction():
            if outbox.finish(task, at=clock.now()):
                house.redis.incr(f"did:{task.id}")

    return handler


def refusing(failure):
    def handler(_task):
        raise failure

    return handler


def test_what_was_published_is_done_once_and_finished(house, job):
    task = house.publish(job("test.count", counting(house)))

    assert house.relay() == 1
    house.work()

    assert house.count(f"did:{task}") == 1
    assert house.row(task).done_at
    assert house.relay(at=clock.now() + AGAIN) == 0


def test_a_relay_that_dies_before_marking_causes_nothing_twice(house, job, monkeypatch):
    task = house.publish(job("test.count", counting(house)))

    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(outbox, "mark_handed_out", die)
        with suppress(KeyboardInterrupt):
            house.relay()
    assert house.relay() == 1
    assert house.redis.llen(f"rq:queue:{BULK}") == 2
    house.work()

    assert house.count(f"did:{task}") == 1


def test_two_relays_at_once_cause_nothing_twice(house, job):
    name = job("test.count", counting(house))
    tasks = [house.publish(name) for _ in range(300)]

    both = [threading.Thread(target=house.relay) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    house.work()

    assert [house.count(f"did:{task}") for task in tasks] == [1] * 300


def test_a_queue_that_was_emptied_loses_nothing(house, job):
    task = house.publish(job("test.count", counting(house)))
    house.relay()

    house.redis.flushdb()
    assert house.relay(at=clock.now() + AGAIN / 2) == 0
    assert house.relay(at=clock.now() + AGAIN) == 1
    house.work()

    assert house.count(f"did:{task}") == 1


def test_a_worker_killed_in_mid_job_leaves_the_work_to_another(house, worker_process):
    task = house.publish("test.slow_once")
    again = timedelta(seconds=2)
    first = worker_process()

    def begun():
        house.relay(again_after=again)
        return house.count("tries") == 1

    eventually(begun)

    _kill_all_of(first.pid)
    worker_process()

    def done():
        house.relay(again_after=again)
        return house.row(task).done_at

    eventually(done, seconds=60)
    assert house.count("done") == 1


def test_a_job_that_waited_too_long_in_the_queue_is_dropped_there(house, job):
    task = house.publish(job("test.count", counting(house)))
    house.relay(again_after=timedelta(seconds=1))
    queued = house.redis.lrange(f"rq:queue:{BULK}", 0, -1)

    eventually(lambda: not house.redis.exists(f"rq:job:{queued[0].decode()}"), seconds=60)
    house.work()
    assert house.count(f"did:{task}") == 0

    house.relay()
    house.work()
    assert house.count(f"did:{task}") == 1


def test_one_bad_row_does_not_spoil_the_batch(house, job):
    good = job("test.count", counting(house))

    def moody(task):
        if task.payload.get("bad"):
            raise RuntimeError("no good")
        counting(house)(task)

    job("test.count", moody)
    bad = house.publish(good, bad=True)
    tasks = [house.publish(good) for _ in range(5)]
    house.relay()
    house.work()

    assert [house.count(f"did:{task}") for task in tasks] == [1] * 5
    row = house.row(bad)
    assert (row.done_at, row.failed_at, row.error) == (None, None, "RuntimeError")


def test_a_row_that_never_works_is_given_up_after_the_last_distance_and_listed(house, job):
    task = house.publish(job("test.away", refusing(Unavailable("no", code="away"))))
    at, tries = clock.now(), []
    while house.row(task).failed_at is None:
        assert house.relay(at=at) == 1
        began = clock.now()
        house.work()
        row = house.row(task)
        if row.failed_at is None:
            tries.append((began, row.due_at, clock.now()))
            at = row.due_at

    # However long a busy machine took: the distance is counted from a moment of the work.
    for (began, due_at, ended), distance in zip(tries, running.BACK_OFF, strict=True):
        assert began <= due_at - distance <= ended
    with house.app.app_context():
        assert [(row.id, row.error) for row in outbox.list_given_up(limit=5)] == [(task, "away")]


def test_what_was_refused_for_good_is_given_up_at_once_and_can_be_revived(house, job):
    task = house.publish(job("test.no", refusing(Refused("no", code="NO_AUTH"))))
    house.relay()
    house.work()
    assert house.row(task).error == "NO_AUTH"
    assert house.row(task).failed_at

    job("test.no", counting(house))
    with house.app.app_context(), transaction():
        assert outbox.revive(merchant_id=house.merchant_id, task_id=task, at=clock.now())
    house.relay()
    house.work()
    assert house.count(f"did:{task}") == 1


def test_somebody_elses_lock_is_waited_for_with_patience(house, job):
    task = house.publish(job("test.busy", refusing(Busy("later"))))
    house.relay()
    house.work()
    row = house.row(task)
    assert (row.failed_at, row.error) == (None, "busy")


def test_a_row_that_somebody_holds_stops_neither_relay_nor_worker(house, job):
    held = house.publish(job("test.count", counting(house)))
    other = house.publish("test.count")
    with house.app.app_context(), db.engine.connect() as holder:
        lock = "SELECT FROM outbox WHERE merchant_id = :merchant AND id = :id FOR UPDATE"
        holder.execute(text(lock), {"merchant": house.merchant_id, "id": held})
        house.relay()
        house.work()
    assert (house.count(f"did:{held}"), house.count(f"did:{other}")) == (0, 1)

    house.relay()
    house.work()
    assert house.count(f"did:{held}") == 1


def test_a_row_of_a_job_that_is_gone_is_given_up(house):
    task = house.publish("test.gone")
    house.relay()
    house.work()
    assert house.row(task).error == "not_found"


def test_many_rows_go_out_in_chunks(house, job):
    name = job("test.count", counting(house))
    for _ in range(relay.ROWS_PER_CHUNK + 1):
        house.publish(name)
    house.relay()
    assert house.redis.llen(f"rq:queue:{BULK}") == 2


def test_a_long_line_takes_no_more_and_lets_others_pass(house, job, monkeypatch):
    monkeypatch.setattr(queues, "MOST_IN_LINE", 2)
    name = job("test.count", counting(house))
    for _ in range(2):
        house.publish(name)
        house.relay()
    waiting = [house.publish(name) for _ in range(3)]
    house.publish("refunds.send_refund")

    assert house.relay() == 1
    assert (house.redis.llen(f"rq:queue:{BULK}"), house.redis.llen(f"rq:queue:{MONEY}")) == (2, 1)
    house.redis.delete(f"rq:queue:{MONEY}")
    house.work()

    # Out together, for one process.
    assert house.relay() == 3
    assert house.redis.llen(f"rq:queue:{BULK}") == 1
    house.work()
    assert [house.count(f"did:{task}") for task in waiting] == [1, 1, 1]
    assert {house.row(task).attempts for task in waiting} == {1}


def test_what_may_wait_is_not_read_at_each_pass(house, job, monkeypatch):
    monkeypatch.setattr(queues, "MOST_IN_LINE", 2)
    name = job("test.count", counting(house))
    for _ in range(2):
        house.publish(name)
        house.relay(again_after=timedelta(hours=1))
    waits, skipped, looks = house.publish(name), relay.Skipped(), []
    # What is published below is due by then, however slow this machine is.
    began = clock.now() + timedelta(minutes=1)
    list_due = outbox.list_due
    monkeypatch.setattr(
        outbox, "list_due", lambda **asked: looks.append(asked["since"]) or list_due(**asked)
    )

    def handed_out(*, seconds):
        with house.app.app_context():
            at = began + timedelta(seconds=seconds)
            return relay.relay_once(redis=house.redis, again_after=AGAIN, at=at, skipped=skipped)

    assert handed_out(seconds=1) == 0
    house.publish("refunds.send_refund")
    late = house.publish("refunds.send_refund")
    fell_due_before_it_was_to_be_seen(house, late)
    assert [handed_out(seconds=each) for each in (2, 3, 30, 32)] == [1, 0, 0, 1]
    # A line that went on has all of it read at once.
    house.redis.flushdb()
    assert handed_out(seconds=33) == 1
    assert house.row(waits).attempts == 1
    seen_from = began + timedelta(seconds=1) - relay.SEEN_LATE
    assert looks == [None, seen_from, seen_from, seen_from, None, None]


def fell_due_before_it_was_to_be_seen(house, task):
    with house.app.app_context(), transaction():
        row = writing().get(outbox.OutboxRow, (house.merchant_id, task))
        row.due_at -= timedelta(minutes=10)


def _kill_all_of(session):
    """RQ's work horse leads a process group of its own, within the worker's session."""
    for folder in Path("/proc").glob("[0-9]*"):
        number = int(folder.name)
        with suppress(ProcessLookupError):
            if os.getsid(number) == session:
                os.kill(number, signal.SIGKILL)
