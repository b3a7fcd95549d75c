"""Changes to tables that are in use: nobody waits for them, and what broke off is done again.

Each of these commits what the migration did so far. So a migration that calls them does so first,
or does nothing else that may not be done twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

LOCK_TIMEOUT, STATEMENT_TIMEOUT = "4s", "60s"
_PIECE = 5000
_BROKEN = sa.text(
    """SELECT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relname = :name AND NOT i.indisvalid)"""
)


def add_index(
    name: str, table: str, columns: Sequence[str | sa.TextClause], **options: Any
) -> None:
    """Build an index while others write. One that broke off half built is thrown away first."""
    with _patiently() as connection:
        if connection.scalar(_BROKEN, {"name": name}):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.create_index(
            name, table, columns, postgresql_concurrently=True, if_not_exists=True, **options
        )


def drop_index(name: str) -> None:
    with _patiently():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def fill(table: str, *, change: str, where: str) -> None:
    """Change the rows of a merchants' table for which `where` holds, some at a time."""
    piece = sa.text(
        f"""WITH piece AS (
          SELECT merchant_id, id FROM {table}
          WHERE (merchant_id, id) > (:merchant_id, :id) AND ({where})
          ORDER BY merchant_id, id LIMIT {_PIECE} FOR NO KEY UPDATE
        ), changed AS (
          UPDATE {table} t SET {change} FROM piece
          WHERE t.merchant_id = piece.merchant_id AND t.id = piece.id
        )
        SELECT merchant_id, id FROM piece ORDER BY merchant_id DESC, id DESC LIMIT 1"""  # noqa: S608 - words of migrations
    )
    with _patiently() as connection:
        after: dict[str, Any] = {"merchant_id": 0, "id": 0}
        while last := connection.execute(piece, after).mappings().one_or_none():
            after = dict(last)


@contextmanager
def _patiently() -> Iterator[sa.Connection]:
    """Outside of any transaction. Whoever builds an index waits for others; nobody waits for him."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.execute("SET statement_timeout = 0")
        try:
            yield op.get_bind()
        finally:
            op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            op.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
