"""What risk control noted about a person, for the merchant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kernel.db import fetch_all

MOST_DOUBTS = 20

_OF_HELPER = """
SELECT number, state, reasons, at, review_reason FROM assist_helps
WHERE merchant_id = %(merchant_id)s AND helper_id = %(member_id)s
  AND (state IN ('held', 'rejected') OR reviewed_at IS NOT NULL)
ORDER BY at DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Doubt:
    """A help of his that something spoke against, and what somebody decided about it."""

    number: str
    state: str
    reasons: Sequence[str]
    at: datetime
    review_reason: str | None


def list_doubts(*, merchant_id: int, member_id: int) -> list[Doubt]:
    """The newest first, at most 20."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "limit": MOST_DOUBTS}
    return fetch_all(Doubt, _OF_HELPER, which)
