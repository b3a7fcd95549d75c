"""What was written, table by table, as PostgreSQL itself counted it."""

from collections import Counter

import psycopg

from bench.measuring import WentWrong
from deploy.local.children import until

LEAVE_WITHIN_S = 15.0

Rows = Counter[tuple[str, str]]


def written(database_url: str) -> Rows:
    """Rows (table, inserted | updated | deleted) so far. Only exact while nobody is connected."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        if not until(lambda: _is_alone(connection), within=LEAVE_WITHIN_S):
            raise WentWrong("somebody is still connected; the counts would be late")
        rows = connection.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables"
        ).fetchall()
    kinds = ("inserted", "updated", "deleted")
    return Counter(
        {
            (table, kind): count
            for table, *counts in rows
            for kind, count in zip(kinds, counts, strict=True)
            if count
        }
    )


def per_operation(before: Rows, after: Rows, operations: int) -> dict[str, float]:
    """Readable: {"vouchers updated": 1.0, …}."""
    return {
        f"{table} {kind}": (count - before[table, kind]) / operations
        for (table, kind), count in sorted(after.items())
        if count != before[table, kind]
    }


def require_alike(ours: dict[str, float], bare: dict[str, float]) -> None:
    """Raises WentWrong when the floor wrote less, or more, than ours."""
    odd = {
        what: (ours.get(what, 0.0), bare.get(what, 0.0))
        for what in ours.keys() | bare.keys()
        if ours.get(what) != bare.get(what)
    }
    if odd:
        raise WentWrong(f"rows per operation differ (ours, bare): {odd}")


def _is_alone(connection: psycopg.Connection) -> bool:
    others = connection.execute(
        """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    ).fetchone()
    return others == (0,)
