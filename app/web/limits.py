"""Counting attempts in Redis, over all processes, in one round trip.

Sliding windows out of two fixed ones: the last window counts for as much of it as the sliding
one still covers. That needs two numbers per caller instead of a list of his attempts, and errs
by a few percent at most.

Numbers and names are risk's; here they are only added up. While Redis is away each rule says
itself whether people pass.
"""

import hashlib
import threading
from collections.abc import Mapping
from typing import Any, cast

from flask import current_app
from redis import ConnectionPool, Redis, exceptions
from redis.exceptions import NoScriptError, RedisError

from app.domain import risk
from app.domain.risk import Action, Per, Rule
from app.kernel import clock
from app.web.logs import log

# KEYS: one per rule. ARGV: the seconds of each rule's window, in the same order.
COUNT = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local counts = {}
for i, key in ipairs(KEYS) do
  local window = tonumber(ARGV[i])
  local index = math.floor(at / window)
  local this = redis.call('INCR', key .. ':' .. index)
  if this == 1 then redis.call('EXPIRE', key .. ':' .. index, window * 2) end
  local last = tonumber(redis.call('GET', key .. ':' .. (index - 1)) or '0')
  counts[i] = this + math.floor(last * (1 - (at / window - index)))
end
return counts
"""
# Redis wants to know a script by this digest; nothing secret depends on it.
DIGEST = hashlib.sha1(COUNT.encode(), usedforsecurity=False).hexdigest()
# Whoever found Redis away lets it be for so long, rather than make each customer wait for it.
LEFT_ALONE_SECONDS = 5.0

_left_alone_until = 0.0


def check(*actions: Action, merchant_id: int, who: Mapping[Per, str]) -> None:
    """Count one attempt at each action, for whomever `who` names. Raises TooOften."""
    rules = [rule for action in actions for rule in risk.rules_for(action) if rule.per in who]
    counts = _count(rules, merchant_id, who)
    decision = risk.decide(counts)
    if not decision.is_allowed:
        raise risk.TooOften(
            "Too many attempts. Please wait a moment.",
            reason=decision.reason,
            retry_after_seconds=decision.retry_after_seconds,
        )


def _count(rules: list[Rule], merchant_id: int, who: Mapping[Per, str]) -> dict[str, int | None]:
    nobody_counts: dict[str, int | None] = dict.fromkeys(rule.name for rule in rules)
    if clock.monotonic() < _left_alone_until:
        return nobody_counts
    try:
        counts = _ask(
            [_key(rule, merchant_id, who[rule.per]) for rule in rules],
            [rule.window_seconds for rule in rules],
        )
    except RedisError as away:
        _leave_alone(away)
        return nobody_counts
    return {rule.name: count for rule, count in zip(rules, counts, strict=True)}


class _Line(threading.local):
    """A thread's own connection to Redis, without the client around it, which costs more."""

    pool: ConnectionPool | None = None
    connection: Any = None  # the library does not say what its connections can do

    def call(self, pool: ConnectionPool, *words: str | int) -> list[int]:
        if self.connection is None or self.pool is not pool:
            self.pool, self.connection = pool, pool.get_connection()
        try:
            self.connection.send_command(*words)
            return cast("list[int]", self.connection.read_response())
        except (exceptions.ConnectionError, exceptions.TimeoutError):
            self.connection.disconnect()
            pool.release(self.connection)
            self.connection = None
            raise


_line = _Line()


def _ask(keys: list[str], windows: list[int]) -> list[int]:
    pool = cast("Redis", current_app.extensions["redis"]).connection_pool
    try:
        return _line.call(pool, "EVALSHA", DIGEST, len(keys), *keys, *windows)
    except NoScriptError:
        return _line.call(pool, "EVAL", COUNT, len(keys), *keys, *windows)


def _key(rule: Rule, merchant_id: int, who: str) -> str:
    """Names are hashed: an openid has no business in Redis, nor has a stranger's long text."""
    name = hashlib.blake2b(who.encode(), digest_size=12).hexdigest()
    return f"limit:{{{merchant_id}}}:{rule.name}:{name}"


def _leave_alone(away: RedisError) -> None:
    global _left_alone_until  # noqa: PLW0603 - one Redis, one process, one memory of it
    _left_alone_until = clock.monotonic() + LEFT_ALONE_SECONDS
    log.warning("redis away", failure=type(away).__name__)


def forget_absence() -> None:
    """Ask Redis again at once."""
    global _left_alone_until  # noqa: PLW0603 - see above
    _left_alone_until = 0.0
