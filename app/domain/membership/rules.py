"""Sums on paper: which tier is deserved, how far the next one is, and when a tier ends."""

from calendar import isleap, monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.membership.models import Growth
from app.domain.membership.terms import Condition, Needs, RuleSet, Tier
from app.kernel import calendar, money

BIRTHDAY_LASTS = timedelta(days=7)
"""For so long after the day the gift still comes, when the sweep of the day itself was missed."""

JUST_BEFORE = timedelta(microseconds=1)

Have = Mapping[Condition, int]
"""What a member has of each condition within its window; what is missing is nothing."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How much of a condition is there."""

    condition: Condition
    have: int

    @property
    def lacks(self) -> int:
        return max(0, self.condition.at_least - self.have)


def deserved(rules: RuleSet, have: Have) -> Tier | None:
    """The highest tier whose conditions hold; everybody's, or none, when no other does."""
    reached = [tier for tier in rules.tiers if _is_reached(tier, have)]
    return reached[-1] if reached else None


def _is_reached(tier: Tier, have: Have) -> bool:
    if tier.needs == Needs.BOUGHT:
        return False
    held = [have.get(one, 0) >= one.at_least for one in tier.conditions]
    return all(held) if tier.needs == Needs.ALL or not held else any(held)


def next_tier(rules: RuleSet, tier: Tier | None) -> Tier | None:
    """The next one above that can be reached by what one does."""
    rank = -1 if tier is None else tier.rank
    above = (one for one in rules.tiers if one.rank > rank and one.conditions)
    return next(above, None)


def progress(tier: Tier, have: Have) -> list[Progress]:
    return [Progress(condition=one, have=max(0, have.get(one, 0))) for one in tier.conditions]


def upgrade_sentence(tier: Tier, have: Have, *, titles: Mapping[str, str]) -> str:
    """再消费86元，或再到店2次，即可升级银卡: from the rule itself, so that it cannot say otherwise.

    `titles`: of offers by number.
    """
    missing = [one for one in progress(tier, have) if one.lacks]
    joint = "，并" if tier.needs == Needs.ALL else "，或"
    steps = joint.join(_step(one, titles) for one in missing)
    return f"{steps}，即可升级{tier.name}"


def condition_words(condition: Condition, *, titles: Mapping[str, str]) -> str:
    """近365天消费满500元."""
    said = {
        Growth.SPEND: f"消费满{_yuan(condition.at_least)}元",
        Growth.VISIT: f"到店{condition.at_least}次",
        Growth.POINTS: f"获得{condition.at_least}积分",
        Growth.PURCHASE: f"购买{_title(condition, titles)}{condition.at_least}份",
    }
    return f"近{condition.window_days}天{said[condition.kind]}"


def reach_sentence(tier: Tier, *, titles: Mapping[str, str]) -> str:
    """近365天消费满500元，或近365天到店3次，升级为银卡: how one comes to this tier, from the rule."""
    if tier.needs == Needs.BOUGHT:
        return f"购买权益卡成为{tier.name}"
    if tier.is_everybodys:
        return f"所有会员都是{tier.name}"
    joint = "，并" if tier.needs == Needs.ALL else "，或"
    steps = joint.join(condition_words(one, titles=titles) for one in tier.conditions)
    return f"{steps}，升级为{tier.name}"


def window_starts_at(condition: Condition, *, at: datetime, zone: str) -> datetime:
    """The midnight from which growth counts: `window_days` business days, that of `at` included."""
    today = calendar.day_of(at, zone)
    first = today - timedelta(days=condition.window_days - 1)
    return calendar.start_of_day(first, zone)


def period_end(anchor: date, *, after: datetime, months: int, zone: str) -> datetime:
    """When the running period of a tier reached on `anchor` ends: at the end of a business day.

    Periods of that many months are counted from the anchor, so that 31 January leads by way of
    28 February to 31 March. It is the first end that is later than `after`.
    """
    turn = 1
    while (ends_at := calendar.end_of(_months_on(anchor, turn * months), zone)) <= after:
        turn += 1
    return ends_at


def grace_end(*, at: datetime, days: int, zone: str) -> datetime:
    """`days` whole business days after that of `at`."""
    return calendar.end_of(calendar.day_of(at, zone) + timedelta(days=days), zone)


def term_end(starts_at: datetime, *, days: int, zone: str) -> datetime:
    """The end of a bought term: `days` whole business days; the rest of the first one is extra."""
    first = calendar.day_of(starts_at, zone)
    if starts_at == calendar.start_of_day(first, zone):
        return calendar.start_of_day(first + timedelta(days=days), zone)
    return calendar.end_of(first + timedelta(days=days), zone)


def days_left(days: int, *, starts_at: datetime, at: datetime, zone: str) -> int:
    """So many of a term's days are left: all on its first business day, then one less each day."""
    begun = calendar.day_of(at, zone) - calendar.day_of(starts_at, zone)
    return min(days, max(days - begun.days, 0))


def fee_left(fee_fen: int, *, days: int, left: int) -> int:
    """The part of a fee for days that have not begun, rounded down."""
    return fee_fen * left // days


def earns_next(*, after: datetime, ends_at: datetime, zone: str) -> datetime:
    """When a fee is looked at again: when the month of `after` is over, or the term."""
    last = calendar.end_of_month_after(calendar.day_of(after, zone), months=0)
    return min(calendar.end_of(last, zone), ends_at)


def birthdays_due(at: datetime, *, zone: str) -> list[tuple[int, int, int]]:
    """(month, day, year) of the birthdays whose gift is due now: today's and the week's before.

    29 February falls on 28 February in a year that has none.
    """
    today = calendar.day_of(at, zone)
    week = [today - timedelta(days=n) for n in range(BIRTHDAY_LASTS.days)]
    due = [(day.month, day.day, day.year) for day in week]
    short = [day.year for day in week if (day.month, day.day) == (2, 28) and not isleap(day.year)]
    return [*due, *((2, 29, year) for year in short)]


def exists_in_some_year(month: int, day: int) -> bool:
    leap_year = 2024
    return 1 <= month <= 12 and 1 <= day <= monthrange(leap_year, month)[1]  # noqa: PLR2004 - months


def month_of(at: datetime, *, zone: str) -> str:
    """2026-06: the period of a monthly pack."""
    return f"{calendar.day_of(at, zone):%Y-%m}"


def highest(rules: RuleSet, numbers: Sequence[str | None]) -> Tier | None:
    """The best of these, or everybody's."""
    known = [tier for tier in rules.tiers if tier.number in numbers]
    return known[-1] if known else rules.base


def _months_on(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    last = calendar.end_of_month_after(day, months=months)
    return last.replace(day=min(day.day, last.day))


def _step(one: Progress, titles: Mapping[str, str]) -> str:
    said = {
        Growth.SPEND: f"再消费{_yuan(one.lacks)}元",
        Growth.VISIT: f"再到店{one.lacks}次",
        Growth.POINTS: f"再获得{one.lacks}积分",
        Growth.PURCHASE: f"再购买{_title(one.condition, titles)}{one.lacks}份",
    }
    return said[one.condition.kind]


def _title(condition: Condition, titles: Mapping[str, str]) -> str:
    return f"「{titles.get(condition.offer or '', '指定商品')}」"


def _yuan(amount_fen: int) -> str:
    return money.yuan(amount_fen).removesuffix(".00")
