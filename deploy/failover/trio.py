"""Two Valkey servers, the second a copy of the first, and three sentinels that watch them."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from app import valkey
from deploy.local import children
from deploy.local.binaries import valkey_program
from deploy.local.children import LOOPBACK, NotStarted

SENTINELS, QUORUM = 3, 2
READY_WITHIN_S, STOP_WITHIN_S = 30.0, 5.0
IMPATIENT: dict[str, Any] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
SERVER = """\
bind {host}
port {port}
dir "{folder}"
requirepass {password}
masterauth {password}
appendonly yes
appendfsync everysec
save ""
daemonize no
repl-diskless-sync-delay 0
"""
SENTINEL = """\
bind {host}
port {port}
dir "{folder}"
daemonize no
sentinel monitor {group} {host} {primary} {quorum}
sentinel auth-pass {group} {password}
sentinel down-after-milliseconds {group} 1000
sentinel failover-timeout {group} 6000
"""


@dataclass
class Trio:
    """`ports` of the two servers, the first primary first."""

    home: Path
    password: str
    ports: list[int]
    sentinels: list[int]
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        hosts = ",".join(f"{LOOPBACK}:{port}" for port in self.sentinels)
        return f"sentinel://:{self.password}@{hosts}/0"

    def start(self, port: int) -> None:
        """A server or a sentinel, with the settings that it has written itself meanwhile."""
        settings = self.home / str(port) / "valkey.conf"
        command: list[str | Path] = [valkey_program(), settings]
        if port in self.sentinels:
            command.append("--sentinel")
        self.running[port] = children.spawn(command, log=self.home / f"{port}.log")

    def kill(self, port: int) -> None:
        child = self.running.pop(port)
        children.kill_group(child)
        child.wait()

    def primary(self) -> int | None:
        """Whom the sentinels name; None when they do not agree yet."""
        named = set()
        for port in self.sentinels:
            try:
                with Redis(port=port, **IMPATIENT) as sentinel:
                    told = sentinel.execute_command(
                        "SENTINEL", "GET-MASTER-ADDR-BY-NAME", valkey.GROUP
                    )
            except RedisError:
                return None
            named.add(int(told[1]))
        return named.pop() if len(named) == 1 else None

    def role(self, port: int) -> str | None:
        """What a server takes itself for."""
        try:
            with Redis(port=port, password=self.password, **IMPATIENT) as server:
                told = server.execute_command("ROLE")
        except RedisError:
            return None
        return bytes(told[0]).decode()

    def is_whole(self) -> bool:
        """The copy follows, and each sentinel knows of it and of the others."""
        return self.role(self.ports[1]) == "slave" and all(map(self._knows_all, self.sentinels))

    def _knows_all(self, port: int) -> bool:
        try:
            with Redis(port=port, **IMPATIENT) as sentinel:
                (told,) = sentinel.execute_command("SENTINEL", "MASTERS")
        except (RedisError, ValueError):
            return False
        pairs = told if isinstance(told, dict) else dict(zip(told[::2], told[1::2], strict=True))
        known = {_word(name): _word(value) for name, value in pairs.items()}
        return known["num-slaves"] == "1" and known["num-other-sentinels"] == str(SENTINELS - 1)


@contextmanager
def trio(home: Path) -> Iterator[Trio]:
    """All five run and know each other. Raises NotStarted."""
    home.mkdir(parents=True, exist_ok=True)
    ports = [children.free_port() for _ in range(2 + SENTINELS)]
    all_five = Trio(home, children.keep_secret(home / "password"), ports[:2], ports[2:])
    try:
        for port in ports:
            _write(all_five, port)
            all_five.start(port)
        if not children.until(all_five.is_whole, within=READY_WITHIN_S):
            raise NotStarted("the sentinels do not see the pair of servers")
        yield all_five
    finally:
        for child in all_five.running.values():
            children.stop(child, grace=STOP_WITHIN_S)


def _write(all_five: Trio, port: int) -> None:
    folder = all_five.home / str(port)
    folder.mkdir()
    is_sentinel = port in all_five.sentinels
    words = (SENTINEL if is_sentinel else SERVER).format(
        host=LOOPBACK,
        port=port,
        folder=folder,
        password=all_five.password,
        primary=all_five.ports[0],
        group=valkey.GROUP,
        quorum=QUORUM,
    )
    if port == all_five.ports[1]:
        words += f"replicaof {LOOPBACK} {all_five.ports[0]}\n"
    path = folder / "valkey.conf"
    path.touch(mode=0o600)
    path.write_text(words, encoding="utf-8")


def _word(told: object) -> str:
    return told.decode() if isinstance(told, bytes) else str(told)
