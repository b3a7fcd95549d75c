"""Who gains from an action, by the number of what it is about."""

from dataclasses import dataclass

from app.domain.approvals.actions import By
from app.kernel.db import fetch_one


@dataclass(frozen=True)
class _Member:
    member_id: int


def member_of(sql: str, by: By, *, number: str) -> int | None:
    """By a statement that asks for one member of this merchant."""
    found = fetch_one(_Member, sql, {"merchant_id": by.merchant_id, "number": number})
    return found.member_id if found else None
