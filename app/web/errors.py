"""Every way of saying no, in one shape: {"code", "message", "details"}.

`code` is for programs and never changes. What we did not expect is logged with its stack and
told to nobody.
"""

from collections.abc import Callable
from typing import Any

import psycopg
from flask import Flask, Response
from msgspec import field
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.gateways.errors import GatewayError, Misconfigured, Refused
from app.kernel.errors import DomainError
from app.web import metrics
from app.web.answers import answer
from app.web.logs import log
from app.web.words import Told

RETRY_AFTER = "Retry-After"
# Ways in which the database is away rather than wrong: gone, restarting, too slow, all in use.
AWAY = (psycopg.OperationalError, OperationalError, NoFreeConnection)
SERVER_ERROR = 500


class Problem(Told):
    """Why not."""

    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)


class SignInRefused(DomainError):
    code, status = "sign_in_refused", 401


HTTP_CODES = {
    400: "bad_request",
    404: "no_such_route",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


def register(app: Flask) -> None:
    for kind, tell in TELLS.items():
        app.register_error_handler(kind, tell)


def refused(refusal: DomainError) -> Response:
    metrics.REFUSALS.labels(refusal.code).inc()
    response = _problem(refusal.code, refusal.message, refusal.status, refusal.details)
    wait = refusal.details.get("retry_after_seconds")
    if isinstance(wait, int):
        response.headers[RETRY_AFTER] = str(wait)
    if refusal.status == 401:  # noqa: PLR2004 - the number is the word here
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def wechat_failed(failure: GatewayError) -> Response:
    """502 when WeChat is away or unclear, 409 when it said no to what the caller brought."""
    metrics.GATEWAY_FAILURES.labels(failure.code).inc()
    log.warning("wechat failed", wechat_code=failure.code, failure=type(failure).__name__)
    if isinstance(failure, Refused) and not isinstance(failure, Misconfigured):
        details: dict[str, object] = {"wechat_code": failure.code}
        return _problem("wechat_refused", "WeChat did not accept this.", 409, details)
    response = _problem("wechat_unavailable", "WeChat does not answer. Please try again.", 502)
    response.headers[RETRY_AFTER] = "2"
    return response


def not_http(error: HTTPException) -> Response:
    status = error.code or SERVER_ERROR
    code = HTTP_CODES.get(status, "refused" if status < SERVER_ERROR else "internal")
    response = _problem(code, error.name, status)
    for name, value in error.get_headers():
        if name in {"Allow", RETRY_AFTER}:
            response.headers[name] = value
    if isinstance(error, RequestEntityTooLarge):
        # What was not read would be taken for the next request on this connection.
        response.headers["Connection"] = "close"
    return response


def database_away(failure: Exception) -> Response:
    log.error("database away", failure=type(_cause(failure)).__name__)
    response = _problem("unavailable", "Please try again in a moment.", 503)
    response.headers[RETRY_AFTER] = "1"
    return response


def unexpected(failure: Exception) -> Response:
    log.error("unexpected", failure=type(failure).__name__, exc_info=failure)
    return _problem("internal", "Something went wrong on our side.", SERVER_ERROR)


TELLS: dict[type[Exception], Callable[[Any], Response]] = {
    DomainError: refused,
    GatewayError: wechat_failed,
    HTTPException: not_http,
    **dict.fromkeys(AWAY, database_away),
    Exception: unexpected,
}


def _cause(failure: Exception) -> BaseException:
    return failure.orig or failure if isinstance(failure, DBAPIError) else failure


def _problem(
    code: str, message: str, status: int, details: dict[str, object] | None = None
) -> Response:
    return answer(Problem(code=code, message=message, details=details or {}), status)
