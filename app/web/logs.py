"""One line of JSON per event on standard output. No line names a person or holds a secret.

Routes do not log what they were sent. The last processor is there for the day when one does.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from app.kernel import clock

HIDDEN = "[hidden]"
# Keys under which nothing may be said, whatever it is.
SECRET_KEYS = frozenset(
    [
        "openid",
        "unionid",
        "phone",
        "number_of_phone",
        "token",
        "secret",
        "session_key",
        "authorization",
        "code",
        "digits",
        "password",
        "key",
        "private_key",
        "apiv3_key",
        "qr_text",
        "code_text",
        "payer_openid",
        "cookie",
        "body",
    ]
)
# Values that are secret under any key: phones, shown codes, our tokens and keys, openids.
SECRET_VALUES = re.compile(
    r"(?<![\w.])(?:\+?86)?1[3-9]\d{9}(?!\w)"
    r"|(?<!\w)\d{18}(?!\w)"
    r"|\bkb[kst]_[\w.-]{8,}"
    r"|Bearer\s+\S+"
    r"|(?<!\w)o[\w-]{27}(?!\w)"
    r"|-----BEGIN[\s\S]*"
)
QUIET = ("werkzeug", "urllib3", "requests", "wechatpy", "wechatpayv3", "PIL", "rq", "alembic")

log = structlog.stdlib.get_logger()


class _Stdout:
    """Looks standard output up for each line: a server or a test may have put another there."""

    def msg(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = exception = log = msg


def tell_request(**facts: object) -> None:
    """The line of a request: on every request, so straight to the output.

    For values that cannot hold a secret: routes, methods, statuses, our own public numbers.
    """
    line = {**facts, "event": "request", "level": "info", "at": _now()}
    sys.stdout.write(orjson.dumps(line).decode() + "\n")
    sys.stdout.flush()


def configure() -> None:
    """Set up our own log and everybody else's. Safe to call again."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamp,
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _Stdout(),
    )
    _tame_the_others()


def _tame_the_others() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _stamp,
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.JSONRenderer(serializer=_dumps),
            ]
        )
    )
    handler.name = "kabao"
    root = logging.getLogger()
    root.handlers = [kept for kept in root.handlers if kept.name != handler.name] + [handler]
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide what should never have come here."""
    for key, value in event.items():
        event[key] = HIDDEN if key in SECRET_KEYS else _without_secrets(value)
    return event


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        return SECRET_VALUES.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {
            key: HIDDEN if key in SECRET_KEYS else _without_secrets(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_secrets(inner) for inner in value]
    return value


def _stamp(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["at"] = _now()
    return event


def _now() -> str:
    return clock.now().isoformat(timespec="milliseconds")


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
