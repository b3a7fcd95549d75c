"""Child processes that never outlive us: start, wait until ready, stop."""

import os
import pwd
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
LOOPBACK = "127.0.0.1"
PAUSE_S = 0.03


class NotStarted(RuntimeError):
    """Something did not come up; the message says what to do."""


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
    user: str | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    keep_open: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, its words appended to `log`.

    `prefix` wraps the command (it must exec, not fork); `death_signal` is what the command gets
    when the calling *thread* ends without having stopped it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    leash = [sys.executable, "-I", LEASH, os.getpid(), int(death_signal)]
    with log.open("ab") as words:
        return subprocess.Popen(
            [str(part) for part in (*prefix, *leash, *command)],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=keep_open,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
        )


def stop(
    child: subprocess.Popen[bytes],
    *,
    grace: float,
    by: signal.Signals = signal.SIGTERM,
) -> None:
    """Ask politely, wait `grace` seconds, then kill it and whatever it started."""
    if not has_ended(child):
        child.send_signal(by)
        until(lambda: has_ended(child), within=grace)
    kill_group(child)
    child.wait()


def has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether it is dead, without reaping it: its number stays ours until we clear its group."""
    if child.returncode is not None:
        return True
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    try:
        return os.waitid(os.P_PID, child.pid, options) is not None
    except ChildProcessError:  # another thread reaped it just now
        return True


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the process and all it started; harmless when it was already reaped."""
    if child.returncode is not None:
        return
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a zombie
        child.kill()


def until(done: Callable[[], bool], *, within: float, every: float = PAUSE_S) -> bool:
    """Ask again and again for `within` seconds, `every` so many; whether it became true."""
    deadline = time.monotonic() + within
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def free_port(preferred: int = 0) -> int:
    """A TCP port nobody listens on: the preferred one when it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, preferred))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])


def last_words(log: Path, *, lines: int = 15) -> str:
    """The end of a log, for an error message."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _draw() -> str:
    return secrets.token_urlsafe(24)


def keep_secret(path: Path, *, make: Callable[[], str] = _draw) -> str:
    """The secret in that file, drawn on the first call; only its owner may read it."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
    return path.read_text()
