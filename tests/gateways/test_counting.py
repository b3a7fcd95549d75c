"""Every question to WeChat is counted, and those that went wrong."""

import pytest
import requests
from redis.exceptions import RedisError

from app.gateways import counting
from app.gateways._http import PooledSession
from app.kernel import clock


@pytest.fixture(autouse=True)
def _counted_here(valkey, monkeypatch):
    monkeypatch.setattr(counting.counter, "redis", valkey)


def of_last(redis):
    found = counting.of_last(60, redis=redis, at=clock.now())
    return found.asked, found.failed, found.failed_bp


def test_nobody_asked_and_nothing_failed(valkey):
    assert of_last(valkey) == (0, 0, None)


def test_an_answer_and_no_answer_are_counted(valkey, wechat):
    session = PooledSession()
    session.get(f"{wechat.url}/nothing-here")
    with pytest.raises(requests.RequestException):
        session.get("http://127.0.0.1:9/")
    assert of_last(valkey) == (2, 1, 5000)


def test_without_redis_a_call_goes_through(monkeypatch, wechat):
    class Away:
        def pipeline(self, **_more):
            raise RedisError

    monkeypatch.setattr(counting.counter, "redis", Away())
    assert PooledSession().get(f"{wechat.url}/nothing-here").status_code
