"""The loop around relay and scheduler, and the schedule itself."""

import threading
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy.exc import OperationalError

from app.kernel.errors import NotFound
from jobs import loop, relay, schedule
from jobs.loop import Loop
from tests.jobs.conftest import eventually

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


class Ailing:
    """A step that fails in these ways first."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.steps = 0

    def __call__(self):
        if self.failures:
            raise self.failures.pop(0)
        self.steps += 1
        return 0.01


def running(loop):
    thread = threading.Thread(target=loop.go)
    thread.start()
    return thread


def test_a_process_outlives_the_loss_of_redis_and_of_the_database(house):
    step = Ailing(RedisAway(), OperationalError("SELECT 1", {}, Exception()), OSError())
    beating = Loop("test", step, app=house.app, redis=house.redis)
    thread = running(beating)

    eventually(lambda: step.steps)
    beating.stop()
    thread.join(5)

    assert not thread.is_alive()
    assert loop.last_beat(house.redis, "test")


def test_what_is_wrong_rather_than_away_stays_loud(house):
    beating = Loop("test", Ailing(KeyError("a bug")), app=house.app, redis=house.redis)
    with pytest.raises(KeyError):
        beating.go()


def test_the_relay_runs_until_it_is_told_to_stop(house):
    process = relay.relay(app=house.app, redis=house.redis, again_after=timedelta(seconds=5))
    thread = running(process)
    task = house.publish("test.gone")
    eventually(lambda: house.row(task).attempts == 1)

    process.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_two_schedulers_do_not_double_a_sweep(house):
    first = schedule.schedule_once(redis=house.redis)
    second = schedule.schedule_once(redis=house.redis)

    assert first == [sweep.name for sweep in schedule.SWEEPS]
    assert second == []


def test_a_sweep_is_due_again_after_its_interval_or_when_redis_forgot_everything(house):
    schedule.schedule_once(redis=house.redis)
    house.redis.flushdb()
    assert "seal_audit" in schedule.schedule_once(redis=house.redis)


def test_every_sweep_runs_in_a_worker_on_an_empty_house(house, capfd):
    schedule.schedule_once(redis=house.redis)
    house.work()

    assert not house.redis.llen("rq:queue:money")
    assert not house.redis.llen("rq:queue:bulk")
    assert "sweep failed" not in capfd.readouterr().out


def test_an_unknown_sweep_is_refused():
    with pytest.raises(NotFound):
        schedule.find("nothing")
