"""What becomes of a standing: a pure decision from what was deserved then and is deserved now."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.membership.models import Why
from app.domain.membership.rules import grace_end, period_end
from app.domain.membership.terms import Book, RuleSet
from app.kernel import calendar


@dataclass(frozen=True)
class Stand:
    """A member's earned tier as his row says, in the order of its columns. No tier: everybody's."""

    tier: str | None
    revision: int | None
    steps: int
    judged_at: datetime | None
    anchor: date | None
    period_ends_at: datetime | None
    warn_at: datetime | None
    grace_ends_at: datetime | None

    @property
    def next_check_at(self) -> datetime | None:
        return self.grace_ends_at or self.period_ends_at


class Step(StrEnum):
    """What is to be done. `grace`: he keeps once more what he would lose today."""

    UP = "up"
    DOWN = "down"
    TAKEN_BACK = "taken_back"
    RENEW = "renew"
    GRACE = "grace"
    STAY = "stay"


WHY = {Step.UP: Why.UPGRADE, Step.DOWN: Why.DOWNGRADE, Step.TAKEN_BACK: Why.TAKEN_BACK}


def decide(
    rules: RuleSet, stand: Stand, *, now: str | None, then: str | None, at: datetime
) -> Step:
    """`now` is the tier deserved at `at`; `then` the one that was deserved when he was judged last.

    Up at once. Down at once only when what he was judged by was given back; otherwise at the end
    of the period, after a notice and one grace.
    """
    has, deserves = rules.rank_of(stand.tier), rules.rank_of(now)
    if deserves > has:
        return Step.UP
    if stand.tier is None:
        return Step.STAY
    if deserves == has:
        is_due = stand.grace_ends_at is not None or _is_over(stand.period_ends_at, at)
        return Step.RENEW if is_due else Step.STAY
    if rules.rank_of(then) < has:
        return Step.TAKEN_BACK
    if stand.grace_ends_at is not None:
        return Step.DOWN if _is_over(stand.grace_ends_at, at) else Step.STAY
    return Step.GRACE if _is_over(stand.period_ends_at, at) else Step.STAY


def after(stand: Stand, step: Step, *, book: Book, tier: str | None, at: datetime) -> Stand:
    """The standing that follows. `tier` is the one he has afterwards."""
    if step == Step.STAY:
        return stand
    if step == Step.GRACE:
        ends_at = grace_end(at=at, days=book.rules.grace_days, zone=book.zone)
        return replace(stand, warn_at=None, grace_ends_at=ends_at)
    today = calendar.day_of(at, book.zone)
    # Periods are counted from where the first one began; a grace begins anew.
    is_in_turn = step == Step.RENEW and stand.grace_ends_at is None
    return _period(stand, tier, anchor=(is_in_turn and stand.anchor) or today, book=book, at=at)


def _period(stand: Stand, tier: str | None, *, anchor: date, book: Book, at: datetime) -> Stand:
    steps = stand.steps + (tier != stand.tier)
    if tier is None:
        return Stand(None, book.revision, steps, at, None, None, None, None)
    ends_at = period_end(anchor, after=at, months=book.rules.keeps_months, zone=book.zone)
    warn_at = ends_at - timedelta(days=book.rules.warn_days)
    return Stand(tier, book.revision, steps, at, anchor, ends_at, warn_at, None)


def _is_over(end: datetime | None, at: datetime) -> bool:
    return end is not None and at >= end
