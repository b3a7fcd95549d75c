"""Granian as production runs it, over ours and over the floor."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.world import World
from deploy.local import children

WORKERS, THREADS = 2, 2
UP_WITHIN_S = 40.0
STOP_WITHIN_S = 10.0
OURS, BARE, PLATFORM = "wsgi:app", "bench.bare:app", "bench.wechat:app"


@dataclass(frozen=True)
class Server:
    port: int
    pid: int


@contextmanager
def ours(folder: Path, env: Mapping[str, str], *, threads: int = THREADS) -> Iterator[Server]:
    figures = folder / "metrics"
    figures.mkdir(parents=True, exist_ok=True)
    for old in figures.glob("*.db"):
        old.unlink()
    more = {"PROMETHEUS_MULTIPROC_DIR": str(figures), **env}
    log = folder / "logs" / "ours.log"
    with _granian(OURS, log, more, threads=threads, health="/healthz") as server:
        yield server


@contextmanager
def bare(
    folder: Path, database_url: str, world: World, *, threads: int = THREADS
) -> Iterator[Server]:
    env = {"BENCH_DATABASE": database_url, "BENCH_WORLD": json.dumps(world.for_bare())}
    log = folder / "logs" / "bare.log"
    with _granian(BARE, log, env, threads=threads, health="/empty") as server:
        yield server


@contextmanager
def platform(folder: Path) -> Iterator[Server]:
    log = folder / "logs" / "platform.log"
    env = {"BENCH_PLATFORM": "1"}
    with _granian(PLATFORM, log, env, threads=THREADS, health="/empty") as server:
        yield server


def environment(
    *, database_url: str, redis_url: str, master_key_text: str, wechat_port: int
) -> dict[str, str]:
    """Ours as in production, but for the addresses of this machine, which production refuses.

    Behind one proxy, so that callers can come from many addresses.
    """
    return {
        "WECHAT_URL": f"http://127.0.0.1:{wechat_port}",
        "KABAO_PROXIES": "1",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "KABAO_SECRET": master_key_text,
        "KABAO_PUBLIC_URL": "https://card.example.com",
        "KABAO_ENV": "development",
    }


@contextmanager
def _granian(
    target: str, log: Path, env: Mapping[str, str], *, threads: int, health: str
) -> Iterator[Server]:
    port = children.free_port()
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
    command += ["--blocking-threads", str(threads), "--log-level", "warning", target]
    child = children.spawn(command, log=log, env=env)
    try:
        if not children.until(lambda: _is_up(child, port, health), within=UP_WITHIN_S):
            raise RuntimeError(f"{target} did not come up:\n{children.last_words(log)}")
        yield Server(port=port, pid=child.pid)
    finally:
        children.stop(child, grace=STOP_WITHIN_S)


def _is_up(child: subprocess.Popen[bytes], port: int, path: str) -> bool:
    if children.has_ended(child):
        raise RuntimeError("the web server ended at once; see its log")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - the number is the word here
    except (urllib.error.URLError, OSError):
        return False
