"""The outbox, the relays and the audit chain with two at work at once."""

from datetime import timedelta
from functools import partial
from threading import Barrier, Event, Thread

import pytest
from redis import Redis

from app.kernel import audit, outbox
from app.kernel.db import db, execute, transaction
from jobs import loop, relay, running, subscriptions
from tests.builders.leftovers import empty_outbox
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.orders import a_shop
from tests.builders.together import Hold, crowd, one_behind_the_other
from tests.jobs.conftest import eventually
from tests.races.racing import MEETING_SECONDS, count, pair, storm, value

AGAIN = timedelta(seconds=60)
JOB = "test.race"
LATER = NOON + timedelta(hours=1)


def a_task(shop, *, at=NOON):
    with transaction():
        execute(
            """INSERT INTO outbox (merchant_id, job, event, payload, published_at, due_at)
            VALUES (%(m)s, %(job)s, 'Test', '{}', %(at)s, %(at)s)""",
            {"m": shop.id, "job": JOB, "at": at},
        )
    task = outbox.find_task(merchant_id=shop.id, task_id=value(shop, "max(id)", "outbox"))
    db.session.rollback()
    return task


def working(shop, task):
    """A job's whole transaction; its work is a line of audit."""

    def work():
        if not outbox.finish(task, at=NOON):
            return "nothing to do"
        _work(shop)
        return "did it"

    return work


def _work(shop):
    audit.record(merchant_id=shop.id, actor="system", action="test.work", subject="x", at=NOON)


def test_many_workers_with_one_task_do_it_once(app, shop):
    results = storm(app, [working(shop, a_task(shop))] * 32)

    assert [results.count("did it"), results.count("nothing to do")] == [1, 31]
    assert count(shop, "audit", "action = 'test.work'") == 1


def test_a_worker_behind_another_that_failed_does_the_work(app, shop):
    task = a_task(shop)
    hold = Hold(app, inside=True)

    def fail():
        working(shop, task)()
        hold.here()
        raise RuntimeError("died")

    both = one_behind_the_other(app, fail, working(shop, task), hold=hold)

    assert both.waited
    assert (type(both.first), both.second) == (RuntimeError, "did it")
    assert count(shop, "audit", "action = 'test.work'") == 1


def test_giving_up_and_finishing_at_the_same_time_has_one_end(app, shop):
    tasks = [a_task(shop) for _ in range(16)]
    give_up = partial(outbox.give_up, at=NOON, error="no")
    calls = [call for task in tasks for call in (working(shop, task), partial(give_up, task))]

    storm(app, calls)

    # Work that was done stays done, given up or not.
    assert count(shop, "audit", "action = 'test.work'") == count(
        shop, "outbox", "job = 'test.race' AND done_at IS NOT NULL"
    )


def test_looking_before_working_does_the_work_twice(unguarded):
    shop = a_shop()
    task = a_task(shop)
    meeting = Barrier(2)

    def naive():
        found = outbox.find_task(merchant_id=shop.id, task_id=task.id)
        meeting.wait(MEETING_SECONDS)
        if found:
            _work(shop)
        outbox.finish(task, at=NOON)

    pair(unguarded, naive, naive)

    assert count(shop, "audit", "action = 'test.work'") == 2


# Relays


@pytest.fixture
def queue(app):
    """An empty outbox and an empty Redis."""
    redis = Redis.from_url(app.extensions["settings"].redis_url)
    redis.flushdb()
    with app.app_context():
        empty_outbox()
    yield redis
    redis.flushdb()
    redis.close()


@pytest.fixture
def job(monkeypatch):
    """The race's job: finish, and leave a line."""

    def handler(task):
        with transaction():
            if outbox.finish(task, at=NOON):
                audit.record(
                    merchant_id=task.merchant_id,
                    actor="system",
                    action="test.work",
                    subject=str(task.id),
                    at=NOON,
                )

    monkeypatch.setitem(subscriptions.JOBS, JOB, handler)
    monkeypatch.setitem(subscriptions.QUEUES, handler.__module__, "bulk")


