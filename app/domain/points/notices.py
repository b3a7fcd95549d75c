"""Members hear of points that end soon: once for each of their ends."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.points.events import PointsExpiring
from app.domain.points.rulebooks import USUAL_WARN_DAYS
from app.kernel.db import fetch_all, fetch_one
from app.kernel.outbox import publish

# Ends of lots that are near enough for their merchant, and that their holder was not told of.
_DUE = """
SELECT DISTINCT l.merchant_id, l.member_id, l.expires_at FROM point_lots l
LEFT JOIN point_terms t ON t.merchant_id = l.merchant_id
WHERE l.remaining > 0 AND l.expires_at > %(at)s
  AND l.expires_at <= %(at)s
    + coalesce(t.warn_days, %(usual)s)::integer * interval '1 day'
  AND NOT EXISTS (SELECT FROM point_notices n WHERE n.merchant_id = l.merchant_id
    AND n.member_id = l.member_id AND n.expires_at = l.expires_at)
  AND (l.merchant_id, l.member_id, l.expires_at)
    > (%(after_merchant)s, %(after_member)s, %(after_end)s)
ORDER BY l.merchant_id, l.member_id, l.expires_at LIMIT %(limit)s
"""
_TOLD = """
INSERT INTO point_notices (merchant_id, member_id, expires_at, told_at)
VALUES (%(merchant_id)s, %(member_id)s, %(expires_at)s, %(at)s)
ON CONFLICT DO NOTHING RETURNING id
"""
_ENDING = """
SELECT coalesce(sum(remaining), 0)::bigint FROM point_lots
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND expires_at = %(expires_at)s
"""


@dataclass(frozen=True)
class EndDue:
    """One end of a member's points that he was not told of, as it was seen without locks."""

    merchant_id: int
    member_id: int
    expires_at: datetime


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Points:
    points: int


def list_due(*, at: datetime, after: EndDue | None, limit: int) -> list[EndDue]:
    """Ends of points that are near enough to be told, in order, across merchants, without locks."""
    last = after or EndDue(0, 0, at)
    asked: dict[str, object] = {"at": at, "usual": USUAL_WARN_DAYS, "limit": limit}
    asked |= {"after_merchant": last.merchant_id, "after_member": last.member_id}
    return fetch_all(EndDue, _DUE, asked | {"after_end": last.expires_at})


def announce(end: EndDue, *, at: datetime) -> None:
    """Have the member told that these points end. Repeatable."""
    if fetch_one(_Id, _TOLD, vars(end) | {"at": at}):
        publish(
            PointsExpiring(
                merchant_id=end.merchant_id,
                member_id=end.member_id,
                expires_at=end.expires_at.isoformat(),
            ),
            at=at,
        )


def ending(*, merchant_id: int, member_id: int, expires_at: datetime) -> int:
    """How many points of a member end at that instant, as it stands now."""
    found = fetch_one(
        _Points,
        _ENDING,
        {"merchant_id": merchant_id, "member_id": member_id, "expires_at": expires_at},
    )
    return found.points if found else 0
