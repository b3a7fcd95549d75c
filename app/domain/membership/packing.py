"""Packs: vouchers that nobody paid for, each given once per member, tier and period."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import catalog, pools, vouchers
from app.domain.catalog import BenefitKind, RevisionTerms
from app.domain.membership import ruling, standing, statements
from app.domain.membership.models import Occasion
from app.domain.membership.rules import birthdays_due, month_of
from app.domain.membership.terms import Book, PackItem
from app.domain.vouchers import Move, NewCard, Use
from app.kernel import numbers
from app.kernel.db import execute, fetch_all

ONCE = "once"
TITLES = {
    Occasion.UPGRADE: "{name}升级礼",
    Occasion.MONTHLY: "{name}月礼",
    Occasion.BIRTHDAY: "生日礼",
}


@dataclass(frozen=True)
class PackDue:
    """A member who may get a pack in this period, as it was seen without locks."""

    member_id: int
    period: str


@dataclass(frozen=True)
class _Card:
    number: str


@dataclass(frozen=True)
class _Voucher:
    id: int


@dataclass(frozen=True)
class _Member:
    id: int


def give(
    *,
    merchant_id: int,
    member_id: int,
    tier: str,
    occasion: Occasion,
    period: str,
    book: Book,
    at: datetime,
) -> bool:
    """Put the tier's pack into the wallet; False when he had it, or there is nothing to give."""
    found = book.rules.find(tier)
    items = found.packs.of(occasion) if found else ()
    terms = terms_of(merchant_id=merchant_id, book=book)
    uses = [use for item in items for use in _uses(item, terms, book=book, at=at)]
    if found is None or not uses:
        return False
    number = numbers.new(numbers.Kind.CARD, merchant_id=merchant_id)
    is_new = execute(
        statements.GRANT,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "tier": tier,
            "occasion": occasion.value,
            "period": period,
            "revision": book.revision,
            "card_number": number,
            "cost_fen": pack_cost_fen(items, terms),
            "at": at,
        },
    )
    if not is_new:
        return False
    title = TITLES[occasion].format(name=found.name)
    vouchers.issue(
        merchant_id=merchant_id,
        order_id=None,
        order_number=f"tier:{tier}:{occasion.value}:{period}",
        member_id=member_id,
        cards=[NewCard(offer_id=None, title=title, uses=uses, number=number)],
        at=at,
    )
    _fill_codes(merchant_id, items, terms, at=at)
    return True


def give_due(
    *, merchant_id: int, member_id: int, occasion: Occasion, period: str, at: datetime
) -> bool:
    """The pack of the tier that counts for this member now; False when there is none to give."""
    found = standing.tier_now(merchant_id=merchant_id, member_id=member_id, at=at)
    if found is None or found.tier is None:
        return False
    return give(
        merchant_id=merchant_id,
        member_id=member_id,
        tier=found.tier.number,
        occasion=occasion,
        period=period,
        book=found.book,
        at=at,
    )


def withdraw(*, merchant_id: int, member_id: int, book: Book, at: datetime) -> int:
    """Void what is unused of the upgrade packs above the tier that counts now; how many vouchers.

    A pack of which nothing was used may be given again when the tier is reached again.
    """
    found = standing.tier_now(merchant_id=merchant_id, member_id=member_id, at=at)
    rank = -1 if found is None or found.tier is None else found.tier.rank
    lost = [tier.number for tier in book.rules.tiers if tier.rank > rank]
    named: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    cards = fetch_all(_Card, statements.WITHDRAW, named | {"tiers": lost, "at": at})
    unused = fetch_all(
        _Voucher, statements.UNUSED, named | {"cards": [card.number for card in cards]}
    )
    for voucher in unused:
        vouchers.move(
            merchant_id=merchant_id,
            voucher_id=voucher.id,
            what=Move.CANCEL,
            actor="system",
            at=at,
            reason="tier_taken_back",
        )
    return len(unused)


