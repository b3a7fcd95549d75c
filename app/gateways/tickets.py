"""Tickets: what signs a web page (jsapi) and a card for the bag (wx_card); one per app and kind."""

import contextlib
from enum import StrEnum
from threading import Lock
from typing import NoReturn, cast

from redis import Redis
from redis.exceptions import LockError, RedisError

from app.gateways._http import unanswered
from app.gateways._pacing import may_ask, paced
from app.gateways._reading import UNREADABLE, whole, word
from app.gateways.open_platform import OpenPlatform
from app.kernel import clock

# A ticket must outlive the page that was signed with it for as long as somebody looks at it.
MARGIN_SECONDS = 300
LOCK_SECONDS = 15
PATIENCE_SECONDS = 5


class TicketKind(StrEnum):
    PAGE = "jsapi"
    CARD = "wx_card"


class Tickets:
    """Shared by every process through Redis, renewed by one at a time; never logged.

    While Redis is away each process remembers for itself: WeChat answers with the same ticket
    until it ends, so that costs a few questions.
    """

    def __init__(self, *, redis: Redis, platform: OpenPlatform) -> None:
        self._redis = redis
        self._platform = platform
        self._remembered: dict[TicketKind, tuple[str, float]] = {}
        self._one_at_a_time = Lock()

    def ticket(self, kind: TicketKind) -> str:
        """A ticket that is good for a while yet. Raises GatewayError when there is none to get."""
        try:
            return self._stored(kind) or self._renew(kind)
        except RedisError:
            return self._without_redis(kind)

    def _stored(self, kind: TicketKind) -> str | None:
        found = cast("bytes | str | None", self._redis.get(self._key(kind)))
        return found.decode() if isinstance(found, bytes) else found

    def _renew(self, kind: TicketKind) -> str:
        lock = self._redis.lock(
            f"{self._key(kind)}:lock", timeout=LOCK_SECONDS, blocking_timeout=PATIENCE_SECONDS
        )
        if not lock.acquire():
            # A queue of those who wait in vain must not become one of questions.
            return self._stored(kind) or _come_again(kind)
        try:
            return self._stored(kind) or self._fetch_and_store(kind)
        finally:
            # Somebody may hold it by now if we took too long; that is no failure of ours.
            with contextlib.suppress(LockError):
                lock.release()

    def _fetch_and_store(self, kind: TicketKind) -> str:
        if not may_ask(self._redis, self._key(kind)):
            return _come_again(kind)
        ticket, seconds = self._fetch(kind)
        self._redis.set(self._key(kind), ticket, ex=seconds)
        return ticket

    def _without_redis(self, kind: TicketKind) -> str:
        with self._one_at_a_time:
            ticket, until = self._remembered.get(kind, ("", 0.0))
            if clock.monotonic() < until:
                return ticket
            ticket, seconds = self._fetch(kind)
            self._remembered[kind] = (ticket, clock.monotonic() + seconds)
            return ticket

    def _fetch(self, kind: TicketKind) -> tuple[str, int]:
        """A ticket and the seconds for which it may be kept."""
        doing = f"{kind} ticket"
        answer = self._platform.read(doing, "/cgi-bin/ticket/getticket", {"type": kind.value})
        try:
            seconds = whole(answer["expires_in"])
            return word(answer["ticket"]), max(seconds - MARGIN_SECONDS, seconds // 2, 1)
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=False) from None

    def _key(self, kind: TicketKind) -> str:
        return f"wechat:ticket:{self._platform.name}:{kind}"


def _come_again(kind: TicketKind) -> NoReturn:
    raise paced(f"{kind} ticket", code="ticket_paced")
