"""Figures for Prometheus, added up over all worker processes.

The supervisor names a shared folder in PROMETHEUS_MULTIPROC_DIR before the workers start;
without one the figures are those of this process.
"""

import hmac

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

from app.kernel.errors import NotFound
from app.web import client, gauges

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
    return generate_latest(shared) + gauges.text()
