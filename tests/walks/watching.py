"""The database and the log, watched from outside."""

from contextlib import contextmanager

import psycopg
from psycopg import sql

from app.migrations.metadata import METADATA

SUM = "SELECT {name}, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t"
# The number that the next change would get. While it stands still, nothing was even attempted.
NEXT_CHANGE = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"


class Watch:
    """Count and checksum of every table, over a connection of its own."""

    def __init__(self, url):
        self._connection = psycopg.connect(url, autocommit=True)
        self._query = sql.SQL(" UNION ALL ").join(
            sql.SQL(SUM).format(name=sql.Literal(table.name), table=sql.Identifier(table.name))
            for table in METADATA.sorted_tables
        )
        self._known = ("", {})

    def close(self):
        self._connection.close()

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

    def changed(self, *, since):
        """By table: (then, now)."""
        return {name: (since[name], now) for name, now in self.look().items() if now != since[name]}

    def look(self):
        """(count, checksum) by table."""
        change = self._connection.execute(NEXT_CHANGE).fetchone()[0]
        if change != self._known[0]:
            rows = self._connection.execute(self._query).fetchall()
            self._known = (change, {name: (count, total) for name, count, total in rows})
        return self._known[1]
