"""Races commit, so each test makes a merchant of its own; the books are proven after each."""

import secrets
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from app.domain import ledger, vouchers
from app.factory import create_app
from app.kernel import audit, clock
from app.kernel.db import db, fetch_all, transaction
from tests.builders.databases import a_database
from tests.builders.orders import a_shop
from tests.builders.points import expire_due
from tests.jobs.conftest import close_leftover_orders

# Far from the ids of the guarded database: what a process remembers, it remembers by id.
FIRST_ID = 5_000_000


@pytest.fixture(autouse=True)
def _books_are_proven(request, app):
    """After each race: every account, lot, voucher and piece adds up, every chain is whole.

    Nothing stays due that the sweeps of other tests would find.
    """
    yield
    with app.app_context():
        assert look_for_trouble() == []
        _leave_nothing_due()
        db.session.remove()


def _leave_nothing_due():
    close_leftover_orders()
    for sweep in (vouchers.expire_due, expire_due):
        with transaction():
            sweep(at=clock.now(), limit=10_000)


# All that a walk along the chains reads, summed up for each merchant.
CHAINS = """
SELECT merchant_id, count(*)::text || ' ' || sum(hashtextextended(line, 0))::text FROM (
  SELECT merchant_id, audit::text FROM audit WHERE seal_no IS NOT NULL
  UNION ALL SELECT merchant_id, audit_chains::text FROM audit_chains
) AS lines (merchant_id, line) GROUP BY merchant_id
"""
# Chains that were walked and found whole, each as it was then.
_walked = {}


class _Chain:
    def __init__(self, merchant_id, told):
        self.merchant_id, self.told = merchant_id, told


def look_for_trouble():
    found = ledger.verify()
    for merchant_id in audit.list_unsealed_merchants(before=clock.now()):
        with transaction():
            audit.seal(merchant_id=merchant_id, before=clock.now(), limit=100_000)
    for chain in fetch_all(_Chain, CHAINS, {}):
        if _walked.get(chain.merchant_id) != chain.told:
            broken = audit.verify(merchant_id=chain.merchant_id)
            _walked[chain.merchant_id] = chain.told if not broken else None
            found += broken
    return found


@pytest.fixture
def shop(committed):
    return a_shop()


@pytest.fixture(scope="session")
def _unguarded_url(database_url, migrated):
    base = make_url(database_url).set(drivername="postgresql")
    name = f"{base.database}_unguarded_{secrets.token_hex(3)}"
    with a_database(base.render_as_string(hide_password=False), name, like=migrated):
        url = base.set(drivername="postgresql+psycopg", database=name)
        _begin_ids_elsewhere(url)
        yield url.render_as_string(hide_password=False)


def _begin_ids_elsewhere(url):
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        tables = connection.execute(
            """SELECT table_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES'"""
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                sql.SQL("ALTER TABLE {} ALTER COLUMN id RESTART WITH {}").format(
                    sql.Identifier(table), sql.Literal(FIRST_ID)
                )
            )


@pytest.fixture(scope="session")
def _unguarded_app(app, settings, _unguarded_url):
    unguarded = create_app(replace(settings, database_url=_unguarded_url))
    yield unguarded
    with unguarded.app_context():
        db.engine.dispose()


@pytest.fixture
def unguarded(_unguarded_app):
    """The application over a database where a control may take guards away: nobody verifies it."""
    with _unguarded_app.app_context():
        yield _unguarded_app
        db.session.remove()
