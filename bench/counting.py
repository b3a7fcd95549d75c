"""Round trips per request, read off the wire: libpq writes down every message it sends."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import psycopg
from flask import Flask
from sqlalchemy import event

from app.kernel.db import db
from app.web import auth
from bench.inside import Caller, waiting_bills
from bench.requests import Requests
from bench.stage import Stage

# What makes us wait for the server: a simple query, or the sync that ends a prepared one.
WAITS = (b"Query", b"Sync")
MESSAGE = 3
UNTIL_PREPARED = 4


@dataclass(frozen=True)
class Trips:
    """`cold`: nobody has asked for the caller's session within seconds; `warm`: somebody has."""

    cold: int
    warm: int


def count(stage: Stage, requests: Requests, app: Flask) -> dict[str, Trips]:
    """By request; BEGIN and COMMIT are counted too. Uses up a few of the last vouchers."""
    scale, far = stage.scale, stage.scale.vouchers - 2 * stage.scale.clerks
    with tempfile.TemporaryFile() as wire, app.app_context():
        _listen(wire.fileno())
        look = _Look(Caller(app), wire.fileno())
        found = {
            "wallet": look.trips(lambda i: requests.wallets(i, 1, bare=False), scale.members),
            "redeem": look.trips(
                lambda i: requests.redemptions(far + i, 1, bare=False), scale.clerks
            ),
            "place": look.trips(lambda i: requests.orders(i, 1, bare=False), scale.members),
        }
        late = scale.gifts - 2 * UNTIL_PREPARED, scale.helps - 2 * UNTIL_PREPARED
        for name, make, far in (
            ("claim", requests.claims, late[0]),
            ("help", requests.helps, late[1]),
        ):
            found[name] = look.trips(partial(_one_of, make, far), 1)
        bills = iter(waiting_bills(stage))
        found["notice"] = look.trips(lambda _: requests.notices([next(bills)], bare=False), 0)
        db.engine.dispose()
    return found


def _listen(wire: int) -> None:
    @event.listens_for(db.engine, "connect")
    def trace(connection: psycopg.Connection, _record: object) -> None:
        connection.pgconn.trace(wire)


class _Look:
    def __init__(self, caller: Caller, wire: int) -> None:
        self._caller, self._wire = caller, wire

    def trips(self, make: Callable[[int], list[bytes]], cycle: int) -> Trips:
        """`cycle`: after so many requests the same caller comes again."""
        for i in range(UNTIL_PREPARED):
            self._send(make(i))
        cold = self._send(make(UNTIL_PREPARED))
        return Trips(cold=cold, warm=self._send(make(UNTIL_PREPARED + cycle), forget=False))

    def _send(self, requests: list[bytes], *, forget: bool = True) -> int:
        if forget:
            auth.forget()
        began = os.fstat(self._wire).st_size
        self._caller.send(requests[0])
        said = os.pread(self._wire, os.fstat(self._wire).st_size - began, began)
        return sum(1 for line in said.splitlines() if _waits(line))


def _waits(line: bytes) -> bool:
    """A line is: time, F for what we send, length, message, contents."""
    parts = line.split(b"\t")
    return len(parts) > MESSAGE and parts[1] == b"F" and parts[MESSAGE] in WAITS


def _one_of(make: Callable[..., list[bytes]], far: int, i: int) -> list[bytes]:
    return make(far + i, 1, bare=False)
