"""The house under attack: PostgreSQL, Valkey, the pretend WeChat, and the server as it runs live.

Two shops stand side by side in it, with one of everything, and people at each. What they need is
made in this process, over the same database; whatever is attacked goes through the live server.
"""

import base64
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy.engine import make_url

from app import factory
from app.config import Settings
from app.migrations.metadata import METADATA
from app.migrations.run import upgrade
from app.simulator import create_simulator, start
from attack.calling import Client
from deploy.local import children
from deploy.local.house import answers
from deploy.local.servers import HOME, postgres, valkey
from deploy.local.supervisor import Process, Supervisor
from tests.simulator.world import FRESH
from tests.walks.houses import a_house
from tests.walks.walking import Town
from tests.walks.watching import Watch

WORKERS, THREADS = 2, 4
FOLDER = HOME / "attack"
OWN = """SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t
  WHERE merchant_id = {merchant}"""
METRICS_TOKEN = "metrics-token-of-the-tests"


@dataclass(kw_only=True)
class Stage:
    """Where everything is. `log` is what the server wrote; `front` the port of a proxy, if there is one."""

    folder: Path
    app: Flask
    town: Any
    wechat_url: str
    port: int
    env: dict[str, str] = field(repr=False)
    is_quick: bool
    client: Client
    database: str = field(repr=False)
    watch: Any
    supervisor: Supervisor
    front: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "logs" / "web.log"

    @property
    def pids(self) -> list[int]:
        """Of the server's processes: the one that minds the others, and its workers."""
        first = self.supervisor.pid("web")
        if first is None:
            return []
        return [first, *family(first)]

    def ask(self, query: Any, *said: Any) -> list[Any]:
        """Rows, over a connection of the attacker's observer, who may read everything."""
        with psycopg.connect(self.database, autocommit=True) as observer:
            return observer.execute(query, said or None).fetchall()

    def tell(self, statement: Any, *said: Any) -> None:
        """Change something behind the house's back."""
        with psycopg.connect(self.database, autocommit=True) as hand:
            hand.execute(statement, said or None)

    def watch_of(self, merchant_id: int) -> str:
        """A sum over every row of this shop: it changes when any of them does."""
        owned = [each for each in METADATA.sorted_tables if "merchant_id" in each.columns]
        sums = sql.SQL(" UNION ALL ").join(
            sql.SQL(OWN).format(table=sql.Identifier(each.name), merchant=sql.Literal(merchant_id))
            for each in owned
        )
        return str(self.ask(sums))

    def forget_counts(self) -> None:
        """Whoever was too often here may come again."""
        self.app.extensions["redis"].flushdb()

    def some(self, many: list[Any], *, quick: int) -> list[Any]:
        """All of them, or in a short run a few from everywhere."""
        return many[:: max(1, len(many) // quick)] if self.is_quick else many


@contextmanager
def set_up(*, is_quick: bool) -> Iterator[Stage]:
    """Everything up; nothing of it is left afterwards."""
    with ExitStack() as running:
        running.callback(shutil.rmtree, FOLDER, ignore_errors=True)
        redis = running.enter_context(valkey(FOLDER, throwaway=True))
        database = running.enter_context(postgres(FOLDER, throwaway=True, durable=False))
        wechat = start(create_simulator(FRESH.settings))
        running.callback(wechat.close)
        upgrade(database)
        yield running.enter_context(_furnished(database, redis, wechat.url, is_quick=is_quick))


@contextmanager
def _furnished(database: str, redis: str, wechat_url: str, *, is_quick: bool) -> Iterator[Stage]:
    port = children.free_port()
    env = _environment(database, redis, wechat_url, port)
    # Unlike the server's, these words are of no interest.
    (FOLDER / "logs").mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        inside = running.enter_context((FOLDER / "logs" / "inside.log").open("a"))
        running.enter_context(redirect_stdout(inside))
        # This process stays in the middle of its own reading while it attacks.
        factory.SESSION["idle_in_transaction_session_timeout"] = "0"
        app = factory.create_app(Settings.from_env(env))
        running.callback(factory.hang_up, app)
        with app.app_context():
            ours, theirs = (a_house(wechat_url, name=name) for name in ("好味咖啡", "隔壁老王"))
        supervisor = Supervisor([_web(port, env)], logs=FOLDER / "logs", say=lambda _line: None)
        running.enter_context(supervisor)
        url = make_url(database).set(drivername="postgresql")
        plain = url.render_as_string(hide_password=False)
        watch = Watch(plain)
        running.callback(watch.close)
        client = Client(port)
        yield Stage(
            folder=FOLDER,
            app=app,
            town=LiveTown(app=app, ours=ours, theirs=theirs, client=client),
            wechat_url=wechat_url,
            port=port,
            env=env,
            is_quick=is_quick,
            client=client,
            database=plain,
            watch=watch,
            supervisor=supervisor,
        )


def _web(port: int, env: dict[str, str]) -> Process:
    """As the unit in deploy/systemd starts it, but for the address."""
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--http",
        "1",
        "--host",
        "127.0.0.1",
    ]
    command += ["--port", str(port), "--workers", str(WORKERS)]
    command += ["--blocking-threads", str(THREADS), "--workers-kill-timeout", "20"]
    command += ["--respawn-failed-workers", "wsgi:app"]
    return Process(
        "web", command, env, ready=answers(f"http://127.0.0.1:{port}/readyz"), ready_within=150
    )


def _environment(database: str, redis: str, wechat_url: str, port: int) -> dict[str, str]:
    """Ours as in production, but for addresses on this machine, which production refuses.

    Behind one proxy, in whose place the attacker's tools stand, so that callers have addresses.
    """
    metrics = FOLDER / "metrics"
    metrics.mkdir(parents=True, exist_ok=True)
    return {
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "KABAO_SECRET": base64.b64encode(secrets.token_bytes(32)).decode(),
        "KABAO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "KABAO_ENV": "development",
        "KABAO_PROXIES": "1",
        "KABAO_FILES": str(FOLDER / "files"),
        "KABAO_DATABASE_POOL": str(2 * THREADS + 1),
        "KABAO_METRICS_TOKEN": METRICS_TOKEN,
        "WECHAT_URL": wechat_url,
        "WECHAT_PAY_URL": wechat_url,
        "WECHAT_OPEN_URL": wechat_url,
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
    }


@dataclass(frozen=True, kw_only=True)
class LiveTown(Town):  # type: ignore[misc]  # tests have no types
    """The two houses of the walks, whose routes are called over a socket."""

    client: Client

    def send(
        self, route: str, call: Any, *, bearer: str | None = None, at: Any = None, **changes: Any
    ) -> Any:
        method, rule = route.split(" ", 1)
        said = call.request() | changes
        if changes.get("data") is not None:
            said.pop("json", None)
        if bearer is not None:
            said["headers"] = said["headers"] | {"Authorization": f"Bearer {bearer}"}
        return self.client.open(call.path(rule, (at or self.ours).number), method=method, **said)


def family(pid: int) -> list[int]:
    """Its children, and theirs."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, after = int(each.parent.name), each.read_text().rpartition(")")[2].split()
            found += [number, *family(number)] if int(after[1]) == pid else []
    return found
