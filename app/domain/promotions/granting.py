"""Each member of an audience gets what a campaign gives, once, within its budget."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import select

from app.domain import catalog, members, membership, merchants, vouchers
from app.domain.catalog import RevisionTerms
from app.domain.members import MemberState
from app.domain.promotions import statements
from app.domain.promotions.models import Promotion
from app.domain.promotions.selling import refusal_words
from app.domain.promotions.terms import Audience, GrantItem, Terms, parse
from app.domain.vouchers import NewCard, Use
from app.kernel import numbers
from app.kernel.db import execute, fetch_all, reading


class Given(StrEnum):
    """What came of it. After `spent` nobody is given anything: the budget or the time is over."""

    NOW = "now"
    BEFORE = "before"
    NOT_MEANT = "not_meant"
    SPENT = "spent"


@dataclass(frozen=True)
class Giving:
    """A campaign that gives now, as it was seen without locks."""

    merchant_id: int
    promotion_id: int
    audience: dict[str, Any]


@dataclass(frozen=True)
class _Member:
    id: int


@dataclass(frozen=True, kw_only=True)
class _Pack:
    title: str
    uses: list[Use]
    cost_fen: int


def list_giving(*, at: datetime) -> list[Giving]:
    """Every merchant's campaigns that give now and have something left."""
    return fetch_all(Giving, statements.GIVING, {"at": at})


def list_to_give(
    giving: Giving, *, after: int, limit: int, at: datetime
) -> tuple[list[int], int | None]:
    """The next members of the audience who were not given yet, and where to go on; None at the end.

    Without locks: whoever gives looks again.
    """
    audience = msgspec.convert(giving.audience, Audience)
    asked: dict[str, object] = {
        "merchant_id": giving.merchant_id,
        "promotion_id": giving.promotion_id,
        "after": after,
        "limit": limit,
        "tags": list(audience.tags),
    }
    if audience.min_rank is None:
        due = statements.TAGGED_DUE if audience.tags else statements.EVERYBODY_DUE
        seen = [row.id for row in fetch_all(_Member, due, asked)]
        return seen, seen[-1] if len(seen) == limit else None
    seen = membership.list_at_least(
        merchant_id=giving.merchant_id, rank=audience.min_rank, after=after, limit=limit, at=at
    )
    rows = fetch_all(_Member, statements.NOT_GIVEN, asked | {"ids": seen})
    return [row.id for row in rows], seen[-1] if len(seen) == limit else None


def give(*, merchant_id: int, promotion_id: int, member_id: int, at: datetime) -> Given:
    """Put what the campaign gives into the member's wallet, once. Raises NotFound.

    The budget is taken in the same transaction, by one conditional update: whatever runs at the
    same time, no voucher is given beyond it.
    """
    promotion = _read(merchant_id, promotion_id)
    terms = parse(promotion.terms)
    if not _is_meant(merchant_id, member_id, terms, at=at):
        return Given.NOT_MEANT
    pack = _pack(promotion, terms, at=at)
    named: dict[str, object] = {
        "merchant_id": merchant_id,
        "promotion_id": promotion_id,
        "member_id": member_id,
        "card_number": numbers.new(numbers.Kind.CARD, merchant_id=merchant_id),
        "vouchers": len(pack.uses),
        "cost_fen": pack.cost_fen,
        "at": at,
    }
    if not execute(statements.GRANT, named):
        return Given.BEFORE
    if not execute(statements.TAKE_BUDGET, named):
        execute(statements.TAKE_GRANT_BACK, named)
        return Given.SPENT
    vouchers.issue(
        merchant_id=merchant_id,
        order_id=None,
        order_number=f"promotion:{promotion.number}",
        member_id=member_id,
        cards=[
            NewCard(
                offer_id=None, title=pack.title, uses=pack.uses, number=str(named["card_number"])
            )
        ],
        at=at,
    )
    return Given.NOW


def _read(merchant_id: int, promotion_id: int) -> Promotion:
    query = select(Promotion).where(
        Promotion.merchant_id == merchant_id, Promotion.id == promotion_id
    )
    return reading().scalars(query).one()


def _is_meant(merchant_id: int, member_id: int, terms: Terms, *, at: datetime) -> bool:
    member = members.get_member(merchant_id=merchant_id, member_id=member_id)
    if member.merged_into is not None or member.state != MemberState.ACTIVE:
        return False
    why_not = refusal_words(
        merchant_id=merchant_id, member_id=member_id, audience=terms.audience, at=at
    )
    return why_not is None


def _pack(promotion: Promotion, terms: Terms, *, at: datetime) -> _Pack:
    """By the wordings of the day on which it was published."""
    merchant_id = promotion.merchant_id
    zone = merchants.profile(merchant_id=merchant_id).zone
    known = catalog.find_revisions(
        merchant_id=merchant_id, revision_ids=set(promotion.revisions.values())
    )
    items = [(item, known[promotion.revisions[item.benefit]]) for item in terms.gives]
    return _Pack(
        title=terms.name,
        uses=[use for item, wording in items for use in _uses(item, wording, zone=zone, at=at)],
        cost_fen=sum(item.quantity * wording.cost_fen for item, wording in items),
    )


def _uses(item: GrantItem, wording: RevisionTerms, *, zone: str, at: datetime) -> list[Use]:
    starts_at, ends_at = catalog.validity_window(wording.conditions, issued_at=at, zone=zone)
    use = Use(
        revision_id=wording.revision_id, allocated_fen=0, valid_from=starts_at, valid_until=ends_at
    )
    return [use] * item.quantity
