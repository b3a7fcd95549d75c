"""Presents that were given to make good, as reports and the panel list them."""

from dataclasses import dataclass
from datetime import date, datetime

from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.paging import Page

MOST_GRANTS = 1000

GRANTS = """
SELECT g.id, g.at, g.actor, m.number, t.number, b.name, g.cost_fen, g.market_value_fen,
  g.reason, g.card_number
FROM goodwill_grants g
JOIN members m ON m.merchant_id = g.merchant_id AND m.id = g.member_id
JOIN benefit_revisions b ON b.merchant_id = g.merchant_id AND b.id = g.revision_id
LEFT JOIN complaint_tickets t ON t.merchant_id = g.merchant_id AND t.id = g.ticket_id
WHERE g.merchant_id = %(merchant_id)s AND {part}
ORDER BY g.id DESC LIMIT %(limit)s
"""
_OF_DAYS = "g.day BETWEEN %(first)s AND %(last)s"
_AFTER = "g.id < coalesce(%(after)s::bigint, 9223372036854775807)"
_PARTS = {
    "actor": "g.actor = %(actor)s",
    "member": """g.member_id = (SELECT id FROM members
  WHERE merchant_id = %(merchant_id)s AND number = %(member)s)""",
    "ticket": """g.ticket_id = (SELECT id FROM complaint_tickets
  WHERE merchant_id = %(merchant_id)s AND number = %(ticket)s)""",
}
GIVEN = """
SELECT granted FROM goodwill_days
WHERE merchant_id = %(merchant_id)s AND actor = %(actor)s AND day = %(day)s
"""


@dataclass(frozen=True)
class GrantLine:
    """One present, as reports list it."""

    id: int
    at: datetime
    actor: str
    member: str
    ticket: str | None
    name: str
    cost_fen: int
    market_value_fen: int
    reason: str
    card_number: str


@dataclass(frozen=True, kw_only=True)
class GrantFilter:
    """None: whatever it is. `member` and `ticket` by their numbers."""

    actor: str | None = None
    member: str | None = None
    ticket: str | None = None


@dataclass(frozen=True)
class _Given:
    granted: int


def list_grants(*, merchant_id: int, first: date, last: date) -> list[GrantLine]:
    """What was given on these business days, the newest first; at most 1000."""
    days = {"merchant_id": merchant_id, "first": first, "last": last, "limit": MOST_GRANTS}
    return fetch_all(GrantLine, GRANTS.format(part=_OF_DAYS), days)


def page_grants(
    *, merchant_id: int, wanted: GrantFilter, cursor: str | None = None, limit: int
) -> Page[GrantLine]:
    """All that was ever given, the newest first. Raises Invalid."""
    asked = {name: value for name, value in vars(wanted).items() if value is not None}
    which = {"merchant_id": merchant_id, "after": paging.after(cursor), "limit": limit + 1}
    part = " AND ".join([_AFTER, *(_PARTS[name] for name in asked)])
    found = fetch_all(GrantLine, GRANTS.format(part=part), which | asked)
    return paging.cut(found, limit=limit, key=lambda each: each.id)


def count_given(*, merchant_id: int, actor: str, day: date) -> int:
    """How many presents this person gave on that business day."""
    which = {"merchant_id": merchant_id, "actor": actor, "day": day}
    found = fetch_one(_Given, GIVEN, which)
    return found.granted if found else 0
