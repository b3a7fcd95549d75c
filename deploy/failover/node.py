"""One of two PostgreSQL servers. It takes writes only while somebody says that it leads."""

import os
import signal
import subprocess
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from deploy.local import children
from deploy.local.binaries import postgres_programs
from deploy.local.children import LOOPBACK, NotStarted
from deploy.local.postgres import INITDB
from deploy.local.privilege import disguise

START_WITHIN_S, STOP_WITHIN_S = 60.0, 20.0
# A start forgets who led: leader.conf is gone then. Nothing is acknowledged that is in one place.
CONF = """
default_transaction_read_only = on
synchronous_commit = on
synchronous_standby_names = 'FIRST 1 (*)'
wal_level = replica
hot_standby = on
max_connections = 100
wal_keep_size = '256MB'
shared_buffers = '64MB'
timezone = 'UTC'
include_if_exists = 'leader.conf'
"""
LEADER = "default_transaction_read_only = off\nsynchronous_standby_names = '{standbys}'\n"


@dataclass
class Node:
    """A server in a folder. `name` is what it is called as a standby."""

    name: str
    home: Path
    port: int = field(default_factory=children.free_port)
    child: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.home / self.name

    def found(self) -> None:
        """A new cluster. Raises NotStarted."""
        self._begin()
        secret = self.home / "postgres.password"
        children.keep_secret(secret)
        disguise().give(secret)
        self._run("initdb", "-D", str(self.data), f"--pwfile={secret}", "--no-sync", *INITDB)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(CONF)

    def copy(self, leader: "Node") -> None:
        """Begin again as a standby of the leader."""
        self._begin()
        whom = f"{leader.conninfo('postgres')} application_name={self.name}"
        self._run(
            *("pg_basebackup", "-D", str(self.data), "-d", whom, "-R"),
            *("--checkpoint=fast", "--no-sync"),
        )

    def start(self) -> None:
        """As it is, which is never as the leader. Raises NotStarted."""
        (self.data / "leader.conf").unlink(missing_ok=True)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.child = children.spawn(
            [
                *(postgres_programs() / "postgres", "-D", self.data),
                f"--port={self.port}",
                f"--listen_addresses={LOOPBACK}",
                "--unix_socket_directories=",
            ],
            log=self._log,
            prefix=disguise().prefix,
            user=disguise().user,
            death_signal=signal.SIGINT,
        )
        if not children.until(self.answers, within=START_WITHIN_S):
            raise NotStarted(f"{self.name} did not start:\n{children.last_words(self._log)}")

    def lead(self, *, standbys: str) -> None:
        """Take writes; `standbys` names who must have each commit too, or nobody ("")."""
        conf = self.data / "leader.conf"
        conf.write_text(LEADER.format(standbys=standbys), encoding="utf-8")
        disguise().give(conf)
        self.ask("SELECT pg_reload_conf()")

    def promote(self) -> None:
        """Make a standby a server of its own."""
        self.ask("SELECT pg_promote(true, 30)")

    def answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with closing(self.connect()) as connection:
            return connection.execute(question.encode()).fetchall()

    def connect(self, **words: str) -> psycopg.Connection:
        """As the superuser."""
        return psycopg.connect(self.conninfo("postgres"), autocommit=True, **words)  # type: ignore[arg-type]

    def conninfo(self, database: str) -> str:
        secret = (self.home / "postgres.password").read_text()
        return (
            f"host={LOOPBACK} port={self.port} user=postgres password={secret} "
            f"dbname={database} connect_timeout=2"
        )

    def kill(self) -> None:
        """As a power cut would: the server and all its processes at once."""
        if self.child is None:
            return
        for pid in (self.child.pid, *_children_of(self.child.pid)):
            # Some end by themselves when the first one is gone.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.child.wait()
        self.child = None

    def stop(self) -> None:
        if self.child is not None:
            children.stop(self.child, grace=STOP_WITHIN_S, by=signal.SIGINT)
            self.child = None

    @property
    def _log(self) -> Path:
        return self.home / f"{self.name}.log"

    def _begin(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(mode=0o700)
        disguise().give(self.data)
        disguise().check(program=postgres_programs() / "initdb", folder=self.data)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [*disguise().prefix, postgres_programs() / program, *words],
            user=disguise().user,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotStarted(f"{program} failed:\n{done.stdout}{done.stderr}")


def _children_of(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in told.read_text().split()] if told.exists() else []
