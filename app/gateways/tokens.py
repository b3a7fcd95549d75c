"""Access tokens: one per app, shared by every process, renewed by one at a time."""

import hashlib
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import NoReturn

import requests
from redis import Redis
from redis.exceptions import LockError, RedisError
from redis.lock import Lock as RedisLock

from app.gateways._http import OPEN_PLATFORM, failure, open_platform_session, unanswered
from app.gateways._pacing import PACE_SECONDS, QUESTIONS, may_ask, paced
from app.gateways._reading import UNREADABLE, mapping, whole, word
from app.gateways.errors import Unavailable
from app.kernel import clock

# WeChat changes the token five minutes before its end and honours both until then.
MARGIN_SECONDS = 300
# Longer than one conversation may take, so that a lock only outlives a dead holder.
LOCK_SECONDS = 15
PATIENCE_SECONDS = 5
DROP_IF_STILL_STORED = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""


@dataclass(kw_only=True)
class _Memory:
    """What this process knows of one app while there is no Redis."""

    token: str = field(default="", repr=False)
    until: datetime = field(default_factory=clock.now)
    asked: deque[float] = field(default_factory=lambda: deque(maxlen=QUESTIONS))
    one_at_a_time: Lock = field(default_factory=Lock)


class AccessTokens:
    """Asks for stable tokens, never by force: asking twice yields the same token.

    That is why doing without Redis for a while is harmless: each process then remembers for
    itself. Nothing here is ever logged.
    """

    def __init__(self, *, redis: Redis, base_url: str) -> None:
        self._redis = redis
        self._session = open_platform_session(base_url)
        self._memories: dict[str, _Memory] = {}

    def token(self, *, appid: str, secret: str) -> str:
        """A token that is good for a while yet. Raises Unavailable when there is none to get."""
        try:
            return self._stored(name_of(appid=appid, secret=secret)) or self._renew(appid, secret)
        except RedisError:
            return self._without_redis(appid, secret)

    def drop(self, token: str, *, appid: str, secret: str) -> None:
        """Forget a token that WeChat no longer takes, unless a newer one has replaced it."""
        whose = name_of(appid=appid, secret=secret)
        memory = self._memory(whose)
        with memory.one_at_a_time:
            if memory.token == token:
                memory.token = ""
        try:
            self._redis.eval(DROP_IF_STILL_STORED, 1, _key(whose), token)
        except RedisError:
            return

    def _stored(self, whose: str) -> str | None:
        found = self._redis.get(_key(whose))
        if isinstance(found, bytes):
            return found.decode()
        return found if isinstance(found, str) else None

    def _renew(self, appid: str, secret: str) -> str:
        whose = name_of(appid=appid, secret=secret)
        lock = self._redis.lock(
            f"{_key(whose)}:lock", timeout=LOCK_SECONDS, blocking_timeout=PATIENCE_SECONDS
        )
        if not lock.acquire():
            # A queue of those who wait in vain must not become one of questions.
            return self._stored(whose) or _come_again()
        try:
            return self._stored(whose) or self._fetch_and_store(appid, secret)
        finally:
            _release(lock)

    def _fetch_and_store(self, appid: str, secret: str) -> str:
        key = _key(name_of(appid=appid, secret=secret))
        if not may_ask(self._redis, key):
            return _come_again()
        token, seconds = self._fetch(appid, secret)
        self._redis.set(key, token, ex=seconds)
        return token

    def _without_redis(self, appid: str, secret: str) -> str:
        memory = self._memory(name_of(appid=appid, secret=secret))
        with memory.one_at_a_time:
            if memory.token and clock.now() < memory.until:
                return memory.token
            now = clock.monotonic()
            if len(memory.asked) == QUESTIONS and now - memory.asked[0] < PACE_SECONDS:
                return _come_again()
            memory.asked.append(now)
            memory.token, seconds = self._fetch(appid, secret)
            memory.until = clock.now() + timedelta(seconds=seconds)
            return memory.token

    def _memory(self, whose: str) -> _Memory:
        return self._memories.setdefault(whose, _Memory())

    def _fetch(self, appid: str, secret: str) -> tuple[str, int]:
        """A token and the seconds for which it may be kept."""
        doing = "access token"
        question = {"grant_type": "client_credential", "appid": appid, "secret": secret}
        try:
            response = self._session.post(f"{OPEN_PLATFORM}/cgi-bin/stable_token", json=question)
            answer = mapping(json.loads(response.content))
            if answer.get("errcode"):
                code = f"token_{answer['errcode']}"
                raise Unavailable(f"{doing}: {code}", code=code)
            return word(answer["access_token"]), _keep_for(whole(answer["expires_in"]))
        except requests.RequestException as error:
            raise failure(error, doing=doing, changes=False) from None
        except UNREADABLE:
            raise unanswered(doing, code="token_unreadable", changes=False) from None


def _come_again() -> NoReturn:
    raise paced("access token", code="token_paced")


def _release(lock: RedisLock) -> None:
    # Somebody may hold it by now if we took too long; that is no failure of ours.
    with suppress(LockError):
        lock.release()


def _keep_for(expires_in: int) -> int:
    return max(expires_in - MARGIN_SECONDS, expires_in // 2, 1)


def name_of(*, appid: str, secret: str) -> str:
    """The name under which is kept what WeChat gave to an app.

    Who knows only the appid of another merchant's app is not handed what its secret opened.
    """
    return f"{appid}:{hashlib.sha256(f'{appid}:{secret}'.encode()).hexdigest()[:16]}"


def _key(whose: str) -> str:
    return f"wechat:access_token:{whose}"
