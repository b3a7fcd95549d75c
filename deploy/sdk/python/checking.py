"""What every story needs: its world, the person with the phone, what arrived, and its checks."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

PATIENCE_S = 10
PERSON = "小明"


class DidNotHold(Exception):
    """What a check saw instead."""


@contextmanager
def check(words: str) -> Iterator[None]:
    """Say whether the block went through; the story goes on either way."""
    note = ""
    try:
        yield
    except Exception as problem:  # noqa: BLE001  # a library may raise anything; that is the news
        note = f"{type(problem).__name__}: {problem}"[:400]
    print(json.dumps({"check": words, "ok": not note, "note": note}), flush=True)


def expect(holds: object, *, saw: object = "") -> None:
    """Raise unless it holds."""
    if not holds:
        raise DidNotHold(f"saw {saw!r}")


def refused(call: Callable[[], object]) -> bool:
    """Whether a library refuses: it raises, or answers with nothing."""
    try:
        return not call()
    except Exception:  # noqa: BLE001  # every library has refusals of its own
        return True


class Stage:
    """The world of the run, from the file named first on the command line."""

    def __init__(self) -> None:
        self.world: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
        self.mini: dict[str, Any] = self.world["mini"]
        self.account: dict[str, Any] = self.world["account"]

    def ask(self, path: str) -> Any:
        """Look at the simulator."""
        return self._control("GET", path, None)

    def tell(self, path: str, /, **body: Any) -> Any:
        """Be the person or the platform."""
        return self._control("POST", path, body)

    def openid(self, app: dict[str, Any], name: str = PERSON) -> str:
        """Who the person is in an app."""
        return str(self.ask(f"users/{name}")["openids"][app["appid"]])

    def mark(self) -> int:
        """Where what arrives from now on begins."""
        return len(self._arrived(0))

    def wait(self, since: int, wanted: Callable[[dict[str, Any]], bool], count: int = 1) -> Any:
        """The first `count` arrivals that are wanted; the last of them when it is one."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            found = [each for each in self._arrived(since) if wanted(each)]
            if len(found) >= count:
                return found[:count] if count > 1 else found[0]
            time.sleep(0.02)
        raise DidNotHold("nothing came")

    def notices(self, since: int, event: str, count: int = 1) -> Any:
        """Notices of an event."""
        return self.wait(since, lambda each: f'"{event}"' in each["body"], count)

    def pushes(self, since: int, app: dict[str, Any], count: int = 1) -> Any:
        """Pushes to an app's message server."""
        return self.wait(since, lambda each: each["path"].endswith(app["appid"]), count)

    def _arrived(self, since: int) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.world['receiver']}/got?from={since}", timeout=PATIENCE_S)
        return list(answer.json())

    def _control(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        url = f"{self.world['simulator']}/_sim/{path}"
        answer = requests.request(method, url, json=body, timeout=PATIENCE_S)
        if not answer.ok:
            raise DidNotHold(f"{path}: {answer.text}")
        return answer.json()
