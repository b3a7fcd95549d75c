"""How a story is told: people who call, and steps that must be seen to happen."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import requests

PATIENCE_S = 90.0
HTTP_TIMEOUT_S = 15.0
FEN = 100

Seen = TypeVar("Seen")


class NotSeen(AssertionError):
    """A step of the story did not happen as it must."""


@dataclass(frozen=True)
class Answer:
    """What one request was answered."""

    status: int
    body: Any
    headers: dict[str, str]


class Caller:
    """Somebody with a phone or a till: one base address, one bearer token."""

    def __init__(self, base: str, token: str | None = None) -> None:
        self._http = requests.Session()
        self._http.trust_env = False
        self._base = base
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        return self._ask("POST", path, body, key)

    def _ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
        told = self._http.request(
            method,
            self._base + path,
            json=body,
            headers={"Idempotency-Key": key} if key else {},
            timeout=HTTP_TIMEOUT_S,
        )
        is_json = "json" in told.headers.get("Content-Type", "")
        return Answer(
            told.status_code, told.json() if is_json else told.content, dict(told.headers)
        )


class Telling:
    """The steps, numbered through all acts."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._step = 0

    def tell(self, sentence: str) -> None:
        self._step += 1
        self._say(f"{self._step:3}. {sentence}")

    def add(self, detail: str) -> None:
        self._say(f"       {detail}")


def expect(status: int, answer: Answer) -> Any:
    if answer.status != status:
        raise NotSeen(f"expected {status}, got {answer.status}: {answer.body!r}")
    return answer.body


def must(happened: object, otherwise: str) -> None:
    if not happened:
        raise NotSeen(otherwise)


def eventually(what: str, look: Callable[[], Seen | bool | None]) -> Seen:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = look()
        if found and not isinstance(found, bool):
            return found
        time.sleep(0.1)
    raise NotSeen(f"never seen within {PATIENCE_S:.0f} s: {what}")


def yuan(fen: int) -> str:
    return f"{fen // FEN}.{fen % FEN:02d}"
