"""Counting attempts, over all processes."""

import pytest
from redis.connection import Connection
from redis.exceptions import RedisError

from app.domain import risk
from app.domain.risk import Action, Per
from app.kernel import clock
from app.web import limits


def attempt(who="member:1", *, merchant_id=7):
    limits.check(Action.ORDER, merchant_id=merchant_id, who={Per.MEMBER: who})


def attempts(count, who="member:1", **more):
    for _ in range(count):
        attempt(who, **more)


def test_the_limit_is_allowed_and_one_more_is_not(committed, redis):
    attempts(20)
    with pytest.raises(risk.TooOften) as refused:
        attempt()
    assert refused.value.details == {"reason": "order_per_member", "retry_after_seconds": 60}


def test_everybody_and_every_shop_is_counted_apart(committed, redis):
    attempts(20)
    attempts(20, "member:2")
    attempts(20, merchant_id=8)


def test_several_rules_take_one_round_trip(committed, redis, monkeypatch):
    who = {Per.ACTOR: "staff:1", Per.HANDLE: "12345678901"}
    limits.check(Action.REDEEM, merchant_id=7, who=who)
    sent, send = [], Connection.send_packed_command
    monkeypatch.setattr(
        Connection,
        "send_packed_command",
        lambda self, *command, **more: sent.append(command) or send(self, *command, **more),
    )
    limits.check(Action.REDEEM, Action.REDEEM_BY_DIGITS, merchant_id=7, who=who)
    assert len(sent) == 1


def test_a_redis_that_forgot_the_script_is_told_again(committed, redis):
    attempt()
    redis.script_flush()
    attempts(19)
    with pytest.raises(risk.TooOften):
        attempt()


def test_counts_go_away_by_themselves(committed, redis):
    attempt()
    (key,) = redis.keys("limit:*")
    assert 0 < redis.ttl(key) <= 120


def test_names_do_not_reach_redis(committed, redis):
    attempt("o_openid_of_somebody")
    assert b"openid" not in b"".join(redis.keys("*"))


def test_half_of_the_last_window_counts_when_half_of_this_is_over(committed, redis, monkeypatch):
    """Nineteen in the last minute weigh little at the end of this one, and fully at its start."""
    seconds = redis.time()[0]
    index = seconds // 60
    attempt()
    (key,) = redis.keys("limit:*")
    bucket = key.rpartition(b":")[0]
    redis.set(bucket + b":%d" % (index - 1), 60)
    share = 1 - (seconds % 60) / 60
    expected_over = 60 * share + 2 > 21
    if expected_over:
        with pytest.raises(risk.TooOften):
            attempt()
    else:
        attempt()


def test_whoever_found_redis_away_lets_it_be_for_a_while(app, committed, monkeypatch):
    asked = []

    def away(*_):
        asked.append(1)
        raise RedisError("away")

    monkeypatch.setattr(limits, "_ask", away)
    attempts(3)
    assert len(asked) == 1
    later = clock.monotonic() + limits.LEFT_ALONE_SECONDS
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    attempt()
    assert len(asked) == 2
