"""Signed and sealed notices to the merchants' notify_url, with the platform's retry ladder."""

import itertools
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.simulator.clock import Clock
from app.simulator.envelope import Envelope, wrap
from app.simulator.faults import FORGED_KINDS, Faults
from app.simulator.ladders import ladder_for
from app.simulator.post import Answer, post
from app.simulator.settings import Merchant
from app.simulator.signing import Platform, nonce_text
from app.simulator.timetable import Timetable

ACKNOWLEDGED = frozenset({200, 204})


@dataclass(kw_only=True)
class Notice:
    """One event for one merchant, and what became of it.

    `status` is pending, acknowledged, lost or given_up.
    """

    id: str
    merchant: Merchant
    url: str
    event_type: str
    original_type: str
    summary: str
    resource: Mapping[str, Any]
    created_at: float
    status: str = "pending"
    tries: int = 0
    attempts: list[dict[str, Any]] = field(default_factory=list)


class Notices:
    """The sender. It has a lock of its own, so that no API call waits for a merchant."""

    def __init__(
        self,
        *,
        clock: Clock,
        timetable: Timetable,
        faults: Faults,
        platform: Platform,
        ladder_scale: float,
    ) -> None:
        self._clock = clock
        self._timetable = timetable
        self._faults = faults
        self._platform = platform
        self._ladder_scale = ladder_scale
        self._notices: dict[str, Notice] = {}
        self._held: dict[str, list[Notice]] = defaultdict(list)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def send(
        self,
        *,
        merchant: Merchant,
        url: str,
        event_type: str,
        original_type: str,
        summary: str,
        resource: Mapping[str, Any],
    ) -> Notice:
        """Put a notice on its way."""
        notice = Notice(
            id=f"EV-{next(self._numbers):08d}{nonce_text(16)}",
            merchant=merchant,
            url=url,
            event_type=event_type,
            original_type=original_type,
            summary=summary,
            resource=resource,
            created_at=self._clock.now(),
        )
        self._notices[notice.id] = notice
        self._begin(notice)
        return notice

    def resend(self, notice_id: str) -> Notice | None:
        """Send one more time at once, whatever became of it."""
        notice = self._notices.get(notice_id)
        if notice is not None:
            self._timetable.at(self._clock.now(), lambda: self._deliver_once(notice, "resend"))
        return notice

    def all(self) -> list[Notice]:
        """Every notice, oldest first."""
        return list(self._notices.values())

    def _begin(self, notice: Notice) -> None:
        if self._faults.take("lose", notice.event_type):
            notice.status = "lost"
            return
        if self._faults.take("reorder", notice.event_type):
            with self._lock:
                self._held[notice.merchant.mchid].append(notice)
            return
        late = self._faults.take("delay", notice.event_type)
        self._later(notice, seconds=late.seconds if late else 0.0)

    def _let_go(self, mchid: str) -> None:
        with self._lock:
            waiting = self._held.pop(mchid, [])
        for notice in waiting:
            self._later(notice, seconds=0.0)

    def _later(self, notice: Notice, *, seconds: float) -> None:
        self._timetable.at(self._clock.now() + seconds, lambda: self._try(notice))

    def _try(self, notice: Notice) -> None:
        kind = self._forgery(notice) or "true"
        twice = self._faults.take("duplicate", notice.event_type)
        for _ in range(twice.times if twice else 0):
            now = self._clock.now()
            self._timetable.at(now, lambda: self._deliver_once(notice, "duplicate"))
        skew = self._faults.take("clock_skew", notice.event_type)
        envelope, answer = self._deliver_once(
            notice, kind, skew_seconds=skew.seconds if skew else 0
        )
        self._let_go(notice.merchant.mchid)
        if kind == "true" and answer.status in ACKNOWLEDGED:
            self._acknowledged(notice, envelope)
            return
        self._climb(notice)

    def _acknowledged(self, notice: Notice, envelope: Envelope) -> None:
        notice.status = "acknowledged"
        again = self._faults.take("replay", notice.event_type)
        if again:
            due = self._clock.now() + again.seconds
            self._timetable.at(due, lambda: self._put(notice, envelope, "replay"))

    def _climb(self, notice: Notice) -> None:
        ladder = ladder_for(notice.event_type)
        if notice.tries >= len(ladder):
            notice.status = "given_up"
            return
        # Counted from the last try, so that a clock moved meanwhile does not put it off.
        due = notice.attempts[-1]["sent_at"] + ladder[notice.tries] * self._ladder_scale
        notice.tries += 1
        self._timetable.at(due, lambda: self._try(notice))

    def _forgery(self, notice: Notice) -> str | None:
        taken = (kind for kind in FORGED_KINDS if self._faults.take(kind, notice.event_type))
        return next(taken, None)

    def _deliver_once(
        self, notice: Notice, kind: str, *, skew_seconds: float = 0.0
    ) -> tuple[Envelope, Answer]:
        envelope = wrap(
            notice_id=notice.id,
            created_at=notice.created_at,
            event_type=notice.event_type,
            original_type=notice.original_type,
            summary=notice.summary,
            resource=notice.resource,
            apiv3_key=notice.merchant.apiv3_key,
            platform=self._platform,
            at=self._clock.now() + skew_seconds,
            kind=kind,
            serial=self._platform.serial_for(notice.merchant),
        )
        return envelope, self._put(notice, envelope, kind)

    def _put(self, notice: Notice, envelope: Envelope, kind: str) -> Answer:
        sent_at = self._clock.now()
        answer = post(notice.url, envelope)
        attempt = {"kind": kind, "sent_at": sent_at, "status": answer.status, "body": answer.body}
        with self._lock:
            notice.attempts.append({**attempt, "seconds": self._clock.now() - sent_at})
        return answer
