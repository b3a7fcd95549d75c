"""Keeps a handful of processes alive: starts them in order, restarts what dies, stops them in order.

    with Supervisor([Process("web", ["granian", …], ready=answers), Process("relay", […])]):
        …

Each process has its own log and its own session, and goes when we go, however we go.
"""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local import children
from deploy.local.children import NotStarted

LOGS = Path(__file__).parents[2] / ".kabao" / "logs"
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 15.0
LONG_LIFE_S = 30.0  # after this the next death is news again, not the same trouble
TICK_S = 0.05


@dataclass(frozen=True)
class Process:
    """What to run. `env` comes on top of ours; `ready` is asked until it says yes."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    ready_within: float = 60.0
    grace: float = 10.0


class _Post:
    """One process's place: who stands there now, and when the next one may come."""

    def __init__(self, process: Process, log: Path) -> None:
        self.process = process
        self.log = log
        self.child: subprocess.Popen[bytes] | None = None
        self.is_ready = False
        self._born = self._due = 0.0
        self._delay = FIRST_DELAY_S

    def is_due(self) -> bool:
        return self.child is None and time.monotonic() >= self._due

    def fill(self) -> None:
        self._born = time.monotonic()
        self.child = children.spawn(self.process.command, log=self.log, env=self.process.env)

    def bury(self) -> float:
        """Clear away a dead child with all it started; seconds until the next may come."""
        if self.child is not None:
            children.stop(self.child, grace=0)
        self.child, self.is_ready = None, False
        if time.monotonic() - self._born >= LONG_LIFE_S:
            self._delay = FIRST_DELAY_S
        delay, self._delay = self._delay, min(self._delay * 2, LONGEST_DELAY_S)
        self._due = time.monotonic() + delay
        return delay


class Supervisor:
    """Start, mind and stop some processes. Usable as a context manager."""

    def __init__(
        self,
        processes: Sequence[Process],
        *,
        logs: Path = LOGS,
        say: Callable[[str], None] = lambda line: print(line, flush=True),
    ) -> None:
        self._posts = {each.name: _Post(each, logs / f"{each.name}.log") for each in processes}
        self._say = say
        self._stop = threading.Event()
        self._started = threading.Event()
        self._trouble: str | None = "the supervisor itself failed; its traceback is above"
        # One thread starts them all, because a child's leash is tied to the thread that made it.
        self._thread = threading.Thread(target=self._mind, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start all, in order, each when the one before is ready. NotStarted if one is not."""
        self._thread.start()
        self._started.wait()
        if self._trouble:
            self.stop()
            raise NotStarted(self._trouble)

    def stop(self) -> None:
        """Stop all, last started first. Harmless when already stopped."""
        self._stop.set()
        self._thread.join()

    def run(self) -> None:
        """Start, then mind them until Ctrl-C or SIGTERM, then stop."""
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, lambda *_: self._stop.set())
        with self:
            self._stop.wait()
        if self._trouble:
            raise NotStarted(self._trouble)

    def kill(self, name: str) -> None:
        """SIGKILL to a process and all it started, as a crash would; it comes back by itself."""
        child = self._posts[name].child
        if child is not None:
            children.kill_group(child)

    def alive(self, name: str) -> bool:
        """Whether it runs and has been ready since it was last started."""
        return self._posts[name].is_ready and self.pid(name) is not None

    def pid(self, name: str) -> int | None:
        """The process number, or None between two lives."""
        child = self._posts[name].child
        return None if child is None or children.has_ended(child) else child.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _mind(self) -> None:
        try:
            for post in self._posts.values():
                self._bring_up(post)
            self._trouble = None
            self._started.set()
            while not self._stop.wait(TICK_S):
                self._tend_all()
        except NotStarted as problem:
            self._trouble = str(problem)
        finally:
            self._stop.set()
            self._stop_all()
            self._started.set()

    def _bring_up(self, post: _Post) -> None:
        deadline = time.monotonic() + post.process.ready_within
        while not post.is_ready and not self._stop.is_set():
            self._tend_all(only_started=True)
            self._tend(post)
            if time.monotonic() > deadline:
                raise NotStarted(f"{post.process.name} is not ready:\n{_tail(post)}")
            self._stop.wait(TICK_S)

    def _tend_all(self, *, only_started: bool = False) -> None:
        for post in self._posts.values():
            if post.child is not None or not only_started:
                self._tend(post)

    def _tend(self, post: _Post) -> None:
        name = post.process.name
        if post.is_due():
            self._fill(post)
        elif post.child is not None and children.has_ended(post.child):
            delay = post.bury()
            self._say(f"{name}: died; again in {delay:.0f} s ({post.log})")
        elif post.child is not None and not post.is_ready and _answers(post):
            post.is_ready = True
            self._say(f"{name}: ready")

    def _fill(self, post: _Post) -> None:
        try:
            post.fill()
        except OSError as problem:
            raise NotStarted(f"{post.process.name}: {problem}") from problem
        self._say(f"{post.process.name}: started")

    def _stop_all(self) -> None:
        for post in reversed(self._posts.values()):
            if post.child is not None:
                children.stop(post.child, grace=post.process.grace)
                post.child, post.is_ready = None, False
                self._say(f"{post.process.name}: stopped")


def _answers(post: _Post) -> bool:
    try:
        return post.process.ready()
    except OSError:  # refused, reset, timed out: not yet
        return False


def _tail(post: _Post) -> str:
    return children.last_words(post.log)
