"""Around every request: its id, its headers, its line in the log and its figures."""

import re
import secrets

import structlog
from flask import Flask, Response, g, request

from app.kernel import clock, tracing
from app.kernel.tracing import Kind
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
SERVER_ERROR = 500
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
    if tracing.is_on():
        _open_step()


def end(response: Response) -> Response:
    response.headers.extend(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    if "request_id" in g:
        response.headers[ID_HEADER] = g.request_id
        _tell(response.status_code, clock.monotonic() - g.began)
    if "step" in g:
        _close_step(g.pop("step"), response.status_code)
    structlog.contextvars.clear_contextvars()
    return response


def _open_step() -> None:
    route, method = _route(), _method()
    if route in SILENT:
        return
    facts = {
        "http.request.method": method,
        "http.route": route,
        "kabao.merchant": (request.view_args or {}).get("merchant"),
    }
    g.step = tracing.step(Kind.REQUEST, f"{method} {route}", facts)
    g.step.__enter__()


def _close_step(step: tracing.Step, status: int) -> None:
    step.say("http.response.status_code", status)
    if status >= SERVER_ERROR:
        step.fail(str(status))
    step.__exit__(None, None, None)


def _route() -> str:
    return request.url_rule.rule if request.url_rule else NO_ROUTE


def _method() -> str:
    return request.method if request.method in METHODS else "other"


def _tell(status: int, seconds: float) -> None:
    route, method = _route(), _method()
    metrics.REQUESTS.labels(route, method, status).inc()
    metrics.LATENCY.labels(route).observe(seconds)
    if route in SILENT:
        return
    # Only while somebody collects: who reads a line finds its steps, and the other way round.
    traced = {"trace": tracing.trace_id()} if "step" in g else {}
    logs.tell_request(
        **traced,
        request_id=g.request_id,
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        merchant=str((request.view_args or {}).get("merchant", ""))[:17],
    )
