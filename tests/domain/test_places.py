"""Where an instant lies among the rows of a table."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.kernel import audit
from app.kernel.db import fetch_all, transaction
from app.kernel.places import find_place
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)
MANY = 41


@dataclass(frozen=True)
class Line:
    id: int


def lines_at(merchant, minutes):
    """The ids of lines that say that they happened so many minutes after noon."""
    with transaction():
        for minute in minutes:
            audit.record(
                merchant_id=merchant.id,
                actor="system",
                action="a.line",
                subject="G1",
                at=NOON + minute * MINUTE,
                details={},
            )
    which = {"id": merchant.id}
    sql = "SELECT id FROM audit WHERE merchant_id = %(id)s AND action = 'a.line' ORDER BY id"
    return [each.id for each in fetch_all(Line, sql, which)]


def place(merchant, minute):
    return find_place("audit", "at", merchant_id=merchant.id, moment=NOON + minute * MINUTE)


@pytest.mark.parametrize("asked", [-1, 0, 1, 7, 20, MANY - 1, MANY])
def test_a_moment_lies_between_the_rows_before_and_those_after(asked):
    ids = lines_at(merchant := a_merchant(), range(MANY))
    found = place(merchant, asked)
    before, after = ids[: max(asked, 0)], ids[max(asked, 0) :]
    high = found.high or ids[-1] + 1
    assert all(each < high for each in before)
    assert all(each > found.low for each in after)
    assert sum(found.low < each < high for each in ids) <= 8


@pytest.mark.parametrize("late", range(0, 60, 7))
def test_one_line_that_was_written_late_misleads_nobody(late):
    minutes = list(range(60))
    minutes[late] = 0
    ids = lines_at(merchant := a_merchant(), minutes)
    found = place(merchant, 30)
    assert found.low < ids[30]
    assert found.high > ids[29]


def test_a_shop_without_rows_has_no_place():
    found = find_place("vouchers", "issued_at", merchant_id=a_merchant().id, moment=NOON)
    assert (found.low, found.high) == (0, None)
