"""A PostgreSQL server of our own, in a folder."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from deploy.local import children, orphans
from deploy.local.binaries import postgres_programs
from deploy.local.children import LOOPBACK, NotStarted
from deploy.local.privilege import disguise

OWNER = "kabao"
USUAL_PORT = 15432
# The kernel takes 107 bytes for folder and name together, and a name has up to 15.
LONGEST_SOCKET_FOLDER = 92  # bytes
ATTEMPTS = 5
START_WITHIN_S = 60.0
STOP_WITHIN_S = 20.0
INITDB = (
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--locale-provider=libc",
    "--no-instructions",
)
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "shared_buffers": "256MB",
    "max_connections": "400",  # four test processes, each with storms of its own
    "wal_level": "replica",
    # A young database grows from nothing to thousands of rows within a minute, and its plans with it.
    "autovacuum_naptime": "5s",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Only for data that nobody will miss: it does not survive a power cut.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Else a third of what a connection costs is proving a password that is thrown away with the data.
    "scram_iterations": "1",
}


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where one server keeps its things."""

    home: Path
    log: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    def password(self, role: str) -> str:
        """The role's password, drawn once and readable by us alone."""
        return children.keep_secret(self.home / f"{role}.password")


@contextmanager
def postgres(folder: Path, *, throwaway: bool, durable: bool = True) -> Iterator[str]:
    """Run PostgreSQL in `folder` and yield the address of its database `kabao`.

    The role in the address owns the database and is no superuser, so that row level security
    holds for the roles it creates. A throwaway server begins empty, may create databases, and
    leaves nothing behind; only such a one may be asked not to be `durable`.
    """
    if not (durable or throwaway):
        raise ValueError("only a throwaway server may forget what it was told")
    place = _Place(home=folder.resolve() / "postgres", log=folder.resolve() / "logs/postgres.log")
    with orphans.only_one(place.home, throwaway=throwaway):
        child, port = _start(place, throwaway=throwaway, durable=durable)
        try:
            _create_owner(place, port=port, may_create_databases=throwaway)
            yield _address(place, port)
        finally:
            children.stop(child, grace=STOP_WITHIN_S, by=signal.SIGINT)


def _start(place: _Place, *, throwaway: bool, durable: bool) -> tuple[subprocess.Popen[bytes], int]:
    programs = postgres_programs()
    _prepare(place, programs)
    orphans.stop_postgres_of(place.data)
    settings = (
        SETTINGS | ({} if durable else CARELESS) | {"unix_socket_directories": _sockets(place)}
    )
    for attempt in range(ATTEMPTS):
        # After a lost race for the port, or while an old server's last processes are leaving.
        time.sleep(attempt)
        port = children.free_port(0 if throwaway or attempt else USUAL_PORT)
        options = [f"--{name}={value}" for name, value in (settings | {"port": str(port)}).items()]
        child = children.spawn(
            [programs / "postgres", "-D", place.data, *options],
            log=place.log,
            prefix=disguise().prefix,
            user=disguise().user,
            death_signal=signal.SIGINT,
        )
        if _is_up(child, place, port):
            return child, port
        children.stop(child, grace=STOP_WITHIN_S, by=signal.SIGINT)
    raise NotStarted(f"PostgreSQL did not start. {place.log}:\n{children.last_words(place.log)}")


def _prepare(place: _Place, programs: Path) -> None:
    """Create the cluster, unless it is there already. Half a cluster is begun again."""
    if (place.data / "PG_VERSION").exists() and not (place.home / "unfinished").exists():
        return
    (place.home / "unfinished").touch()
    shutil.rmtree(place.data, ignore_errors=True)
    place.data.mkdir(mode=0o700)
    place.password("postgres")
    disguise().give(place.home)
    disguise().check(program=programs / "initdb", folder=place.data)
    _run_initdb(place, programs)
    (place.home / "unfinished").unlink()


def _run_initdb(place: _Place, programs: Path) -> None:
    secret = place.home / "postgres.password"
    done = subprocess.run(
        [*disguise().prefix, programs / "initdb", "-D", place.data, f"--pwfile={secret}", *INITDB],
        user=disguise().user,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotStarted(f"initdb failed:\n{done.stdout}{done.stderr}")


def _sockets(place: _Place) -> str:
    path = str(place.data)
    fits = len(path.encode()) <= LONGEST_SOCKET_FOLDER and "," not in path and '"' not in path
    return f'"{path}"' if fits else ""


def _is_up(child: subprocess.Popen[bytes], place: _Place, port: int) -> bool:
    def answered_or_died() -> bool:
        return children.has_ended(child) or _answers(place, port)

    children.until(answered_or_died, within=START_WITHIN_S)
    return not children.has_ended(child) and _answers(place, port)


def _answers(place: _Place, port: int) -> bool:
    """Whether it takes writes: one that was restored replays its log first."""
    try:
        with closing(_superuser(place, port)) as connection:
            return connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
    except psycopg.OperationalError:
        return False


def _create_owner(place: _Place, *, port: int, may_create_databases: bool) -> None:
    owner = sql.Identifier(OWNER)
    rights = "LOGIN CREATEROLE CREATEDB" if may_create_databases else "LOGIN CREATEROLE NOCREATEDB"
    with closing(_superuser(place, port)) as connection:
        if not _has(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s"):
            connection.execute(sql.SQL("CREATE ROLE {}").format(owner))
        connection.execute(
            sql.SQL("ALTER ROLE {} {} PASSWORD {}").format(
                owner, sql.SQL(rights), sql.Literal(place.password(OWNER))
            )
        )
        if not _has(connection, "SELECT 1 FROM pg_database WHERE datname = %s"):
            connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(owner))


def _has(connection: psycopg.Connection, question: LiteralString) -> bool:
    return connection.execute(question, [OWNER]).fetchone() is not None


def _superuser(place: _Place, port: int) -> psycopg.Connection:
    return psycopg.connect(
        host=LOOPBACK,
        port=port,
        user="postgres",
        password=place.password("postgres"),
        dbname="postgres",
        autocommit=True,
        connect_timeout=3,
    )


def _address(place: _Place, port: int) -> str:
    return f"postgresql+psycopg://{OWNER}:{place.password(OWNER)}@{LOOPBACK}:{port}/{OWNER}"
