"""What an earlier run may have left: a lock somebody still holds, or a server nobody minds."""

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from deploy.local.children import NotStarted, until

FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT  # how PostgreSQL is told to stop
PROC = Path("/proc")
PATIENCE_S = 15.0
LEAVING_S = 3.0  # what a server may take to notice that its launcher is gone


class InUse(NotStarted):
    """Another launcher is at work in that folder."""


@contextmanager
def only_one(home: Path, *, throwaway: bool) -> Iterator[int]:
    """Hold `home` for ourselves; a throwaway home is empty before and gone afterwards.

    Yields the lock's descriptor. The lock goes with the processes that have it, however they end.
    """
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        lock = (home.parent / f"{home.name}.lock").open("w")
    except PermissionError as problem:
        raise NotStarted(f"{problem}. Remove it as the user it belongs to: make clean") from None
    with lock, ExitStack() as afterwards:
        _take(lock.fileno(), home)
        if throwaway:
            shutil.rmtree(home, ignore_errors=True)
            afterwards.callback(shutil.rmtree, home, ignore_errors=True)
        home.mkdir(mode=0o700, exist_ok=True)
        yield lock.fileno()


def _take(lock: int, home: Path) -> None:
    def taken() -> bool:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    if not until(taken, within=LEAVING_S):
        raise InUse(f"Already running from {home}. Stop the other one first.")


def stop_postgres_of(data: Path) -> None:
    """Stop a server that outlived its launcher, and remove a pid file that names a stranger.

    Only called under `only_one`, so a server that still lives here has no launcher any more.
    A pid file whose process is dead is PostgreSQL's own business: it checks for stragglers first.
    """
    pid = _pid_in(data / "postmaster.pid")
    if pid is None or not _is_alive(pid) or not PROC.exists():
        return
    if not _works_in(data, pid):
        (data / "postmaster.pid").unlink()
        return
    for how in (FAST, IMMEDIATE):
        with suppress(ProcessLookupError):
            os.kill(pid, how)
        if until(lambda: not _is_alive(pid), within=PATIENCE_S):
            return
    raise NotStarted(f"An old PostgreSQL (process {pid}) does not stop. Stop it by hand.")


def _pid_in(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_in(data: Path, pid: int) -> bool:
    """Whether that process is the server of this folder; a server's working folder is its data."""
    with suppress(OSError):
        return (PROC / str(pid) / "cwd").resolve(strict=True) == data.resolve()
    return False