def test_four_relays_and_four_workers_at_once_do_everything_once(app, shop, queue, job):
    tasks = [a_task(shop) for _ in range(100)]
    rows = [[task.merchant_id, task.id] for task in tasks]
    db.session.rollback()

    def relaying():
        with app.app_context():
            relay.relay_once(redis=queue, again_after=AGAIN, at=LATER)

    def at_work():
        with app.app_context():
            running.run_batch(JOB, [*rows])

    threads = [Thread(target=each) for each in [relaying, at_work] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(shop, "audit", "action = 'test.work'") == 100
    assert count(shop, "outbox", "job = 'test.race' AND done_at IS NULL") == 0
    with app.app_context():
        assert relay.relay_once(redis=queue, again_after=AGAIN, at=LATER + AGAIN) == 0


def held_by_a_worker(app, task, done):
    """A thread whose transaction holds the task's row until `done`."""
    holds = Event()

    def hold():
        with app.app_context(), transaction():
            outbox.finish(task, at=NOON)
            holds.set()
            done.wait(MEETING_SECONDS)

    thread = Thread(target=hold)
    thread.start()
    assert holds.wait(MEETING_SECONDS)
    return thread


def test_a_batch_with_a_row_that_another_worker_holds_does_not_raise(app, shop, queue, job):
    task, done = a_task(shop), Event()
    db.session.rollback()
    thread = held_by_a_worker(app, task, done)
    try:
        with app.app_context():
            running.run_batch(JOB, [[task.merchant_id, task.id]])
    finally:
        done.set()
        thread.join()

    assert count(shop, "outbox", "id = :t AND done_at IS NOT NULL", t=task.id) == 1
    assert count(shop, "audit", "action = 'test.work'") == 0


def test_a_relay_outlives_a_row_that_a_worker_holds_for_long(app, shop, queue, job):
    slow, other, done = a_task(shop), a_task(shop), Event()
    db.session.rollback()
    thread = held_by_a_worker(app, slow, done)
    process = relay.relay(app=app, redis=queue, again_after=AGAIN)
    errors = []

    def run():
        try:
            process.go()
        except BaseException as error:  # noqa: BLE001 - what kills a relay is what is asked
            errors.append(error)

    relaying = Thread(target=run)
    relaying.start()
    relaying.join(4.5)  # longer than a row is waited for
    done.set()
    thread.join()
    try:
        eventually(lambda: value(shop, "attempts", "outbox", "id = :t", t=other.id), seconds=20)
    finally:
        process.stop()
        relaying.join(20)

    assert errors == []
    assert loop.last_beat(queue, "relay")


# The audit chain


def a_line(merchant, subject):
    with transaction():
        audit.record(
            merchant_id=merchant.id, actor="system", action="test", subject=subject, at=NOON
        )


def sealing(merchant, *, limit=500):
    return partial(audit.seal, merchant_id=merchant.id, before=LATER, limit=limit)


def test_many_sealers_make_one_unbroken_chain(app, committed):
    merchant = a_merchant()
    for number in range(100):
        a_line(merchant, f"line {number}")
    all_lines = count(merchant, "audit")

    results = storm(app, [sealing(merchant, limit=7)] * 36)

    assert sum(results) == all_lines
    assert audit.verify(merchant_id=merchant.id) == []
    assert count(merchant, "audit", "seal_no IS NULL") == 0


def test_lines_written_while_many_seal_join_the_chain(app, committed):
    merchant = a_merchant()

    def writing(number):
        return partial(
            audit.record,
            merchant_id=merchant.id,
            actor="system",
            action="test",
            subject=str(number),
            at=NOON,
        )

    calls = [call for n in range(40) for call in (writing(n), sealing(merchant, limit=5))]

    assert not [each for each in storm(app, calls) if isinstance(each, Exception)]
    with transaction():
        sealing(merchant)()
    assert audit.verify(merchant_id=merchant.id) == []
    assert count(merchant, "audit", "seal_no IS NULL") == 0


def test_without_the_lock_on_its_head_a_chain_breaks(unguarded, monkeypatch):
    merchant = a_merchant()
    a_line(merchant, "first")
    monkeypatch.setattr(audit, "_lock_head", lambda _merchant: audit._Head(0, audit._START))
    write, overtaken = audit._write_seals, Event()
    reached = Event()

    def write_late(merchant_id, sealed):
        if not reached.is_set():
            reached.set()
            overtaken.wait(MEETING_SECONDS)
        write(merchant_id, sealed)

    monkeypatch.setattr(audit, "_write_seals", write_late)
    with transaction():
        execute(
            """INSERT INTO audit_chains (merchant_id, seal_no, seal)
            VALUES (%(m)s, 0, %(s)s)""",
            {"m": merchant.id, "s": audit._START},
        )
    slow = Thread(target=lambda: crowd(unguarded, [sealing(merchant)]))
    slow.start()
    assert reached.wait(MEETING_SECONDS)
    a_line(merchant, "second")
    with transaction():
        sealing(merchant)()
    overtaken.set()
    slow.join()

    assert audit.verify(merchant_id=merchant.id) != []
