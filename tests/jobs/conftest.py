"""Jobs commit, and run in processes of their own: nothing here is rolled back."""

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import text

from app.domain import complaints, merchants, orders
from app.kernel import clock, outbox
from app.kernel.db import db, transaction, writing
from app.simulator import create_simulator, start
from jobs import reconciliation, relay, subscriptions
from jobs.worker import work
from tests.builders.leftovers import empty_outbox
from tests.jobs.quarrelling import listening
from tests.jobs.shop import Shop
from tests.simulator.world import FRESH

AGAIN = timedelta(seconds=60)
WORKER = Path(__file__).with_name("worker_process.py")


# Sweeps see every merchant; what other tests left behind must not be due.
LEFTOVERS = (
    "DELETE FROM inbox WHERE merchant_id > 0 AND applied_at IS NULL",
    "UPDATE shipping_reports SET state = 'not_needed' WHERE merchant_id > 0 AND state = 'waiting'",
    """UPDATE complaint_tickets SET state = 'resolved', resolved_at = opened_at
    WHERE merchant_id > 0 AND state <> 'resolved'""",
    "DELETE FROM complaint_photos WHERE merchant_id > 0",
    "DELETE FROM complaint_uploads WHERE merchant_id > 0",
    "UPDATE bags SET is_on = false WHERE merchant_id > 0",
    "UPDATE refunds SET state = 'closed' WHERE merchant_id > 0 AND settled_at IS NULL",
    "UPDATE transfers SET state = 'cancelled' WHERE merchant_id > 0 AND settled_at IS NULL",
)


def eventually(look, *, seconds=60.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


def close_leftover_orders():
    """With the real verb, which gives the stock back: the books are proven elsewhere."""
    at = clock.now()
    for left in orders.list_overdue(at=at + timedelta(days=1), limit=10_000):
        with transaction():
            orders.close(
                merchant_id=left.merchant_id,
                order_id=left.order_id,
                reason=orders.CloseReason.CANCELLED,
                at=at,
            )


class House:
    """The application with an empty outbox and an empty Redis, and the verbs of these tests."""

    def __init__(self, app, redis):
        self.app, self.redis = app, redis
        with app.app_context(), transaction():
            self.merchant_id = merchants.add_merchant(name="勤快小店", at=clock.now()).id

    def publish(self, job, **payload):
        """One row of outbox for a job; its id."""
        at = clock.now()
        with self.app.app_context(), transaction():
            row = outbox.OutboxRow(
                merchant_id=self.merchant_id,
                job=job,
                event="Test",
                payload=payload,
                published_at=at,
                due_at=at,
                attempts=0,
            )
            writing().add(row)
            writing().flush()
            return row.id

    def row(self, task_id):
        with self.app.app_context():
            return db.session.get(outbox.OutboxRow, (self.merchant_id, task_id))

    def relay(self, *, at=None, again_after=AGAIN):
        with self.app.app_context():
            return relay.relay_once(redis=self.redis, at=at or clock.now(), again_after=again_after)

    def work(self):
        """Everything that is queued, in forked processes, and then stop."""
        work(app=self.app, redis=Redis.from_url(self.redis_url), burst=True)

    @property
    def redis_url(self):
        return self.app.extensions["settings"].redis_url

    def count(self, key):
        return int(self.redis.get(key) or 0)


@pytest.fixture
def house(app):
    redis = Redis.from_url(app.extensions["settings"].redis_url)
    redis.flushdb()
    with app.app_context():
        empty_outbox()
    with app.app_context(), transaction():
        for leftover in LEFTOVERS:
            writing().execute(text(leftover))
    with app.app_context():
        close_leftover_orders()
        # The statements of shops that no WeChat knows any more are not asked for.
        marks = {one.mark: 1 for one in reconciliation._not_compared(clock.now())}
        if marks:
            redis.mset(marks)
    yield House(app, redis)
    redis.close()


@pytest.fixture
def job(monkeypatch):
    """Register a handler for this test, which forked workers inherit: `job("test.x", handler)`."""

    def register(name, handler):
        monkeypatch.setitem(subscriptions.JOBS, name, handler)
        monkeypatch.setitem(subscriptions.QUEUES, handler.__module__, "bulk")
        return name

    return register


@pytest.fixture
def worker_process(app):
    """Start a worker of its own: `worker_process()` returns the running process."""
    running = []

    def begin():
        settings = app.extensions["settings"]
        running.append(
            subprocess.Popen(
                [sys.executable, WORKER, settings.database_url, settings.redis_url],
                cwd=WORKER.parents[2],
                start_new_session=True,
            )
        )
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def shop(house, tmp_path):
    """A shop with a WeChat of its own."""
    kept = house.app.extensions["gateways"]
    wechat = start(create_simulator(FRESH.settings))
    yield Shop(house, wechat, tmp_path)
    wechat.close()
    house.app.extensions["gateways"] = kept


@pytest.fixture
def desk(shop, monkeypatch):
    """A shop with one paid order to complain of; other merchants' accounts are not asked."""
    ours = complaints.Channel(shop.merchant.id, shop.channel_id)
    monkeypatch.setattr(complaints, "list_channels", lambda: [ours])
    return listening(shop)


@pytest.fixture
def flask(app):
    """`flask("jobs", "status")`: what was printed; the exit code is compared with `fails`."""

    def invoke(*words, fails=0):
        result = app.test_cli_runner().invoke(args=[str(word) for word in words])
        assert result.exit_code == fails, result.output
        return result.output

    return invoke