def list_packs_due(
    *, merchant_id: int, occasion: Occasion, after: PackDue | None, at: datetime, limit: int
) -> list[PackDue]:
    """Members of one merchant who may get their monthly or birthday pack now, without locks.

    By id. A pack of which nothing can be used any more is due to nobody.
    """
    book = ruling.in_force(merchant_id=merchant_id)
    tiers = _tiers_with(merchant_id, book, occasion, at=at) if book else []
    if book is None or not any(tier["has_pack"] for tier in tiers):
        return []
    asked: dict[str, object] = {"merchant_id": merchant_id, "at": at, "limit": limit}
    asked["after"] = after.member_id if after else 0
    asked["tiers"] = json.dumps(tiers)
    if occasion == Occasion.MONTHLY:
        asked["period"] = month_of(at, zone=book.zone)
        return fetch_all(PackDue, statements.MONTHLY_DUE, asked)
    days = birthdays_due(at, zone=book.zone)
    asked["days"] = json.dumps([{"month": m, "day": d, "year": y} for m, d, y in days])
    return fetch_all(PackDue, statements.BIRTHDAYS_DUE, asked)


def list_at_least(
    *, merchant_id: int, rank: int, after: int, limit: int, at: datetime
) -> list[int]:
    """Members whose tier has this rank or a higher one, by id, those after the id `after`."""
    book = ruling.in_force(merchant_id=merchant_id)
    if book is None:
        return []
    tiers = [
        {
            "number": tier.number,
            "rank": tier.rank,
            "is_base": tier.is_everybodys,
            "has_pack": tier.rank >= rank,
        }
        for tier in book.rules.tiers
    ]
    asked: dict[str, object] = {"merchant_id": merchant_id, "tiers": json.dumps(tiers), "at": at}
    rows = fetch_all(_Member, statements.AT_LEAST, asked | {"after": after, "limit": limit})
    return [row.id for row in rows]


def pack_cost_fen(items: Sequence[PackItem], terms: dict[str, RevisionTerms]) -> int:
    """What these items cost the shop."""
    return sum(terms[item.benefit].cost_fen * item.quantity for item in items)


def terms_of(*, merchant_id: int, book: Book) -> dict[str, RevisionTerms]:
    """The wordings of everything in the packs, by benefit number."""
    found = catalog.find_revisions(
        merchant_id=merchant_id, revision_ids=set(book.wordings.values())
    )
    return {number: found[wording] for number, wording in book.wordings.items()}


def _fill_codes(
    merchant_id: int, items: Sequence[PackItem], terms: dict[str, RevisionTerms], *, at: datetime
) -> None:
    """Codes of third parties come from their pool at once; the sweep gives what it lacks now."""
    found = [terms[item.benefit] for item in items]
    for benefit_id in sorted({t.benefit_id for t in found if t.kind is BenefitKind.CODE}):
        pools.fill(merchant_id=merchant_id, benefit_id=benefit_id, at=at)


def _uses(
    item: PackItem, terms: dict[str, RevisionTerms], *, book: Book, at: datetime
) -> list[Use]:
    """None of what can never be used any more, since its dates are over."""
    wording = terms[item.benefit]
    starts_at, ends_at = catalog.validity_window(wording.conditions, issued_at=at, zone=book.zone)
    use = Use(
        revision_id=wording.revision_id, allocated_fen=0, valid_from=starts_at, valid_until=ends_at
    )
    return [use] * item.quantity if ends_at > at else []


def _tiers_with(
    merchant_id: int, book: Book, occasion: Occasion, *, at: datetime
) -> list[dict[str, object]]:
    terms = terms_of(merchant_id=merchant_id, book=book)
    return [
        {
            "number": tier.number,
            "rank": tier.rank,
            "is_base": tier.is_everybodys,
            "has_pack": any(
                _uses(item, terms, book=book, at=at) for item in tier.packs.of(occasion)
            ),
        }
        for tier in book.rules.tiers
    ]
