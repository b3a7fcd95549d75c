"""A member's earned tier follows from what he did: up at once, down in time, never twice."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import members
from app.domain.membership import growing, packing, ruling, statements
from app.domain.membership.events import TierEnding, TierRaised
from app.domain.membership.judging import WHY, Stand, Step, after, decide
from app.domain.membership.models import Occasion, Why
from app.domain.membership.rules import JUST_BEFORE, deserved
from app.domain.membership.terms import Book
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Busy
from app.kernel.outbox import publish


@dataclass(frozen=True)
class Due:
    merchant_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class _Who:
    merchant_id: int
    member_id: int
    book: Book


def settle(*, merchant_id: int, member_id: int, at: datetime) -> Step:
    """Look at a member's growth again and do what follows. The same again changes nothing.

    Who was joined with another member meanwhile is looked at as that one. Raises NotFound; Busy
    when somebody else decided in between.
    """
    book = ruling.in_force(merchant_id=merchant_id)
    if book is None:
        return Step.STAY
    member_id = members.canonical_id(merchant_id=merchant_id, member_id=member_id)
    who = _Who(merchant_id=merchant_id, member_id=member_id, book=book)
    stand = hold_standing(merchant_id=merchant_id, member_id=member_id)
    now = _deserves(who, book, at=at)
    then = _deserved_then(who, stand, now=now)
    step = decide(book.rules, stand, now=now, then=then, at=at)
    lowest = {Step.TAKEN_BACK: max(now, then, key=book.rules.rank_of), Step.RENEW: stand.tier}
    _follow(who, stand, step, tier=lowest.get(step, now), at=at)
    return step


def warn(*, merchant_id: int, member_id: int, at: datetime) -> bool:
    """Tell a member who will lose his tier at the end of its period; whether he will.

    It is asked once a period, and of the day on which it ends: what will have left the window by
    then does not help.
    """
    book = ruling.in_force(merchant_id=merchant_id)
    stand = hold_standing(merchant_id=merchant_id, member_id=member_id)
    if book is None or stand.warn_at is None or stand.warn_at > at or not stand.period_ends_at:
        return False
    who = _Who(merchant_id=merchant_id, member_id=member_id, book=book)
    on_the_last_day = max(at, stand.period_ends_at - JUST_BEFORE)
    later = _deserves(who, book, at=on_the_last_day)
    execute(statements.WARNED, {"merchant_id": merchant_id, "member_id": member_id})
    is_ending = book.rules.rank_of(later) < book.rules.rank_of(stand.tier)
    if is_ending:
        _tell_ending(who, stand.period_ends_at, at=at)
    return is_ending


def list_due(*, at: datetime, limit: int) -> list[Due]:
    """Standings to look at again, across merchants."""
    return fetch_all(Due, statements.DUE, {"at": at, "limit": limit})


def list_to_warn(*, at: datetime, limit: int) -> list[Due]:
    """Standings whose end is near, across merchants."""
    return fetch_all(Due, statements.TO_WARN, {"at": at, "limit": limit})


def hold_standing(*, merchant_id: int, member_id: int) -> Stand:
    """The member's row, ours until commit."""
    named: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    execute(statements.ENSURE_STANDING, named)
    stand = fetch_one(Stand, statements.LOCK_STANDING, named)
    if stand is None:
        raise Busy("This member is being changed right now. Please try again.")
    return stand


def _deserves(who: _Who, book: Book, *, at: datetime) -> str | None:
    have = growing.sums(
        merchant_id=who.merchant_id,
        member_id=who.member_id,
        conditions=book.rules.conditions,
        zone=book.zone,
        at=at,
    )
    tier = deserved(book.rules, have.get(who.member_id, {}))
    return None if tier is None or tier.is_everybodys else tier.number


def _deserved_then(who: _Who, stand: Stand, *, now: str | None) -> str | None:
    """By the rule and at the instant that he was judged by last, with what is known today."""
    rank_of = who.book.rules.rank_of
    is_lower = stand.tier is not None and rank_of(now) < rank_of(stand.tier)
    if not is_lower or stand.judged_at is None or stand.revision is None:
        return stand.tier
    book = ruling.book_of(merchant_id=who.merchant_id, revision=stand.revision)
    return _deserves(who, book, at=stand.judged_at)


def _follow(who: _Who, stand: Stand, step: Step, *, tier: str | None, at: datetime) -> None:
    to = after(stand, step, book=who.book, tier=tier, at=at)
    write_standing(who.merchant_id, who.member_id, to, seen_steps=stand.steps)
    if step == Step.GRACE and to.grace_ends_at:
        _tell_ending(who, to.grace_ends_at, at=at)
    if step in WHY:
        note_move(who.merchant_id, who.member_id, stand.tier, to, WHY[step], at=at)
    if step == Step.UP and tier is not None:
        packing.give(
            merchant_id=who.merchant_id,
            member_id=who.member_id,
            tier=tier,
            occasion=Occasion.UPGRADE,
            period=packing.ONCE,
            book=who.book,
            at=at,
        )
        publish(
            TierRaised(merchant_id=who.merchant_id, member_id=who.member_id, step=to.steps), at=at
        )
    if step == Step.TAKEN_BACK:
        packing.withdraw(merchant_id=who.merchant_id, member_id=who.member_id, book=who.book, at=at)


def write_standing(merchant_id: int, member_id: int, to: Stand, *, seen_steps: int) -> None:
    """Raises Busy when it is not any more the standing that was looked at."""
    changed = execute(
        statements.CHANGE_STANDING,
        vars(to)
        | {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "seen_steps": seen_steps,
            "next_check_at": to.next_check_at,
        },
    )
    if not changed:
        raise Busy("This member is being changed right now. Please try again.")


def note_move(
    merchant_id: int, member_id: int, from_tier: str | None, to: Stand, why: Why, *, at: datetime
) -> None:
    """Write down a change with its reason, as step `to.steps` of this member."""
    execute(
        statements.MOVE,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "step": to.steps,
            "from_tier": from_tier,
            "to_tier": to.tier,
            "why": why.value,
            "revision": to.revision,
            "at": at,
        },
    )


def _tell_ending(who: _Who, ends_at: datetime, *, at: datetime) -> None:
    publish(
        TierEnding(
            merchant_id=who.merchant_id, member_id=who.member_id, ends_at=ends_at.isoformat()
        ),
        at=at,
    )
