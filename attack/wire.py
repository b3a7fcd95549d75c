"""Callers who take their time, or come in crowds: everybody else is served meanwhile."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from attack.calling import links, raw, status_of
from attack.porch import a_porch
from attack.stage import Stage
from attack.tally import Tally
from tests.api.calling import KEY, a_request_key

IDLE, QUICK_IDLE = 500, 200
SLOW, QUICK_SLOW = 60, 24
TURNS, QUICK_TURNS = 20, 4
# Of an ordinary answer, on a machine with two cores and an attacker on it.
LONGEST_S = 3.0
SETTLE_S = 0.5
WARM_UPS = 12
CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"

Ask = Callable[[Stage], int]


def run(stage: Stage, tally: Tally) -> None:
    slow, idle = (QUICK_SLOW, QUICK_IDLE) if stage.is_quick else (SLOW, IDLE)
    path = f"/api/v1/{stage.town.ours.number}/sessions"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    kinds = {
        "idle connections": (idle, b""),
        "half a head": (slow, head.encode()[:-2]),
        "half a body": (slow, f"{head}Content-Length: 100\r\n\r\n{{".encode()),
        "half a chunk": (slow, (head + CHUNKED + "64\r\n{").encode()),
    }
    for name, (count, sent) in kinds.items():
        # What needs a body waits for a proxy that reads bodies first: the next part.
        is_body = name in {"half a body", "half a chunk"}
        _meanwhile(stage, tally, name, count, sent, asks=(_reading,) if is_body else BOTH)
    with a_porch(stage.port) as port:
        behind = replace(stage, front=port)
        # What no thread of the server waits for was seen above.
        for name in list(kinds)[2:] if stage.is_quick else kinds:
            count, sent = kinds[name]
            _meanwhile(behind, tally, f"{name}, behind a buffer", count, sent, asks=BOTH)
    _slow_readers(stage, tally, slow)
    _hurried(stage, tally)
    _alive(stage, tally)


def _meanwhile(
    stage: Stage, tally: Tally, name: str, count: int, sent: bytes, *, asks: tuple[Ask, ...]
) -> None:
    """Others ask while `count` connections stand there with `sent` and no more."""
    slowest = 0.0
    with links(stage.front or stage.port, count) as opened:
        for link in opened:
            link.sendall(sent)
        time.sleep(SETTLE_S)
        for _turn in range(QUICK_TURNS if stage.is_quick else TURNS):
            for ask in asks:
                began = time.monotonic()
                status = ask(stage)
                seconds = time.monotonic() - began
                slowest = max(slowest, seconds)
                held = status < 400 and seconds < LONGEST_S
                tally.expect(held, f"{name}: {ask.__name__} {status} after {seconds:.1f} s")
    tally.note(f"{count} x {name}: others wait {slowest * 1000:.0f} ms at most")
    # The server must notice that they went.
    time.sleep(SETTLE_S)


def _reading(stage: Stage) -> int:
    """Somebody looks at the shelf."""
    path = f"/api/v1/{stage.town.ours.number}/offers"
    return _ask(stage, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())


def _writing(stage: Stage) -> int:
    """Somebody says what his notifications may be."""
    stage.forget_counts()
    ours, body = stage.town.ours, b'{"code":"KB1000000000000000000000000000000000000"}'
    lines = [
        f"POST /api/v1/{ours.number}/counter/quote HTTP/1.1",
        "Host: x",
        "Connection: close",
        "Content-Type: application/json",
        f"Authorization: Bearer {ours.worker.bearer}",
        f"{KEY}: {a_request_key()}",
        f"Content-Length: {len(body)}",
    ]
    status = _ask(stage, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    # Refused by the counter itself: it was heard.
    return 200 if status in {404, 422} else status


BOTH: tuple[Ask, ...] = (_reading, _writing)


def _ask(stage: Stage, request: bytes) -> int:
    try:
        return status_of(raw(stage.front or stage.port, request, patience=LONGEST_S * 2)) or 599
    except OSError:
        return 599


def _slow_readers(stage: Stage, tally: Tally, count: int) -> None:
    """They ask for something long and do not read it."""
    question = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    # Each process writes the document once, which takes it a quarter of a second.
    for _each in range(WARM_UPS):
        stage.client.get("/api/openapi.json")
    with ExitStack() as held:
        for _each in range(count):
            link = held.enter_context(socket.socket())
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            link.connect(("127.0.0.1", stage.port))
            link.sendall(question)
        time.sleep(SETTLE_S)
        for _turn in range(QUICK_TURNS if stage.is_quick else TURNS):
            for ask in BOTH:
                began = time.monotonic()
                status = ask(stage)
                seconds = time.monotonic() - began
                tally.expect(
                    status < 400 and seconds < LONGEST_S, f"slow readers: {status}, {seconds:.1f} s"
                )
    tally.note(f"{count} x a long answer that nobody reads")


def _hurried(stage: Stage, tally: Tally) -> None:
    """They hang up in the middle, again and again."""
    for _each in range(QUICK_IDLE if stage.is_quick else IDLE):
        with socket.create_connection(("127.0.0.1", stage.port)) as link:
            link.sendall(
                b"POST /api/v1/x/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
            )
    for ask in BOTH:
        status = ask(stage)
        tally.expect(status < 400, f"after those who hung up: {status}")


def _alive(stage: Stage, tally: Tally) -> None:
    """No process of the server was lost by all this."""
    tally.expect(len(stage.pids) > 2 and stage.supervisor.alive("web"), f"processes: {stage.pids}")
