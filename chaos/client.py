"""How a client behaves: he asks again with the same key until he hears, or puts the phone away."""

import random
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from chaos.journal import Journal
from chaos.phone import Answer

PATIENCE_S = 60.0
LONGEST_PAUSE_S = 2.0
# So many of those whose answer was lost do not ask again; nobody will ever tell them.
GIVES_UP = 0.1
ASK_AGAIN = frozenset({"busy", "too_often", "unavailable", "wechat_unavailable"})
SERVER_ERROR = 500


class Abandoned(Exception):
    """Somebody goes home."""


class Gate:
    """Lets clients through one step at a time, and tells when all of them stand still."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self._busy = 0
        self._lock = threading.Condition()

    def shut(self) -> None:
        """Return when nobody is in the middle of anything."""
        self._open.clear()
        with self._lock:
            self._lock.wait_for(lambda: self._busy == 0)

    def open(self) -> None:
        self._open.set()

    def __enter__(self) -> None:
        while True:
            self._open.wait()
            with self._lock:
                if self._open.is_set():
                    self._busy += 1
                    return

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._busy -= 1
            self._lock.notify_all()


class Client:
    """One line of work: what it does is written down before it is sent and after it is heard."""

    def __init__(self, journal: Journal, gate: Gate) -> None:
        self._journal, self._gate = journal, gate

    def does(
        self,
        kind: str,
        send: Callable[[str], Answer | None],
        *,
        asked: Mapping[str, Any],
        keeps: Callable[[Any], Mapping[str, Any]],
    ) -> Any:
        """The answer's body. Raises Abandoned when it was refused, or never heard of."""
        key = f"{kind}-{secrets.token_hex(12)}"
        with self._gate:
            self._journal.tries(kind, key, asked)
            answer = _until_heard(lambda: send(key), gives_up=GIVES_UP)
            if answer is None:
                raise Abandoned(kind)
            told = keeps(answer.body) if answer.is_good else {"code": answer.code}
            self._journal.hears(key, answer.status, told)
        if not answer.is_good:
            raise Abandoned(kind)
        return answer.body

    def asks(self, send: Callable[[], Answer | None]) -> Any:
        """What changes nothing is written down nowhere. Raises Abandoned."""
        with self._gate:
            answer = _until_heard(send, gives_up=0.0)
        if answer is None or not answer.is_good:
            raise Abandoned("asking")
        return answer.body


def _until_heard(send: Callable[[], Answer | None], *, gives_up: float) -> Answer | None:
    until, pause = time.monotonic() + PATIENCE_S, 0.1
    while True:
        answer = send()
        if answer is not None and _is_final(answer):
            return answer
        if time.monotonic() > until or random.random() < gives_up:
            return None
        time.sleep(pause * random.uniform(0.5, 1.5))
        pause = min(pause * 2, LONGEST_PAUSE_S)


def _is_final(answer: Answer) -> bool:
    return answer.status < SERVER_ERROR and answer.code not in ASK_AGAIN
