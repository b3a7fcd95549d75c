"""Around every request: its id, its headers, its line in the log and its figures."""

import re
import secrets

import structlog
from flask import Flask, Response, g, request

from app.kernel import clock
from app.web import logs, metrics

ID_HEADER = "X-Request-Id"
ID_FORM = re.compile(r"[0-9A-Za-z_-]{8,64}")
# Nobody else sets these, so they are added without looking.
HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Resource-Policy", "same-site"),
]
# Asked every few seconds by machines; a line for each would only hide the others.
SILENT = {"/healthz", "/readyz", "/metrics"}
NO_ROUTE = "(no route)"
# Anybody may invent a method; a figure for each would fill the memory.
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


def register(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    g.began = clock.monotonic()
    given = request.headers.get(ID_HEADER, "")
    g.request_id = given if ID_FORM.fullmatch(given) else secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def end(response: Response) -> Response:
    response.headers.extend(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    if "request_id" in g:
        response.headers[ID_HEADER] = g.request_id
        _tell(response.status_code, clock.monotonic() - g.began)
    structlog.contextvars.clear_contextvars()
    return response


def _tell(status: int, seconds: float) -> None:
    route = request.url_rule.rule if request.url_rule else NO_ROUTE
    method = request.method if request.method in METHODS else "other"
    metrics.REQUESTS.labels(route, method, status).inc()
    metrics.LATENCY.labels(route).observe(seconds)
    if route in SILENT:
        return
    logs.tell_request(
        request_id=g.request_id,
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        merchant=str((request.view_args or {}).get("merchant", ""))[:17],
    )
