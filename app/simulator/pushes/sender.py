"""The sender of pushes: three tries, longer for card events, and what may go wrong on the way."""

import itertools
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from app.simulator.clock import Clock
from app.simulator.faults import FALSE_PUSHES, SEALED_ONLY, Faults
from app.simulator.post import Answer, exchange
from app.simulator.pushes.answers import NoAnswer, read_answer
from app.simulator.pushes.letter import PLAIN, Letter, write
from app.simulator.pushes.push import EVENT, Push
from app.simulator.settings import App
from app.simulator.timetable import Timetable

OK = 200
FIRST_MESSAGE_ID = 23_000_000_000_000_000
# Seconds to the next try: three tries in all. The platform's page does not say how far apart the
# tries are; chosen as the time it waits for an answer.
LADDER = (5, 5)
# Card events: a wrong answer is asked again within minutes, a server that is down within a day.
CARD_WRONG_LADDER = (60, 120, 180)
CARD_DOWN_LADDER = (8640,) * 10
ANSWER_KEPT = 2000


class Pushes:
    """It has a lock of its own, so that no API call waits for a message server.

    `apps` is looked into at every try, so that a changed address counts at once.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        timetable: Timetable,
        faults: Faults,
        apps: Mapping[str, App],
        ladder_scale: float = 1.0,
    ) -> None:
        self._clock = clock
        self._timetable = timetable
        self._faults = faults
        self._apps = apps
        self._scale = ladder_scale
        self._pushes: list[Push] = []
        self._held: dict[str, list[Push]] = defaultdict(list)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def send(self, *, app: App, openid: str, event: str, fields: Mapping[str, Any]) -> Push:
        """Tell an app what `openid` did; `fields` come after those that every event has."""
        return self._send(app=app, openid=openid, kind=EVENT, fields={"Event": event, **fields})

    def pass_on(self, *, app: App, openid: str, kind: str, fields: Mapping[str, Any]) -> Push:
        """Tell an app what `openid` wrote: a message of MsgType `kind`, which gets a MsgId."""
        return self._send(app=app, openid=openid, kind=kind, fields=fields)

    def resend(self, number: int) -> Push | None:
        """Send one more time at once, whatever became of it; to nobody when there is no address."""
        push = next((each for each in self.all() if each.number == number), None)
        if push is not None and self._now_of(push).message_url:
            self._timetable.at(self._clock.now(), lambda: self._deliver(push, "resend"))
        return push

    def all(self) -> list[Push]:
        """Every push, oldest first."""
        with self._lock:
            return list(self._pushes)

    def _send(self, *, app: App, openid: str, kind: str, fields: Mapping[str, Any]) -> Push:
        now = self._clock.now()
        envelope = {
            "ToUserName": app.original_id or app.appid,
            "FromUserName": openid,
            "CreateTime": int(now),
            "MsgType": kind,
        }
        with self._lock:
            number = next(self._numbers)
            ids = {} if kind == EVENT else {"MsgId": FIRST_MESSAGE_ID + number}
            push = Push(number=number, app=app, fields=envelope | {**fields} | ids, created_at=now)
            self._pushes.append(push)
        self._begin(push)
        return push

    def _now_of(self, push: Push) -> App:
        return self._apps.get(push.app.appid, push.app)

    def _begin(self, push: Push) -> None:
        if not self._now_of(push).message_url:
            push.first_tried.set()
            return
        if self._faults.take("lose", push.event):
            push.status = "lost"
            push.first_tried.set()
            return
        if self._faults.take("reorder", push.event):
            self._hold(push)
            return
        push.status = "pending"
        late = self._faults.take("delay", push.event)
        if late:
            push.first_tried.set()
        self._later(push, seconds=late.seconds if late else 0.0)

    def _hold(self, push: Push) -> None:
        push.status = "held"
        push.first_tried.set()
        with self._lock:
            self._held[push.app.appid].append(push)

    def _let_go(self, appid: str) -> None:
        with self._lock:
            waiting = self._held.pop(appid, [])
        for push in waiting:
            push.status = "pending"
            self._later(push, seconds=0.0)

    def _later(self, push: Push, *, seconds: float) -> None:
        self._timetable.at(self._clock.now() + seconds, lambda: self._try(push))

    def _try(self, push: Push) -> None:
        self._send_false_ones(push)
        skew = self._faults.take("clock_skew", push.event)
        at = self._clock.now() + (skew.seconds if skew else 0.0)
        twice = self._faults.take("duplicate", push.event)
        for _ in range(twice.times if twice else 0):
            self._timetable.at(self._clock.now(), lambda: self._deliver(push, "duplicate"))
        letter, answer = self._deliver(push, "true", at=at)
        self._understand(push, letter, answer)
        push.first_tried.set()
        self._let_go(push.app.appid)

    def _send_false_ones(self, push: Push) -> None:
        in_the_clear = self._now_of(push).message_mode == PLAIN
        for kind in FALSE_PUSHES:
            if kind in SEALED_ONLY and in_the_clear:
                continue
            if self._faults.take(kind, push.event):
                self._deliver(push, kind)

    def _understand(self, push: Push, letter: Letter, answer: Answer) -> None:
        if answer.status != OK:
            self._climb_after_silence(push)
            return
        try:
            reply = read_answer(answer.body, push=push, app=self._now_of(push))
        except NoAnswer as wrong:
            _true_tries(push)[-1]["trouble"] = str(wrong)
            self._climb_after_wrong_answer(push)
            return
        # A try that came late must not take back what the person has already seen.
        if reply is not None and push.reply is None:
            push.reply, push.replied_at = reply, self._clock.now()
        push.status = "acknowledged"
        self._replay(push, letter)

    def _replay(self, push: Push, letter: Letter) -> None:
        again = self._faults.take("replay", push.event)
        if again:
            due = self._clock.now() + again.seconds
            self._timetable.at(due, lambda: self._put(push, letter, "replay"))

    def _climb_after_wrong_answer(self, push: Push) -> None:
        ladder = CARD_WRONG_LADDER if push.is_about_cards else LADDER
        tried = push.wrong_answers if push.is_about_cards else len(_true_tries(push)) - 1
        push.wrong_answers += 1
        self._climb(push, ladder, tried)

    def _climb_after_silence(self, push: Push) -> None:
        ladder = CARD_DOWN_LADDER if push.is_about_cards else LADDER
        tried = push.unanswered if push.is_about_cards else len(_true_tries(push)) - 1
        push.unanswered += 1
        self._climb(push, ladder, tried)

    def _climb(self, push: Push, ladder: tuple[int, ...], tried: int) -> None:
        if tried >= len(ladder):
            push.status = "given_up"
            return
        # Counted from the last try, so that a clock moved meanwhile does not put it off.
        due = _true_tries(push)[-1]["sent_at"] + ladder[tried] * self._scale
        self._timetable.at(due, lambda: self._try(push))

    def _deliver(self, push: Push, kind: str, *, at: float | None = None) -> tuple[Letter, Answer]:
        signed_at = self._clock.now() if at is None else at
        letter = write(push, app=self._now_of(push), at=signed_at, kind=kind)
        return letter, self._put(push, letter, kind)

    def _put(self, push: Push, letter: Letter, kind: str) -> Answer:
        sent_at = self._clock.now()
        url = self._now_of(push).message_url
        answer = exchange(
            "POST",
            f"{url}{'&' if '?' in url else '?'}{letter.query}",
            body=letter.body,
            headers={"Content-Type": letter.content_type, "User-Agent": "Mozilla/4.0"},
        )
        attempt = {"kind": kind, "sent_at": sent_at, "status": answer.status}
        told = {"body": answer.body[:ANSWER_KEPT], "seconds": self._clock.now() - sent_at}
        with self._lock:
            push.attempts.append(attempt | told)
        return answer


def _true_tries(push: Push) -> list[dict[str, Any]]:
    return [each for each in push.attempts if each["kind"] == "true"]
