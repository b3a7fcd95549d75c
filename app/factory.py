"""The composition root: the only file that knows everybody."""

import atexit

from apiflask import APIFlask
from flask import Flask
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisGone
from redis.retry import Retry

import miniprogram_api
import wechat_handlers
from app import admin, cli, gateways, valkey
from app.config import BadSettings, Settings
from app.kernel import clock, keyring, outbox, tracing
from app.kernel.db import db
from app.kernel.db import hang_up as hang_up_database
from app.migrations import metadata
from app.web import around, bodies, client, docs, errors, h5, health, logs, metrics, openapi
from app.web.answers import Orjson
from jobs import commands, subscriptions

LARGEST_BODY_BYTES = 64 * 1024
# A lost Redis may cost a customer half a second once, never a request.
REDIS_SECONDS = 0.5
POOL_WAIT_SECONDS = 5
CONNECT_SECONDS = 5
# A row that stays locked, a statement that runs wild, a transaction that somebody forgot: each
# ends by itself. Plans are small here, and compiling them costs more than it gains; each is made
# once, since merchants differ in size but not in their keys.
SESSION = {
    "lock_timeout": "3s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}


def create_app(settings: Settings) -> APIFlask:
    """The application, whole: for the server, the jobs, the command line and the tests."""
    logs.configure()
    keyring.install(settings.master_key)
    clock.shift(settings.clock_offset_seconds)
    app = APIFlask(
        __name__,
        title="Kabao",
        version="1",
        docs_path=None,
        spec_path="/api/openapi.json",
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # Flask takes None for "no such folder"
    )
    # Two slashes lead nowhere. Werkzeug would redirect, to whatever host the caller names.
    app.url_map.merge_slashes = False
    app.json = Orjson(app)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    app.config[client.TRUSTED_PROXIES] = settings.trusted_proxies
    app.extensions["settings"] = settings
    _connect(app, settings)
    outbox.subscribe(subscriptions.BY_EVENT)
    _open_doors(app)
    _trace(settings)
    at_once = bodies.places_for(database_pool=settings.database_pool)
    app.wsgi_app = bodies.FewAwaited(app.wsgi_app, at_once=at_once)  # type: ignore[method-assign]
    return app


def _connect(app: APIFlask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    redis = valkey.link(
        settings.redis_url,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        # A connection that Redis closed is replaced once; silence is not asked a second time.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisGone,)),
        health_check_interval=30,
    )
    app.extensions["redis"] = redis
    app.extensions["gateways"] = gateways.build(
        redis=redis,
        wechat_base_url=settings.wechat_url,
        pay_base_url=settings.wechat_pay_url,
        open_base_url=settings.wechat_open_url,
        files_root=settings.files_root,
    )
    atexit.register(hang_up, app)


def _trace(settings: Settings) -> None:
    """Only who traces pays for it: not even the library is read before."""
    if settings.traces_url is None:
        return
    try:
        from app import traces  # noqa: PLC0415 - see above
    except ModuleNotFoundError as missing:
        raise BadSettings(
            f"KABAO_TRACES_URL is set, and {missing.name} is not installed:"
            " pip install --require-hashes -r requirements-tracing.txt"
        ) from missing
    traces.start(url=settings.traces_url, percent=settings.traces_percent)


def engine_options(settings: Settings) -> dict[str, object]:
    """As many connections as threads that need one, and no waiting without end for the next.

    No ping before use: after a restart of the database one request per connection is answered
    503, which callers repeat, instead of every request paying for a question.
    """
    return {
        "pool_size": settings.database_pool,
        "max_overflow": 0,
        "pool_timeout": POOL_WAIT_SECONDS,
        "pool_pre_ping": False,
        # An error must not carry the values of its statement into a log.
        "hide_parameters": True,
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS,
            "prepare_threshold": 2,
            "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
        },
    }


def hang_up(app: Flask) -> None:
    """Close every connection, so that a stopping server leaves none half open."""
    with app.app_context():
        hang_up_database()
    app.extensions["redis"].close()
    tracing.leave()


def _open_doors(app: APIFlask) -> None:
    around.register(app)
    errors.register(app)
    openapi.register(app)
    for blueprint in (health.bp, metrics.bp, docs.bp, h5.bp):
        app.register_blueprint(blueprint)
    for blueprint in (*miniprogram_api.BLUEPRINTS, *wechat_handlers.BLUEPRINTS):
        app.register_blueprint(blueprint)
    admin.register(app, app.extensions["settings"])
    _add_commands(app)


def commands_alone() -> Flask:
    """What `flask` can do, for whoever reads about it where nothing is set up: none of it runs."""
    app = Flask(__name__, static_folder=None)
    _add_commands(app)
    return app


def _add_commands(app: Flask) -> None:
    cli.register(app)
    commands.register(app)
    cli.tell_plainly(app)


# Naming the tables makes SQLAlchemy know all of them before the first query is built.
TABLES = metadata.METADATA
