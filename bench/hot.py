"""Hot work in plain SQL that fits every schema of the past, and how long it was held up.

Each verb takes the locks that the app's own takes, on tables and on some rows, and changes nothing.
"""

import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

# What an upgrade holds while it runs (app/migrations/env.py).
UPGRADE_LOCK = 7_352_911
# As the app does; whoever waits longer is answered "busy".
PATIENCE = "3s"
PAUSE_S, LOOK_S = 0.005, 0.01
READ = ("merchants", "members")
WRITTEN = {
    "wallet": (),
    "redeem": (
        *("request_keys", "vouchers", "redemptions", "voucher_events", "ledger_accounts"),
        *("ledger_entries", "ledger_postings", "point_lots", "audit", "outbox"),
    ),
    "place": ("request_keys", "offer_stock", "offer_takers", "orders", "order_lines", "payments"),
    "notice": (
        *("inbox", "payments", "orders", "ledger_entries", "ledger_postings", "outbox", "cards"),
        *("vouchers", "voucher_events"),
    ),
    "claim": ("gifts", "gift_vouchers", "cards", "vouchers", "voucher_events", "outbox"),
}
# Of these a row is taken too: a migration that fills a column holds rows.
ROWS = frozenset({"vouchers", "orders", "payments", "gifts"})
STRONG = {
    "ShareLock": "writers wait",
    "ShareRowExclusiveLock": "writers wait",
    "ExclusiveLock": "writers wait",
    "AccessExclusiveLock": "all wait",
}


@dataclass
class Waits:
    """Of one verb: how many were done, the longest in seconds, how many were turned away."""

    done: int = 0
    longest_s: float = 0.0
    turned_away: int = 0


@dataclass
class Met:
    """What the shop met meanwhile. `held`: seconds by table and by who had to wait there."""

    waits: dict[str, Waits] = field(default_factory=lambda: {verb: Waits() for verb in WRITTEN})
    held: dict[tuple[str, str], float] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    @property
    def longest_s(self) -> float:
        return max(each.longest_s for each in self.waits.values())

    @property
    def slowest(self) -> str:
        return max(self.waits, key=lambda verb: self.waits[verb].longest_s)

    @property
    def turned_away(self) -> int:
        return sum(each.turned_away for each in self.waits.values())


@contextmanager
def going_on(database_url: str) -> Iterator[Met]:
    """Every verb again and again in a session of its own, until the block ends.

    Raises RuntimeError when a verb failed otherwise than by waiting.
    """
    met, over = Met(), threading.Event()
    with psycopg.connect(database_url, autocommit=True) as connection:
        there = _tables(connection)
    threads = [
        threading.Thread(target=_work, args=(database_url, verb, there, met, over), daemon=True)
        for verb in WRITTEN
    ]
    threads.append(threading.Thread(target=_watch, args=(database_url, met, over), daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield met
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if met.troubles:
        raise RuntimeError("\n".join(met.troubles))


def _tables(connection: psycopg.Connection) -> dict[str, tuple[int, int]]:
    """The tables that there are, with their lowest and highest row where rows are taken."""
    wanted = {*READ, "vouchers", "cards", *(name for names in WRITTEN.values() for name in names)}
    found = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = ANY (%s)", [[*wanted]]
    )
    return {
        name: _bounds(connection, name) if name in ROWS else (0, 0) for (name,) in found.fetchall()
    }


def _bounds(connection: psycopg.Connection, table: str) -> tuple[int, int]:
    bounds = connection.execute(
        sql.SQL("SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM {}").format(
            sql.Identifier(table)
        )
    ).fetchone()
    return (int(bounds[0]), int(bounds[1])) if bounds else (0, 0)


def _work(
    database_url: str,
    verb: str,
    there: Mapping[str, tuple[int, int]],
    met: Met,
    over: threading.Event,
) -> None:
    waits, chance = met.waits[verb], random.Random(verb)
    try:
        with psycopg.connect(database_url, options=f"-c lock_timeout={PATIENCE}") as connection:
            while not over.wait(PAUSE_S):
                began = time.perf_counter()
                try:
                    _do(connection, verb, there, chance)
                except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                    connection.rollback()
                    waits.turned_away += 1
                waits.longest_s = max(waits.longest_s, time.perf_counter() - began)
                waits.done += 1
    except psycopg.Error as trouble:
        met.troubles.append(f"{verb}: {trouble}")


def _do(
    connection: psycopg.Connection,
    verb: str,
    there: Mapping[str, tuple[int, int]],
    chance: random.Random,
) -> None:
    for name in (*READ, *(() if WRITTEN[verb] else ("vouchers", "cards"))):
        if name in there:
            connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(name)))
    for name in WRITTEN[verb]:
        if name in there:
            _touch(connection, name, there[name], chance)
    connection.commit()


def _touch(
    connection: psycopg.Connection, table: str, bounds: tuple[int, int], chance: random.Random
) -> None:
    """The lock of an INSERT or UPDATE; where rows are taken, one row's too."""
    same = sql.SQL("UPDATE {} SET merchant_id = merchant_id WHERE ").format(sql.Identifier(table))
    if table not in ROWS:
        connection.execute(same + sql.SQL("false"))
        return
    connection.execute(
        same + sql.SQL("merchant_id = (SELECT min(id) FROM merchants) AND id = %s"),
        [chance.randint(*bounds)],
    )


def _watch(database_url: str, met: Met, over: threading.Event) -> None:
    """Look again and again which tables the upgrade keeps to itself."""
    question = """
        SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
        WHERE l.granted AND c.relkind = 'r' AND l.mode = ANY (%s) AND l.pid IN (
          SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted)"""
    try:
        with psycopg.connect(database_url, autocommit=True) as connection:
            last = time.perf_counter()
            while not over.wait(LOOK_S):
                seen = connection.execute(question, [[*STRONG], UPGRADE_LOCK]).fetchall()
                now = time.perf_counter()
                for held in {(table, STRONG[mode]) for table, mode in seen}:
                    met.held[held] = met.held.get(held, 0.0) + now - last
                last = now
    except psycopg.Error as trouble:
        met.troubles.append(f"watching: {trouble}")
