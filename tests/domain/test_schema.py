"""The shape that keeps merchants apart, read from the tables themselves."""

import psycopg
import pytest
from alembic import command
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, text

from app.kernel.db import db, execute, fetch_all, reading, transaction
from app.migrations.metadata import METADATA, SHARED, tenant_tables
from app.migrations.run import configuration
from tests.builders.orders import a_shop, a_voucher, look_at_voucher

TENANT = [METADATA.tables[name] for name in tenant_tables()]


@pytest.mark.parametrize("table", TENANT, ids=lambda table: table.name)
def test_every_key_starts_with_the_merchant(table):
    keys = [list(table.primary_key.columns)]
    keys += [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys += [list(index.columns) for index in table.indexes if index.unique]
    for key in keys:
        assert key[0].name == "merchant_id", (table.name, [column.name for column in key])


@pytest.mark.parametrize("table", TENANT, ids=lambda table: table.name)
def test_no_foreign_key_leaves_the_merchant(table):
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            assert constraint.columns[0].name == "merchant_id"
            assert constraint.referred_table.name not in SHARED


def test_the_migrations_make_what_the_models_say(database_url):
    command.check(configuration(database_url))


def test_every_tenant_table_hides_other_merchants(database):
    hidden = set(reading().scalars(text("SELECT relname FROM pg_class WHERE relrowsecurity")).all())
    assert hidden == set(tenant_tables())


def test_the_database_refuses_a_voucher_of_another_merchant(database):
    voucher = look_at_voucher(one := a_shop(), a_voucher(one).id)
    other = a_shop()
    card_of_other = look_at_voucher(other, a_voucher(other).id).card_id

    with pytest.raises(Exception, match="fk_vouchers_merchant_id_card_id"), transaction():
        execute(
            """UPDATE vouchers SET card_id = %(card_of_other)s
            WHERE merchant_id = %(one)s AND id = %(id)s""",
            {"card_of_other": card_of_other, "one": one.id, "id": voucher.id},
        )


class Count:
    def __init__(self, rows):
        self.rows = rows


def test_a_confined_transaction_sees_one_merchant_even_without_asking(committed):
    mine, other = a_shop(), a_shop()
    a_voucher(mine), a_voucher(other)

    def look_at_merchants():
        everything = "SELECT DISTINCT merchant_id FROM vouchers -- on purpose: merchant_id"
        return {row.rows for row in fetch_all(Count, everything, {})}

    with transaction(merchant=mine.id):
        assert look_at_merchants() == {mine.id}
    assert {mine.id, other.id} <= look_at_merchants()


def test_a_confined_transaction_cannot_write_for_another(database):
    mine, other = a_shop(), a_shop()

    with pytest.raises(Exception, match="row-level security"), transaction(merchant=mine.id):
        execute(
            """INSERT INTO categories (merchant_id, name) VALUES (%(m)s, '别人的')""",
            {"m": other.id},
        )


def test_the_owner_of_the_tables_is_no_superuser(app):
    with app.app_context():
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as connection:
            is_super = connection.execute(
                "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    assert is_super == (False,)
