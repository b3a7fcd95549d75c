"""Which tier counts for a member now: the best of what he earned and what he bought."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.membership import ruling, statements
from app.domain.membership.rules import highest
from app.domain.membership.terms import Book, Tier
from app.kernel.db import fetch_one


@dataclass(frozen=True, kw_only=True)
class MemberTier:
    """A member's tier as other subjects need it. A multiplier of 10,000 changes nothing."""

    number: str
    rank: int
    name: str
    points_multiplier_bp: int
    early_access_hours: int


@dataclass(frozen=True, kw_only=True)
class TierNow:
    """The tier that counts, of the rules in force, and what it comes from."""

    book: Book
    tier: Tier | None
    earned: str | None
    bought: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    revision: int | None
    earned: str | None
    bought: list[str]


def tier_of(*, merchant_id: int, member_id: int, at: datetime) -> MemberTier | None:
    """The tier that counts for the member at that instant; None where the merchant has no tiers.

    One statement; the rules themselves are remembered by the process.
    """
    found = tier_now(merchant_id=merchant_id, member_id=member_id, at=at)
    if found is None or found.tier is None:
        return None
    return MemberTier(
        number=found.tier.number,
        rank=found.tier.rank,
        name=found.tier.name,
        points_multiplier_bp=found.tier.points_multiplier_bp,
        early_access_hours=found.tier.early_access_hours,
    )


def tier_now(*, merchant_id: int, member_id: int, at: datetime) -> TierNow | None:
    """The same with the rules and its origin. None where the merchant has no tiers."""
    row = fetch_one(
        _Row,
        statements.TIER_OF,
        {"merchant_id": merchant_id, "member_id": member_id, "at": at},
    )
    if row is None or row.revision is None:
        return None
    book = ruling.book_of(merchant_id=merchant_id, revision=row.revision)
    return TierNow(
        book=book,
        tier=highest(book.rules, [row.earned, *row.bought]),
        earned=row.earned,
        bought=tuple(row.bought),
    )


def may_buy_from(
    *, merchant_id: int, member_id: int, sale_starts_at: datetime, at: datetime
) -> datetime:
    """When the sale begins for this member: earlier by what his tier, as it is at `at`, gives."""
    tier = tier_of(merchant_id=merchant_id, member_id=member_id, at=at)
    return sale_starts_at - timedelta(hours=tier.early_access_hours if tier else 0)


def may_buy_early(
    *, merchant_id: int, member_id: int, sale_starts_at: datetime, at: datetime
) -> bool:
    """Whether the member may buy before the sale begins for everybody."""
    return at >= may_buy_from(
        merchant_id=merchant_id, member_id=member_id, sale_starts_at=sale_starts_at, at=at
    )
