"""What a member was told, for the merchant."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel import paging
from app.kernel.db import fetch_all
from app.kernel.paging import Page

_PAGE = """
SELECT id, message, channel, state, reason, at, settled_at FROM sent_messages
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
  AND id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Told:
    """One message, the way it went, and what became of it."""

    id: int
    message: str
    channel: str
    state: str
    reason: str | None
    at: datetime
    settled_at: datetime | None


def list_told(*, merchant_id: int, member_id: int, cursor: str | None, limit: int) -> Page[Told]:
    """The newest first. Raises Invalid for a cursor that is not ours."""
    which = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
    rows = fetch_all(Told, _PAGE, which)
    return paging.cut(rows, limit=limit, key=lambda row: row.id)
