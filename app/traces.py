"""Steps as OpenTelemetry's spans, sent to a collector over HTTP. Read only where it is switched on.

Spans are made by hand at four places. The usual instrumentation writes down whole addresses and
statements, and ours hold WeChat's tokens and people's openids.
"""

import logging
import os
from collections.abc import Mapping
from contextvars import Token
from datetime import timedelta
from threading import Lock, Thread
from types import TracebackType
from typing import Self

import requests
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.kernel import clock, tracing
from app.kernel.tracing import Kind

SENDING_SECONDS = 5
# A worker's child ends after each job. A collector that is away must not hold up money.
LEAVING_SECONDS = 0.5
KINDS = {
    Kind.REQUEST: trace.SpanKind.SERVER,
    Kind.WORK: trace.SpanKind.CONSUMER,
    Kind.CALL: trace.SpanKind.CLIENT,
    Kind.SWEEP: trace.SpanKind.INTERNAL,
}
# No traceparent of a caller is believed: anybody could have everything of his kept.
ROOTS = {Kind.REQUEST, Kind.SWEEP}
_NOBODY = context.Context()
# A collector that is away is told once for a heap that is lost, not for each try.
logging.getLogger("opentelemetry").setLevel(logging.ERROR)
_w3c = TraceContextTextMapPropagator()


def start(*, url: str, percent: int) -> None:
    """Tell this collector of `percent` of all requests, with everything that follows from them."""
    tracing.install(OpenTelemetry(url=url, percent=percent))


class OpenTelemetry:
    """Opens its way to the collector with the first span, in each process anew.

    A worker forks for each job, and a thread that sends does not come along.
    """

    _lock: Lock
    _provider: TracerProvider | None

    def __init__(self, *, url: str, percent: int) -> None:
        self._url, self._percent = url, percent
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def step(self, kind: Kind, name: str, facts: Mapping[str, object]) -> tracing.Step:
        above = _NOBODY if kind in ROOTS else context.get_current()
        return self._begin(KINDS[kind], name, facts, above=above)

    def work(
        self,
        name: str,
        facts: Mapping[str, object],
        *,
        carried: str | None,
        waited: timedelta,
    ) -> tracing.Step:
        above = _w3c.extract({tracing.CARRIED: carried} if carried else {}, context=_NOBODY)
        since = clock.machine_ns() - max(0, round(waited.total_seconds() * 1e9))
        wait = self._tracer().start_span(
            f"outbox {name}", above, kind=trace.SpanKind.PRODUCER, start_time=since
        )
        wait.end()
        return self._begin(
            KINDS[Kind.WORK], name, facts, above=trace.set_span_in_context(wait, _NOBODY)
        )

    def carry(self) -> str | None:
        carrier: dict[str, str] = {}
        _w3c.inject(carrier)
        return carrier.get(tracing.CARRIED)

    def trace_id(self) -> str | None:
        span = trace.get_current_span().get_span_context()
        return trace.format_trace_id(span.trace_id) if span.is_valid else None

    def leave(self) -> None:
        with self._lock:
            provider, self._provider = self._provider, None
        if provider is not None:
            sending = Thread(target=provider.shutdown, daemon=True)
            sending.start()
            sending.join(LEAVING_SECONDS)

    def _begin(
        self,
        kind: trace.SpanKind,
        name: str,
        facts: Mapping[str, object],
        *,
        above: context.Context,
    ) -> tracing.Step:
        begun = _Begun(self._tracer().start_span(name, above, kind=kind), above)
        for fact, value in facts.items():
            begun.say(fact, value)
        return begun

    def _tracer(self) -> trace.Tracer:
        with self._lock:
            if self._provider is None:
                self._provider = _open(self._url, self._percent)
            return self._provider.get_tracer("kabao")

    def _forget(self) -> None:
        self._lock, self._provider = Lock(), None


def _open(url: str, percent: int) -> TracerProvider:
    session = requests.Session()
    session.trust_env = False
    exporter = OTLPSpanExporter(endpoint=url, timeout=SENDING_SECONDS, session=session)
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(percent / 100)),
        # Its own list would name the command line, which may hold a password.
        resource=Resource({"service.name": "kabao"}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class _Begun:
    def __init__(self, span: trace.Span, above: context.Context) -> None:
        self._span, self._above = span, above
        self._token: Token[context.Context] | None = None

    def say(self, fact: str, value: object) -> None:
        if tracing.fits(fact, value):
            self._span.set_attribute(fact, value if isinstance(value, int) else str(value))

    def fail(self, why: str) -> None:
        self.say("error.type", why)
        # The words of an error may name a person; its class does not.
        self._span.set_status(trace.StatusCode.ERROR)

    def __enter__(self) -> Self:
        self._token = context.attach(trace.set_span_in_context(self._span, self._above))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _failure: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.fail(kind.__name__)
        if self._token is not None:
            context.detach(self._token)
        self._span.end()
