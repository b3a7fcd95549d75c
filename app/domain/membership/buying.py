"""Memberships that were bought, for a time: they count beside what was earned."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import members, merchants
from app.domain.membership import earning, packing, ruling, settling, statements
from app.domain.membership.events import TermRefunded, TermStarted
from app.domain.membership.models import Occasion, Why
from app.domain.membership.rules import earns_next, term_end
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True)
class TermDue:
    merchant_id: int
    order_id: int


@dataclass(frozen=True)
class _LastEnd:
    ends_at: datetime | None


@dataclass(frozen=True)
class _Term:
    member_id: int
    tier: str | None
    starts_at: datetime
    ends_at: datetime


def start_term(
    *,
    merchant_id: int,
    member_id: int,
    order_id: int,
    tier_number: str | None,
    term_days: int,
    fee_fen: int = 0,
    at: datetime,
) -> None:
    """A membership was paid for: `term_days` whole business days, after what he has of the same.

    `fee_fen` is what was paid beside vouchers, and is earned with its days. Once per order; the
    same again changes nothing. What its tier gives on arrival comes by a job.
    """
    named = {"merchant_id": merchant_id, "member_id": member_id, "tier": tier_number, "at": at}
    settling.hold_standing(merchant_id=merchant_id, member_id=member_id)
    last = fetch_one(_LastEnd, statements.LAST_END, named)
    starts_at = (last and last.ends_at) or at
    zone = merchants.profile(merchant_id=merchant_id).zone
    ends_at = term_end(starts_at, days=term_days, zone=zone)
    term = {
        "order_id": order_id,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "days": term_days,
        "fee_fen": fee_fen,
        "earns_at": earns_next(after=starts_at, ends_at=ends_at, zone=zone) if fee_fen else None,
    }
    if execute(statements.START_TERM, named | term) and tier_number:
        _note(merchant_id, member_id, None, tier_number, Why.BOUGHT, at=at)
        publish(TermStarted(merchant_id=merchant_id, member_id=member_id, tier=tier_number), at=at)


def end_term(*, merchant_id: int, order_id: int, at: datetime) -> None:
    """The order was given back: its term ends now, what follows it comes forward. Repeatable."""
    term = _end(merchant_id, order_id, at=at)
    if term is None:
        return
    unserved = term.ends_at - max(term.starts_at, at)
    execute(
        statements.MOVE_UP_TERMS,
        {
            "merchant_id": merchant_id,
            "member_id": term.member_id,
            "tier": term.tier,
            "ends_at": term.ends_at,
            "unserved": unserved,
        },
    )
    if term.tier:
        _note(merchant_id, term.member_id, term.tier, None, Why.REFUNDED, at=at)
        publish(
            TermRefunded(merchant_id=merchant_id, member_id=term.member_id, tier=term.tier), at=at
        )


def end_served_term(*, merchant_id: int, order_id: int, at: datetime) -> bool:
    """Close a term whose time is over; False when it is not, or was closed before."""
    seen = _find(merchant_id, order_id)
    if seen is None or seen.ends_at > at:
        return False
    earning.earn_fee(merchant_id=merchant_id, order_id=order_id, at=at)
    term = _end(merchant_id, order_id, at=at)
    if term and term.tier:
        _note(merchant_id, term.member_id, term.tier, None, Why.TERM_ENDED, at=at)
    return term is not None


def greet(*, merchant_id: int, member_id: int, tier: str, at: datetime) -> bool:
    """What a bought tier gives on arrival, to who he is by now; False when he had it before."""
    book = ruling.in_force(merchant_id=merchant_id)
    return book is not None and packing.give(
        merchant_id=merchant_id,
        member_id=members.canonical_id(merchant_id=merchant_id, member_id=member_id),
        tier=tier,
        occasion=Occasion.UPGRADE,
        period=packing.ONCE,
        book=book,
        at=at,
    )


def take_greeting_back(*, merchant_id: int, member_id: int, at: datetime) -> int:
    """After a refund: void what is unused of packs above the tier that is left; how many."""
    book = ruling.in_force(merchant_id=merchant_id)
    if book is None:
        return 0
    member_id = members.canonical_id(merchant_id=merchant_id, member_id=member_id)
    settling.hold_standing(merchant_id=merchant_id, member_id=member_id)
    return packing.withdraw(merchant_id=merchant_id, member_id=member_id, book=book, at=at)


def list_terms_due(*, at: datetime, limit: int) -> list[TermDue]:
    """Terms that are over and not closed, across merchants."""
    return fetch_all(TermDue, statements.TERMS_DUE, {"at": at, "limit": limit})


def _end(merchant_id: int, order_id: int, *, at: datetime) -> _Term | None:
    """The term as it ended, by us alone."""
    seen = _find(merchant_id, order_id)
    if seen is None:
        return None
    settling.hold_standing(merchant_id=merchant_id, member_id=seen.member_id)
    named: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id, "at": at}
    # What came before it may have been given back meanwhile, so that it began earlier.
    term = _find(merchant_id, order_id)
    return term if execute(statements.END_TERM, named) else None


def _find(merchant_id: int, order_id: int) -> _Term | None:
    named: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_one(_Term, statements.FIND_TERM, named)


@dataclass(frozen=True)
class _Step:
    step: int


def _note(
    merchant_id: int,
    member_id: int,
    from_tier: str | None,
    to_tier: str | None,
    why: Why,
    *,
    at: datetime,
) -> None:
    named: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    counted = fetch_one(_Step, statements.COUNT_STEP, named)
    execute(
        statements.MOVE,
        named
        | {
            "step": counted.step if counted else 1,
            "from_tier": from_tier,
            "to_tier": to_tier,
            "why": why.value,
            "revision": ruling.newest_revision(merchant_id=merchant_id),
            "at": at,
        },
    )
