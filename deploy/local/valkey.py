"""A Valkey server of our own, in a folder."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import children, orphans
from deploy.local.binaries import valkey_program
from deploy.local.children import LOOPBACK, NotStarted

USUAL_PORT = 16379
ATTEMPTS = 5
START_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0
SETTINGS = """\
bind {host}
port {port}
requirepass {password}
dir "{folder}"
appendonly {durable}
appendfsync everysec
save ""
daemonize no
"""


@contextmanager
def valkey(folder: Path, *, throwaway: bool = False) -> Iterator[str]:
    """Run Valkey in `folder` and yield its address. It forgets at most one second when it crashes.

    A throwaway server begins empty, keeps nothing on disk, and leaves nothing behind.
    """
    home, log = folder.resolve() / "valkey", folder.resolve() / "logs/valkey.log"
    with orphans.only_one(home, throwaway=throwaway) as lock:
        child, port = _start(home, log, lock, throwaway=throwaway)
        try:
            yield f"redis://:{_password(home)}@{LOOPBACK}:{port}/0"
        finally:
            children.stop(child, grace=STOP_WITHIN_S)


def _start(
    home: Path, log: Path, lock: int, *, throwaway: bool
) -> tuple[subprocess.Popen[bytes], int]:
    program = valkey_program()
    for attempt in range(ATTEMPTS):
        time.sleep(attempt)
        port = children.free_port(0 if throwaway or attempt else USUAL_PORT)
        command = [program, _write_settings(home, port, throwaway=throwaway)]
        # It holds the lock too: two servers on one journal would spoil it.
        child = children.spawn(command, log=log, keep_open=[lock])
        if _is_up(child, port, _password(home)):
            return child, port
        children.stop(child, grace=STOP_WITHIN_S)
    raise NotStarted(f"Valkey did not start. {log}:\n{children.last_words(log)}")


def _write_settings(home: Path, port: int, *, throwaway: bool) -> Path:
    # In a file of ours rather than on the command line, where every user could read the password.
    path = home / "valkey.conf"
    path.touch(mode=0o600)
    path.write_text(
        SETTINGS.format(
            host=LOOPBACK,
            port=port,
            password=_password(home),
            folder=str(home).replace("\\", "\\\\").replace('"', '\\"'),
            durable="no" if throwaway else "yes",
        )
    )
    return path


def _password(home: Path) -> str:
    return children.keep_secret(home / "password")


def _is_up(child: subprocess.Popen[bytes], port: int, password: str) -> bool:
    def answered_or_died() -> bool:
        return children.has_ended(child) or _answers(port, password)

    children.until(answered_or_died, within=START_WITHIN_S)
    return not children.has_ended(child) and _answers(port, password)


def _answers(port: int, password: str) -> bool:
    """Whether our server listens there and has read its data."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as link:
            link.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            return _read_lines(link, count=2) == [b"+OK", b"+PONG"]
    except OSError:
        return False


def _read_lines(link: socket.socket, *, count: int) -> list[bytes]:
    heard = b""
    while heard.count(b"\r\n") < count:
        more = link.recv(1024)
        if not more:
            break
        heard += more
    return heard.split(b"\r\n")[:count]
