"""What the clients know: each process appends what it tries and what it is answered, a line each."""

import json
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Attempt:
    """One thing somebody wanted. `status` is None while nobody has heard what became of it.

    `at` and `told_at` are seconds of this machine's clock; `asked` and `told` hold public numbers.
    """

    kind: str
    key: str
    at: float
    asked: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    told: dict[str, Any] = field(default_factory=dict)
    told_at: float = 0.0

    @property
    def is_acknowledged(self) -> bool:
        return self.status is not None and self.status < 300  # noqa: PLR2004 - HTTP's own number

    @property
    def is_refused(self) -> bool:
        return self.status is not None and not self.is_acknowledged


class Journal:
    """One process's log; a line is one write, so a killed process leaves whole lines."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()

    def tries(self, kind: str, key: str, asked: Mapping[str, Any]) -> None:
        self._write({"kind": kind, "key": key, "at": time.time(), "asked": dict(asked)})

    def hears(self, key: str, status: int, told: Mapping[str, Any]) -> None:
        self._write({"key": key, "status": status, "told": dict(told), "told_at": time.time()})

    def close(self) -> None:
        os.close(self._file)

    def _write(self, line: Mapping[str, Any]) -> None:
        with self._lock:
            os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")


class Reader:
    """Follows the logs of all clients while they are written."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._places = dict.fromkeys(paths, 0)
        self.attempts: dict[str, Attempt] = {}

    def catch_up(self) -> list[Attempt]:
        """What was answered since the last time."""
        return [attempt for line in self._lines() if (attempt := self._take(line)).status]

    def _lines(self) -> Iterator[dict[str, Any]]:
        for path, place in self._places.items():
            if not path.exists():
                continue
            with path.open("rb") as log:
                log.seek(place)
                fresh = log.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]
            self._places[path] = place + len(whole)
            yield from map(json.loads, whole.splitlines())

    def _take(self, line: dict[str, Any]) -> Attempt:
        if "kind" in line:
            return self.attempts.setdefault(line["key"], Attempt(**line))
        attempt = self.attempts[line["key"]]
        attempt.status, attempt.told = line["status"], line["told"]
        attempt.told_at = line["told_at"]
        return attempt
