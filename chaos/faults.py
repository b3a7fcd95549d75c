"""What goes wrong, by name. Each strikes once, and is over when its function returns."""

import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.phone import Wire
from chaos.stage import Stage
from deploy.local import children

STANDS_STILL_S, FULL_S, WECHAT_S = 4.0, 5.0, 6.0
# Longer than the gateway waits.
TOO_SLOW_S = 12.0
HORSE_WITHIN_S = 10.0
MANY = 1000
# Seconds ahead of this machine's clock, one after the other: forth and back.
CLOCKS = (60, 0, -45, 0, 90, 0)
PAY, ALL = "/v3", "/"


class Missed(Exception):
    """There was nothing to strike just then."""


@dataclass(frozen=True)
class Fault:
    """`of` is what it strikes: a process, the queue, the database, WeChat or the clock."""

    name: str
    of: str
    strike: Callable[[Stage], None]


def _web_worker(stage: Stage) -> None:
    """One of the processes behind the socket; the server itself makes another."""
    workers = [pid for pid in _children(_pid(stage, "web")) if b"tracker" not in _command(pid)]
    if not workers:
        raise Missed("no worker")
    os.kill(random.choice(workers), signal.SIGKILL)


def _horse(stage: Stage) -> None:
    """The process that does a job, in the middle of it."""
    found: list[int] = []

    def busy() -> bool:
        found.extend(pid for number in (1, 2) for pid in _children(_pid(stage, f"worker-{number}")))
        return bool(found)

    if not children.until(busy, within=HORSE_WITHIN_S):
        raise Missed("no worker has a job")
    with suppress(ProcessLookupError):
        os.kill(found[0], signal.SIGKILL)


def _worker(stage: Stage) -> None:
    """A worker with the horse that it may have."""
    session = _pid(stage, random.choice(("worker-1", "worker-2")))
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(int(folder.name)) == session:
                os.kill(int(folder.name), signal.SIGKILL)


def _process(name: str) -> Callable[[Stage], None]:
    def strike(stage: Stage) -> None:
        _pid(stage, name)
        stage.supervisor.kill(name)

    return strike


def _wechat(*faults: Mapping[str, Any]) -> Callable[[Stage], None]:
    """WeChat is like that for some seconds."""

    def strike(stage: Stage) -> None:
        wire = Wire(stage.house.wechat_port)
        for fault in faults:
            _asks(wire, "POST", {"count": MANY, **fault})
        time.sleep(WECHAT_S)
        left = sum(int(fault["count"]) for fault in _asks(wire, "GET"))
        _asks(wire, "DELETE")
        wire.close()
        if left == sum(int(fault.get("count", MANY)) for fault in faults):
            raise Missed("nobody asked WeChat")

    return strike


def _asks(wire: Wire, method: str, fault: Mapping[str, Any] | None = None) -> Any:
    answer = wire.ask(method, "/_sim/faults", fault)
    if answer is None or not answer.is_good:
        raise RuntimeError(f"WeChat does not take {fault}: {answer}")
    return answer.body


def _clock(stage: Stage) -> None:
    stage.jumps += 1
    stage.set_clocks(CLOCKS[(stage.jumps - 1) % len(CLOCKS)])


def _few(*kinds: str, count: int) -> list[dict[str, Any]]:
    return [{"kind": kind, "count": count} for kind in kinds]


FAULTS = (
    Fault("web worker killed", "process", _web_worker),
    Fault("WeChat answers 429", "WeChat", _wechat({"kind": "status", "status": 429, "scope": ALL})),
    Fault("queue emptied", "queue", lambda stage: stage.valkey.forget_everything()),
    Fault("connections cut", "database", lambda stage: stage.postgres.cut_connections()),
    Fault("horse killed", "process", _horse),
    Fault("WeChat answers 500", "WeChat", _wechat({"kind": "status", "status": 500, "scope": ALL})),
    Fault("relay killed", "process", _process("relay")),
    Fault("queue restarted", "queue", lambda stage: stage.valkey.crash()),
    Fault(
        "WeChat too slow",
        "WeChat",
        _wechat({"kind": "slow", "seconds": TOO_SLOW_S, "scope": PAY, "count": 4}),
    ),
    Fault("PostgreSQL restarted", "database", lambda stage: stage.postgres.crash()),
    Fault("worker and horse killed", "process", _worker),
    Fault(
        "WeChat resets after commit",
        "WeChat",
        _wechat({"kind": "reset", "scope": PAY, "count": 20}),
    ),
    Fault("queue slow", "queue", lambda stage: stage.valkey.stand_still(STANDS_STILL_S)),
    Fault("scheduler killed", "process", _process("schedule")),
    Fault(
        "notices repeated, lost, reordered",
        "WeChat",
        _wechat(
            {"kind": "duplicate", "times": 3, "count": 20},
            *_few("replay", "lose", "reorder", count=4),
        ),
    ),
    Fault("queue full", "queue", lambda stage: stage.valkey.be_full(FULL_S)),
    Fault("web server killed", "process", _process("web")),
    Fault(
        "notices and answers forged",
        "WeChat",
        _wechat(
            *_few(
                *("forge", "signtest", "foreign_serial", "old_timestamp"),
                *("wrong_key", "wrong_amount"),
                count=4,
            ),
            {"kind": "forge_answer", "scope": PAY, "count": 4},
        ),
    ),
    Fault("clock jumps", "clock", _clock),
)
# One of each kind, for a minute's run.
QUICK = (
    "web worker killed",
    "queue emptied",
    "PostgreSQL restarted",
    "WeChat resets after commit",
)


def named(names: tuple[str, ...]) -> list[Fault]:
    return [fault for fault in FAULTS if fault.name in names]


def _pid(stage: Stage, name: str) -> int:
    """Raises Missed between two lives."""
    pid = stage.supervisor.pid(name)
    if pid is None:
        raise Missed(f"{name} is dead already")
    return pid


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b"tracker"
