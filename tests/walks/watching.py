"""The database and the log, watched from outside."""

from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from app.migrations.metadata import METADATA

SUM = "SELECT {name}, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t"
# The number that the next change would get. While it stands still, nothing was even attempted.
NEXT_CHANGE = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"


@dataclass(frozen=True, eq=False)
class Before:
    """What was there then: a snapshot that is still open, which few ever have to read."""

    change: str


class Watch:
    """Count and checksum of every table, over connections of its own."""

    def __init__(self, url):
        self._now = psycopg.connect(url, autocommit=True)
        self._then = psycopg.connect(url)
        self._then.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._query = sql.SQL(" UNION ALL ").join(
            sql.SQL(SUM).format(name=sql.Literal(table.name), table=sql.Identifier(table.name))
            for table in METADATA.sorted_tables
        )
        self._last = None

    def close(self):
        self._now.close()
        self._then.close()

    @contextmanager
    def unchanged(self, name="", *, but=()):
        """Fails if any row of any table came, went or changed; tables in `but` may.

        `name` says what was tried.
        """
        before = self.look()
        yield
        changed = {
            table: seen for table, seen in self.changed(since=before).items() if table not in but
        }
        assert not changed, (name, changed)

    def look(self):
        """Remember how everything is now. Only the last look can be asked about."""
        self._then.rollback()
        self._last = Before(self._then.execute(NEXT_CHANGE).fetchone()[0])
        return self._last

    def changed(self, *, since):
        """By table: (then, now), each its count and checksum."""
        assert since is self._last, "somebody looked again meanwhile"
        if self._now.execute(NEXT_CHANGE).fetchone()[0] == since.change:
            self._then.rollback()
            return {}
        then, now = self._tables(self._then), self._tables(self._now)
        self._then.rollback()
        return {name: (then[name], now[name]) for name in now if now[name] != then[name]}

    def _tables(self, connection):
        rows = connection.execute(self._query).fetchall()
        return {name: (count, total) for name, count, total in rows}
