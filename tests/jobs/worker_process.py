"""A worker that knows two jobs of the tests, for tests that kill it."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from redis import Redis

from app.config import Settings
from app.domain.works import Step
from app.factory import create_app
from app.kernel import clock, outbox
from app.kernel.db import transaction
from jobs import subscriptions, works
from jobs.worker import work

database_url, redis_url = sys.argv[1:]
local = "http://127.0.0.1:1"
app = create_app(
    Settings(
        database_url=database_url,
        redis_url=redis_url,
        master_key=b"k" * 32,
        public_url=local,
        wechat_url=local,
        wechat_pay_url=local,
        wechat_open_url=local,
        is_production=False,
    )
)
redis = Redis.from_url(redis_url)


def slow_once(task):
    """Hangs in its transaction the first time, is quick afterwards; the work is counted once."""
    with transaction():
        if not outbox.finish(task, at=clock.now()):
            return
        if redis.incr("tries") == 1:
            time.sleep(60)
        redis.incr("done")


def slow_third(work, _at):
    """Hangs in its third step the first time it comes there; steps that were kept are counted."""
    if redis.incr("works:tries") == 3:
        time.sleep(60)
    redis.incr("works:steps")
    return Step(done=work.done + 1, is_over=work.done == 4)


works.KINDS = {"test.slow": slow_third}
subscriptions.JOBS["test.slow_once"] = slow_once
subscriptions.QUEUES[slow_once.__module__] = "bulk"
work(app=app, redis=Redis.from_url(redis_url))
