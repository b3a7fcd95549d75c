"""Looking up who did what: by person, by kind of action, by number, by time; the newest first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page
from app.kernel.places import Place, find_place

# Held apart from the rest, since no index of kinds of action holds the one that is everywhere.
_OFTEN = "voucher.redeem"
# A line is written when it says, or up to a day later for what a till kept while offline.
LATE = timedelta(days=1)
_PARTS = {
    "actor": "actor = %(actor)s",
    "action": "action = %(action)s AND action <> 'voucher.redeem'",
    "often": "action = %(often)s",
    # What the index of staff's deeds is of, in its own words.
    "staff": "starts_with(actor, 'staff:')",
    "subject": "subject = %(subject)s",
    "since": "at >= %(since)s",
    "until": "at < %(until)s",
    "after": "id < %(after)s",
    "first": "id > %(first)s",
    "last": "id < %(last)s",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """None: whatever it is. `since` counts, `until` does not."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AuditLine:
    """`seal_no` is its place in the chain, None while it is not sealed yet (some seconds)."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    seal_no: int | None


def search(
    *, merchant_id: int, wanted: Wanted, cursor: str | None = None, limit: int = 50
) -> Page[AuditLine]:
    """What was written down last comes first, whenever it says that it happened.

    Each combination is a statement of its own, so that each has the index that fits it. Raises
    Invalid.
    """
    asked: dict[str, object] = {
        **vars(wanted),
        "after": paging.after(cursor),
        **_between(merchant_id, wanted),
    }
    if wanted.action == _OFTEN:
        asked |= {"action": None, "often": _OFTEN}
    asked = {name: value for name, value in asked.items() if value}
    if (wanted.actor or "").startswith("staff:"):
        asked["staff"] = True
    where = "".join(f" AND {part}" for name, part in _PARTS.items() if name in asked)
    sql = f"""SELECT id, at, actor, action, subject, details, seal_no FROM audit
    WHERE merchant_id = %(merchant_id)s{where}
    ORDER BY id DESC LIMIT %(limit)s"""  # noqa: S608 - the parts are ours
    rows = fetch_all(AuditLine, sql, {**asked, "merchant_id": merchant_id, "limit": limit + 1})
    return paging.cut(rows, limit=limit, key=lambda line: line.id)


def _between(merchant_id: int, wanted: Wanted) -> dict[str, object]:
    """Lines of a time by their ids, so that those of another are not passed over one by one."""
    which: dict[str, object] = {}
    if wanted.since:
        which["first"] = _place(merchant_id, wanted.since - LATE).low
    if wanted.until:
        which["last"] = _place(merchant_id, wanted.until + LATE).high
    return which


def _place(merchant_id: int, moment: datetime) -> Place:
    return find_place("audit", "at", merchant_id=merchant_id, moment=moment)


def get_line(*, merchant_id: int, line_id: int) -> AuditLine:
    """Raises NotFound."""
    found = fetch_one(
        AuditLine,
        """SELECT id, at, actor, action, subject, details, seal_no FROM audit
        WHERE merchant_id = %(merchant_id)s AND id = %(line_id)s""",
        {"merchant_id": merchant_id, "line_id": line_id},
    )
    if found is None:
        raise NotFound("There is no such line.")
    return found
