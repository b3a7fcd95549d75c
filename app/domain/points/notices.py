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
class _Due:
    merchant_id: int
    member_id: int
    expires_at: datetime


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Points:
    points: int


def notify_due(*, at: datetime, limit: int) -> int:
    """Have at most `limit` ends announced; how many were found."""
    due = fetch_all(_Due, _DUE, {"at": at, "usual": USUAL_WARN_DAYS, "limit": limit})
    for each in due:
        if fetch_one(_Id, _TOLD, vars(each) | {"at": at}):
            publish(
                PointsExpiring(
                    merchant_id=each.merchant_id,
                    member_id=each.member_id,
                    expires_at=each.expires_at.isoformat(),
                ),
                at=at,
            )
    return len(due)


def ending(*, merchant_id: int, member_id: int, expires_at: datetime) -> int:
    """How many points of a member end at that instant, as it stands now."""
    found = fetch_one(
        _Points,
        _ENDING,
        {"merchant_id": merchant_id, "member_id": member_id, "expires_at": expires_at},
    )
    return found.points if found else 0
