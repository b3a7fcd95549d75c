"""Alembic's entrance. Migrations run one at a time and give up rather than block the shop."""

from threading import Event

from alembic import context
from sqlalchemy import Connection, create_engine, text

from app.migrations.metadata import METADATA
from app.migrations.online import LOCK_TIMEOUT, STATEMENT_TIMEOUT

_ADVISORY_LOCK = 7_352_911
_TRIES, _PAUSE_SECONDS = 20, 0.2


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise RuntimeError("sqlalchemy.url is not set; use `flask upgrade`")
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
            connection.commit()
            _take_turn(connection)
            context.configure(
                connection=connection,
                target_metadata=METADATA,
                transaction_per_migration=True,
                compare_type=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        # The turn ends with the connection, also when a migration gave up.
        engine.dispose()


def _take_turn(connection: Connection) -> None:
    """Asks again and again, and does not wait inside PostgreSQL.

    An index that is built while others write waits for every statement that runs, and so would
    wait for one that waits for this turn.
    """
    for _ in range(_TRIES):
        taken = connection.scalar(
            text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_LOCK}
        )
        connection.commit()
        if taken:
            return
        Event().wait(_PAUSE_SECONDS)
    raise RuntimeError("another upgrade is running; nothing was changed")


run()
