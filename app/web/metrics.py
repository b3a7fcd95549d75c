"""Figures for Prometheus, added up over all worker processes.

The supervisor names a shared folder in PROMETHEUS_MULTIPROC_DIR before the workers start;
without one the figures are those of this process.
"""

import hmac
from collections.abc import Iterator

import psycopg
from apiflask import APIBlueprint
from flask import Response, current_app, request
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.exc import SQLAlchemyError

from app.domain import complaints, shipping
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from app.web import client

bp = APIBlueprint("metrics", __name__, enable_openapi=False)

LATENCY_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Counter("kabao_requests_total", "Requests answered", ["route", "method", "status"])
LATENCY = Histogram(
    "kabao_request_seconds", "From reading to answering", ["route"], buckets=LATENCY_SECONDS
)
REFUSALS = Counter("kabao_refusals_total", "Refusals by their code", ["code"])
NOTICES = Counter("kabao_notices_total", "Notices from WeChat Pay", ["door", "outcome"])
PUSHES = Counter("kabao_pushes_total", "Messages from WeChat", ["kind", "outcome"])
GATEWAY_FAILURES = Counter("kabao_gateway_failures_total", "WeChat failed us", ["code"])


@bp.get("/metrics")
def show() -> Response:
    _refuse_strangers()
    return Response(_figures(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _refuse_strangers() -> None:
    token = current_app.extensions["settings"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return
    # A stranger need not know that there is something to see.
    if token or not client.is_this_machine():
        raise NotFound("There is nothing here.")


def _figures() -> bytes:
    try:
        shared = CollectorRegistry()
        multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # theirs
    except ValueError:
        shared = REGISTRY
    return generate_latest(shared) + _backlog_figures()


def _backlog_figures() -> bytes:
    """Without a database the other figures are wanted all the more."""
    try:
        with transaction():
            waits = outbox.backlog()
            stuck = shipping.stuck_everywhere(at=clock.now())
            quarrels = complaints.figures(at=clock.now())
    except (SQLAlchemyError, psycopg.Error):
        return b""
    backlog = CollectorRegistry()
    backlog.register(_Backlog(waits))
    backlog.register(_Shipping(stuck))
    backlog.register(_Complaints(quarrels))
    return generate_latest(backlog)


class _Backlog:
    """What waits in the outbox, asked at the moment of showing."""

    def __init__(self, waits: outbox.Backlog) -> None:
        self._waits = waits

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waits = self._waits
        age = (clock.now() - waits.oldest_at).total_seconds() if waits.oldest_at else 0.0
        yield GaugeMetricFamily("kabao_outbox_waiting", "Jobs to do", value=waits.waiting)
        yield GaugeMetricFamily("kabao_outbox_failed", "Jobs given up", value=waits.failed)
        yield GaugeMetricFamily("kabao_outbox_oldest_seconds", "Age of the oldest", value=age)


class _Shipping:
    """Money that WeChat keeps until it knows of the delivery."""

    def __init__(self, stuck: shipping.Stuck) -> None:
        self._stuck = stuck

    def collect(self) -> Iterator[GaugeMetricFamily]:
        money = GaugeMetricFamily(
            "kabao_shipping_stuck_fen", "Money that WeChat keeps", labels=["why"]
        )
        money.add_metric(["not_reported"], self._stuck.waiting_fen)
        money.add_metric(["refused"], self._stuck.refused_fen)
        money.add_metric(["not_settled"], self._stuck.unsettled_fen)
        yield money
        yield GaugeMetricFamily(
            "kabao_shipping_overdue", "Orders not reported in time", value=self._stuck.overdue
        )


class _Complaints:
    """Complaints that are not settled, and what went wrong with them."""

    def __init__(self, figures: complaints.Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = GaugeMetricFamily("kabao_complaints", "Complaints not settled", labels=["how"])
        for how, count in vars(self._figures).items():
            found.add_metric([how], count)
        yield found
