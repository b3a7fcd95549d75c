"""Is this process alive, and may it be given work?"""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from typing import cast

from apiflask import APIBlueprint
from flask import Flask, Response, current_app
from msgspec import field
from redis import Redis
from redis.exceptions import RedisError

from app.kernel import db
from app.web.answers import answer
from app.web.words import Told

bp = APIBlueprint("health", __name__, enable_openapi=False)

PATIENCE_SECONDS = 1.0
# Askers of their own, so that a database that hangs cannot hang the one who asks.
_askers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="ready")


class Health(Told):
    status: str
    missing: list[str] = field(default_factory=list)


@bp.get("/healthz")
def alive() -> Response:
    return answer(Health(status="alive"))


@bp.get("/readyz")
def ready() -> Response:
    """503 without the database. Without Redis sales go on: degraded, yet ready."""
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - the documented way to the object behind the proxy
    asked = {
        "database": _askers.submit(_ask_database, app),
        "redis": _askers.submit(_ask_redis, app),
    }
    missing = [name for name, asking in asked.items() if not _answers(asking)]
    if "database" in missing:
        return answer(Health(status="not ready", missing=missing), 503)
    return answer(Health(status="degraded" if missing else "ready", missing=missing))


def _answers(asking: "Future[bool]") -> bool:
    try:
        return asking.result(timeout=PATIENCE_SECONDS)
    except TooSlow:
        asking.cancel()
        return False


def _ask_database(app: Flask) -> bool:
    with app.app_context():
        try:
            db.ping()
        except Exception:  # noqa: BLE001 - whatever the driver says, it is not ready
            return False
    return True


def _ask_redis(app: Flask) -> bool:
    try:
        return bool(cast("Redis", app.extensions["redis"]).ping())
    except RedisError:
        return False
