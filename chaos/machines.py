"""The two servers, held so that they can be struck: killed, stopped, filled, and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url

from deploy.local import children
from deploy.local.binaries import valkey_program
from deploy.local.privilege import disguise

DIES_WITHIN_S = 15.0
COMES_BACK_WITHIN_S = 60.0
STOP_WITHIN_S = 20.0

CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE usename = current_user AND pid <> pg_backend_pid()
"""


class _Machine:
    """A server in its second and later lives, which nobody but us minds."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    @contextmanager
    def watched(self) -> Iterator[Self]:
        try:
            yield self
        finally:
            if self._child is not None:
                children.stop(self._child, grace=STOP_WITHIN_S, by=signal.SIGINT)

    def _begin_again(
        self, pid: int, how: signal.Signals, command: Sequence[str | Path], **spawning: Any
    ) -> None:
        """End the process, and start the same once more."""
        os.kill(pid, how)
        if self._child is not None:
            children.stop(self._child, grace=DIES_WITHIN_S, by=how)
        children.until(lambda: not _lives(pid), within=DIES_WITHIN_S)
        self._child = children.spawn(command, **spawning)


class Postgres(_Machine):
    """PostgreSQL; its address is good for all its lives."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__()
        self._data = folder.resolve() / "postgres" / "data"
        self._log = folder.resolve() / "logs" / "postgres.log"
        url = make_url(address).set(drivername="postgresql")
        self.url = url.render_as_string(hide_password=False)

    def crash(self) -> None:
        """Without a word to anybody, and up again; return when it takes writes."""
        pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        self._begin_again(
            pid,
            signal.SIGQUIT,
            Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0"),
            log=self._log,
            prefix=disguise().prefix,
            user=disguise().user,
            death_signal=signal.SIGINT,
        )
        if not children.until(self._answers, within=COMES_BACK_WITHIN_S):
            raise RuntimeError("PostgreSQL did not come back")

    def cut_connections(self) -> None:
        """Every one, in the middle of whatever it does."""
        with self.connect() as connection:
            connection.execute(CUT)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True, connect_timeout=5)

    def _answers(self) -> bool:
        try:
            with closing(self.connect()) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False


class Valkey(_Machine):
    """The queues' server, which may lose everything at any time."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__()
        self._conf = folder.resolve() / "valkey" / "valkey.conf"
        self._log = folder.resolve() / "logs" / "valkey.log"
        self._address = address

    def crash(self) -> None:
        """And up again, with nothing in it."""
        pid = self._pid()
        # It writes another title over its command line.
        self._begin_again(pid, signal.SIGKILL, [valkey_program(), self._conf], log=self._log)
        if not children.until(self._answers, within=COMES_BACK_WITHIN_S):
            raise RuntimeError("Valkey did not come back")

    def forget_everything(self) -> None:
        with self._connect() as redis:
            redis.flushall()

    def stand_still(self, seconds: float) -> None:
        """It takes connections and answers nobody."""
        pid = self._pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

    def be_full(self, seconds: float) -> None:
        """It refuses every write, as with a full disk or no memory left."""
        with self._connect() as redis:
            redis.config_set("maxmemory-policy", "noeviction")
            redis.config_set("maxmemory", 1)
            try:
                time.sleep(seconds)
            finally:
                redis.config_set("maxmemory", 0)

    def _pid(self) -> int:
        with self._connect() as redis:
            return int(redis.info("server")["process_id"])

    def _connect(self) -> Redis:
        return Redis.from_url(self._address, socket_timeout=5.0)

    def _answers(self) -> bool:
        try:
            with self._connect() as redis:
                return bool(redis.ping())
        except (OSError, RedisError):
            return False


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
