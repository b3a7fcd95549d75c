"""An upgrade meets the version before while it still runs: what that one uses is not taken away."""

import pytest

from tests.architecture.expanding import narrowings
from tests.architecture.reading import Source, sources

VERSIONS = "app/migrations/versions/"
# What came before was never run by a shop whose processes had to go on meanwhile.
SINCE = f"{VERSIONS}2026_11_25"
# Each with its reason. Taking away belongs to a release whose code, and the one before, use it no more.
EXCEPTIONS = {
    "create_index ix_bill_differences_open on bill_differences": (
        "a table of the nightly comparison with WeChat's bills: no customer's request writes it"
    ),
}


def test_migrations_only_add():
    held = [source for source in sources(VERSIONS) if source.path >= SINCE]
    found = {told: source.path for source in held for told in narrowings(source)}
    assert len(held) > 10
    assert found.keys() == EXCEPTIONS.keys()


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_column("members", "nickname")',
        'op.drop_table("members")',
        'op.rename_table("members", "people")',
        'op.alter_column("members", "nickname", new_column_name="name")',
        'op.alter_column("members", "nickname", nullable=False)',
        'op.alter_column("members", "id", type_=sa.Integer())',
        'op.add_column("members", sa.Column("pet", sa.Text(), nullable=False))',
        'op.create_check_constraint(op.f("ck_x"), "members", "length(nickname) < 9")',
        'op.create_unique_constraint("uq_x", "members", ["nickname"])',
        'op.create_index("ix_x", "members", ["nickname"])',
        'op.execute("ALTER TABLE members DROP COLUMN nickname")',
        'op.execute("ALTER TABLE members ALTER COLUMN nickname SET NOT NULL")',
        'op.execute("ALTER TABLE members RENAME TO people")',
    ],
)
def test_what_the_version_before_would_miss_is_seen(line):
    assert len(list(narrowings(_migration(line)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        'op.add_column("members", sa.Column("pet", sa.Text(), nullable=True))',
        'op.add_column("members", sa.Column("n", sa.Text(), server_default="x", nullable=False))',
        'op.create_table("pets", sa.Column("id")); op.create_index("ix_x", "pets", ["id"])',
        'op.add_column("a", sa.Column("b")); op.create_check_constraint("c", "a", "length(b) < 9")',
        'op.alter_column("members", "nickname", nullable=True)',
        'online.add_index("ix_x", "members", ["nickname"])',
    ],
)
def test_what_is_only_added_is_let_through(line):
    assert list(narrowings(_migration(line))) == []


def test_going_back_may_take_away():
    source = Source("x.py", 'def downgrade():\n    op.drop_table("members")\n')
    assert list(narrowings(source)) == []


def _migration(line):
    return Source("x.py", f"def upgrade():\n    {line}\n")
