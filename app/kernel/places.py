"""Where in a table an instant lies: its rows are written in the order of time, so of their ids.

An index by time would cost every write; this looks at some hundred rows, in a table of any size.
"""

from dataclasses import dataclass
from datetime import datetime

from app.kernel.db import fetch_one

# Halving, by the latest of a few rows each time: one that was written late misleads nobody.
_FEW = 8
_HALVES = """
WITH RECURSIVE place (low, high) AS (
  SELECT 0::bigint, coalesce(max(id), 0) FROM {table} WHERE merchant_id = %(merchant_id)s
  UNION ALL
  SELECT CASE WHEN few.are_before THEN half.id ELSE low END,
    CASE WHEN few.are_before THEN high ELSE half.id - 1 END
  FROM place
  CROSS JOIN LATERAL (SELECT low + (high - low + 1) / 2) half (id)
  CROSS JOIN LATERAL (SELECT max({at}) < %(moment)s FROM (SELECT {at} FROM {table}
    WHERE merchant_id = %(merchant_id)s AND id >= half.id ORDER BY id LIMIT {few}) f) few (are_before)
  WHERE low < high
)
SELECT low, (SELECT id FROM {table} WHERE merchant_id = %(merchant_id)s AND id > low
  ORDER BY id OFFSET {few} LIMIT 1)
FROM place WHERE low = high LIMIT 1
"""


@dataclass(frozen=True)
class Place:
    """Rows up to the id `low` are from before the moment, those from `high` on are from later.

    None: there are none so late.
    """

    low: int
    high: int | None


def find_place(table: str, at: str, *, merchant_id: int, moment: datetime) -> Place:
    """`at` is the column of the instant; both names are words of our own.

    As far as rows are written when they say: who knows how late some are moves the moment by that.
    """
    which = {"merchant_id": merchant_id, "moment": moment}
    found = fetch_one(Place, _HALVES.format(table=table, at=at, few=_FEW), which)
    return found or Place(0, None)
