"""What became of one request, step by step, for whoever collects traces. Off unless told.

Steps are named here; who keeps and sends them is installed from outside (`app/traces.py`), so
that nothing of it is even read while it is off. What may be said of a step is a short list, each
with the form that it must have. Anything else is left out: no person and no secret slips in.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

# The key under which a row of the outbox keeps where its work comes from.
CARRIED = "traceparent"


class Kind(StrEnum):
    """Who speaks: somebody asks us, we take work up, we ask somebody, or we do it by the clock."""

    REQUEST = "request"
    WORK = "work"
    CALL = "call"
    SWEEP = "sweep"


_WORDS = re.compile(r"[a-z][a-z_.]{0,79}")
_NUMBER = re.compile(r"\d{1,19}")
FORMS: Mapping[str, re.Pattern[str]] = {
    "http.request.method": re.compile(r"[A-Z]{3,7}|other"),
    # A rule of ours, such as /api/v1/<merchant>/orders, and never what somebody asked for.
    "http.route": re.compile(r"/[\w/<>:.@-]*|\(no route\)"),
    "http.response.status_code": re.compile(r"\d{3}"),
    "url.template": re.compile(r"(?:/(?:[a-z_-]+\d?[a-z_-]*|\{\})?)+"),
    "server.address": re.compile(r"[a-z0-9.-]{1,80}"),
    "error.type": re.compile(r"[A-Za-z_]{1,80}|5\d\d"),
    "kabao.merchant": re.compile(r"M[2-9A-HJ-NP-Z]{16}"),
    "kabao.job": _WORDS,
    "kabao.sweep": _WORDS,
    "kabao.task": _NUMBER,
    "kabao.attempts": _NUMBER,
    "kabao.failures": _NUMBER,
}


def fits(fact: str, value: object) -> bool:
    """Whether this may be said of a step."""
    form = FORMS.get(fact)
    return form is not None and form.fullmatch(str(value)) is not None


class Step(Protocol):
    """One step under way. What does not fit is not said; a failure is told by its class alone."""

    def say(self, fact: str, value: object) -> None: ...

    def fail(self, why: str) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


class Tracer(Protocol):
    def step(self, kind: Kind, name: str, facts: Mapping[str, object]) -> Step:
        """What goes on inside belongs to it. A request and a sweep belong to nobody."""

    def work(
        self,
        name: str,
        facts: Mapping[str, object],
        *,
        carried: str | None,
        waited: timedelta,
    ) -> Step:
        """Work that waited in the outbox since somebody else's step, told by what it carries."""

    def carry(self) -> str | None:
        """The step under way, in W3C's words, for whoever goes on elsewhere."""

    def trace_id(self) -> str | None:
        """For the log, so that lines and steps find each other."""

    def leave(self) -> None:
        """Send what is left, within half a second: the process ends."""


class _Untold:
    def say(self, fact: str, value: object) -> None: ...

    def fail(self, why: str) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


UNTOLD: Step = _Untold()
_tracer: Tracer | None = None


def install(tracer: Tracer | None) -> None:
    """From now on this one is told; None: nobody."""
    global _tracer  # noqa: PLW0603 - one per process, as the clock and the keys are
    _tracer = tracer


def is_on() -> bool:
    return _tracer is not None


def step(kind: Kind, name: str, facts: Mapping[str, object]) -> Step:
    """A step of the request at hand, for a `with`."""
    return UNTOLD if _tracer is None else _tracer.step(kind, name, facts)


def work(name: str, facts: Mapping[str, object], *, carried: str | None, waited: timedelta) -> Step:
    """A step that takes up what another one left in the outbox, for a `with`."""
    if _tracer is None:
        return UNTOLD
    return _tracer.work(name, facts, carried=carried, waited=waited)


def carry() -> str | None:
    return None if _tracer is None else _tracer.carry()


def trace_id() -> str | None:
    return None if _tracer is None else _tracer.trace_id()


def leave() -> None:
    """Before a process ends without a word: a worker's child, a server."""
    if _tracer is not None:
        _tracer.leave()
