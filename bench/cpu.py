"""CPU seconds by kind of process, from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
# Counted from the closing bracket of the name: state is 0, ppid 1, utime 11 … cstime 14.
PPID, UTIME, STIME, CUTIME, CSTIME = 1, 11, 12, 13, 14


@dataclass(frozen=True)
class Spent:
    """CPU seconds. `backends` serve clients; `background` is WAL writer, checkpointer and so on."""

    web: float
    backends: float
    background: float
    redis: float

    def __sub__(self, earlier: "Spent") -> "Spent":
        return Spent(
            self.web - earlier.web,
            self.backends - earlier.backends,
            self.background - earlier.background,
            self.redis - earlier.redis,
        )


def child_named(word: str) -> int:
    """The process that we started whose command line has that word."""
    for pid, line in _processes().items():
        if line[PPID] == os.getpid() and word in _command(pid):
            return pid
    raise LookupError(f"no child process is a {word}")


def sample(*, web: int | None, postmaster: int, redis: int) -> Spent:
    """So far: the web server's whole family, all of PostgreSQL, and Redis.

    What ended meanwhile is in its parent's account; of PostgreSQL those are client backends,
    and now and then an autovacuum worker.
    """
    processes = _processes()
    backends = _gone(processes[postmaster])
    background = _own(processes[postmaster])
    for pid, line in processes.items():
        if line[PPID] != postmaster:
            continue
        if "127.0.0.1" in _command(pid):
            backends += _own(line)
        else:
            background += _own(line)
    return Spent(
        web=_family(web, processes) if web else 0.0,
        backends=backends,
        background=background,
        redis=_own(processes[redis]),
    )


def _family(root: int, processes: dict[int, list[int]]) -> float:
    spent = _own(processes[root]) + _gone(processes[root])
    children = [pid for pid, line in processes.items() if line[PPID] == root]
    return spent + sum(_family(child, processes) for child in children)


def _own(line: list[int]) -> float:
    return (line[UTIME] + line[STIME]) / TICKS_A_SECOND


def _gone(line: list[int]) -> float:
    return (line[CUTIME] + line[CSTIME]) / TICKS_A_SECOND


def _processes() -> dict[int, list[int]]:
    found = {}
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(folder.name)] = [0, *map(int, words[1:15])]
    return found


def _command(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
