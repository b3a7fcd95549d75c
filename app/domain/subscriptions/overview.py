"""Monthly cards as the shop sees them."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.subscriptions.models import CardState
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page

_LINE = """
SELECT s.id, s.number, s.order_id, s.title, s.state, m.number, o.number, s.paid_fen, count(d.id),
  count(d.id) FILTER (WHERE d.state = 'waiting'), min(d.locks_at) FILTER (WHERE d.state = 'waiting'),
  s.skips, s.paused_by
FROM subscriptions s
JOIN members m ON m.merchant_id = s.merchant_id AND m.id = s.member_id
JOIN orders o ON o.merchant_id = s.merchant_id AND o.id = s.order_id
JOIN subscription_periods d ON d.merchant_id = s.merchant_id AND d.subscription_id = s.id
WHERE s.merchant_id = %(merchant_id)s
"""
_GROUP = " GROUP BY s.merchant_id, s.id, m.number, o.number"
_ONE = _LINE + " AND s.number = %(number)s" + _GROUP
_PAGE = (
    _LINE
    + """ AND (%(state)s::text IS NULL OR s.state = %(state)s)
  AND s.id < coalesce(%(after)s::bigint, 9223372036854775807)"""
    + _GROUP
    + " ORDER BY s.id DESC LIMIT %(limit)s"
)


@dataclass(frozen=True)
class CardLine:
    """A card in a line: how many periods it has and how many are to come. Amount in fen."""

    id: int
    number: str
    order_id: int
    title: str
    state: CardState
    member_number: str
    order_number: str
    paid_fen: int
    periods: int
    periods_left: int
    next_locks_at: datetime | None
    skips: int
    paused_by: str | None


def list_cards(
    *, merchant_id: int, state: CardState | None, cursor: str | None, limit: int
) -> Page[CardLine]:
    """The merchant's cards, in one state or in all; the newest first."""
    said = {
        "merchant_id": merchant_id,
        "state": state.value if state else None,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
    return paging.cut(fetch_all(CardLine, _PAGE, said), limit=limit, key=lambda row: row.id)


def get_line(*, merchant_id: int, number: str) -> CardLine:
    """Raises NotFound."""
    found = fetch_one(CardLine, _ONE, {"merchant_id": merchant_id, "number": number})
    if found is None:
        raise NotFound("There is no such monthly card.", number=number[:40])
    return found
