"""How the database does, in its own words."""

from dataclasses import dataclass

from app.kernel.db import fetch_all, fetch_one


@dataclass(frozen=True)
class Vitals:
    """Counts since the server began to count, sizes in bytes, the longest transaction in seconds."""

    commits: int
    rollbacks: int
    deadlocks: int
    blocks_hit: int
    blocks_read: int
    size_bytes: int
    active: int
    idle: int
    waiting_for_locks: int
    longest_seconds: float


@dataclass(frozen=True)
class Slot:
    """Somebody who copies every change, and how far behind he is."""

    name: str
    is_there: bool
    behind_bytes: int


def vitals() -> Vitals | None:
    return fetch_one(Vitals, _VITALS, {})


def slots() -> list[Slot]:
    return fetch_all(Slot, _SLOTS, {})


_VITALS = """
SELECT d.xact_commit, d.xact_rollback, d.deadlocks, d.blks_hit, d.blks_read,
  pg_database_size(d.datid), a.active, a.idle, a.locked, a.longest
FROM pg_stat_database d, (
  SELECT count(*) FILTER (WHERE state = 'active') AS active,
    count(*) FILTER (WHERE state <> 'active') AS idle,
    count(*) FILTER (WHERE wait_event_type = 'Lock') AS locked,
    coalesce(extract(epoch FROM now() - min(xact_start)), 0)::float8 AS longest
  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()) a
WHERE d.datname = current_database()
"""
# A standby has no position of its own to compare with.
_SLOTS = """
SELECT slot_name::text, active,
  pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(restart_lsn, pg_current_wal_lsn()))::bigint
FROM pg_replication_slots WHERE NOT pg_is_in_recovery()
"""
