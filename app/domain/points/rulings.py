"""What an earning comes to: pure, so that a till, a quote and a bill say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kernel import calendar, money
from app.kernel.calendar import Hours
from app.kernel.money import BASIS_POINTS

FEN_PER_YUAN = 100


class RuleSource(StrEnum):
    REDEMPTION = "redemption"
    PURCHASE = "purchase"
    VISIT = "visit"
    # Something that happened outside, told by name: a survey, a birthday, a first login.
    EVENT = "event"
    # Each period of something that lasts, such as a subscription.
    PERIOD = "period"


class EarnOn(StrEnum):
    """Which of the two steps of a sale earns points: paying, using what was paid for, or both.

    Both pay the same money twice, so that is only done by merchants who say so.
    """

    PURCHASE = "purchase"
    REDEMPTION = "redemption"
    BOTH = "both"

    def pays(self, source: RuleSource) -> bool:
        """Visits, events and periods are no step of a sale: they always may."""
        steps = {RuleSource.PURCHASE, RuleSource.REDEMPTION}
        return source not in steps or self == EarnOn.BOTH or self.value == source.value

    @property
    def plain(self) -> RuleSource:
        """Where the merchant's plain rate is paid as long as no rule stands in: once at most."""
        is_purchase = self == EarnOn.PURCHASE
        return RuleSource.PURCHASE if is_purchase else RuleSource.REDEMPTION


@dataclass(frozen=True, slots=True)
class Factor:
    """What multiplies points, in basis points: 15,000 gives half as much again."""

    name: str
    bp: int


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A factor as an entry shows it; `added` are the points that it brought."""

    name: str
    bp: int
    added: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it counts. Points per member; None: no such limit."""

    id: int
    name: str
    source: str
    event: str | None
    points_per_yuan: int | None
    fixed_points: int | None
    most_per_day: int | None
    most_in_all: int | None
    cool_down_minutes: int

    @property
    def has_limits(self) -> bool:
        return bool(self.most_per_day or self.most_in_all or self.cool_down_minutes)

    def base(self, value_fen: int) -> int:
        """Whole points before any factor; a fixed number does not ask for a value."""
        if self.points_per_yuan is not None:
            return points_for(value_fen, points_per_yuan=self.points_per_yuan)
        return self.fixed_points or 0


@dataclass(frozen=True, slots=True)
class When:
    """The moment and place of an earning, which decide about its factors."""

    source: RuleSource
    at: datetime
    zone: str
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class FactorTerms:
    """A factor and its conditions; None: whatever it is.

    A day of the month that a month does not have falls on its last day.
    """

    name: str
    bp: int
    source: str | None
    hours: Hours | None
    days_of_month: Sequence[int] | None
    store_ids: Sequence[int] | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def applies(self, when: When) -> bool:
        if (self.starts_at and when.at < self.starts_at) or (
            self.ends_at and when.at >= self.ends_at
        ):
            return False
        if self.source is not None and self.source != when.source:
            return False
        if self.store_ids is not None and when.store_id not in self.store_ids:
            return False
        day = calendar.day_of(when.at, when.zone)
        if self.days_of_month and not calendar.is_day_of_month(day, self.days_of_month):
            return False
        return self.hours is None or self.hours.is_open(when.at, zone=when.zone)


@dataclass(frozen=True, slots=True)
class Used:
    """What a member earned by one rule so far: this day, ever, and when last."""

    today: int
    in_all: int
    last_at: datetime | None


NOTHING_USED = Used(0, 0, None)


@dataclass(frozen=True, slots=True)
class Earning:
    """Points of one rule (None: the merchant's plain rate), and how they were worked out."""

    rule_id: int | None
    name: str
    base: int
    points: int
    factors: Sequence[FactorLine] = ()

    @property
    def cut(self) -> int:
        """Points that the limits of the rule kept back."""
        return cut_of(self.base, self.factors, self.points)


def cut_of(base: int, factors: Sequence[FactorLine], points: int) -> int:
    """What is missing of a base and all that its factors added."""
    return base + sum(each.added for each in factors) - points


def points_for(value_fen: int, *, points_per_yuan: int) -> int:
    """Whole points for what was paid: 1,234 fen at 2 points a yuan are 24."""
    return value_fen * points_per_yuan // FEN_PER_YUAN


def multiply(base: int, factors: Sequence[Factor]) -> tuple[int, list[FactorLine]]:
    """The points after all factors, rounded down once at the end, and what each one brought.

    10 points times 1.5 times 2 are 30: the first brought 5, the second 15. The lines add up to
    the difference exactly. What multiplies by one is not worth a line.
    """
    product, divisor, sofar, lines = base, 1, base, []
    for factor in (each for each in factors if each.bp != BASIS_POINTS):
        product, divisor = product * factor.bp, divisor * BASIS_POINTS
        now = product // divisor
        lines.append(FactorLine(factor.name, factor.bp, now - sofar))
        sofar = now
    return sofar, lines


def within_limits(rule: Rule, points: int, used: Used, *, at: datetime) -> int:
    """As many of these points as the rule's limits leave; 0 while it cools down."""
    cool_down = timedelta(minutes=rule.cool_down_minutes)
    if used.last_at is not None and at < used.last_at + cool_down:
        return 0
    if rule.most_per_day is not None:
        points = min(points, rule.most_per_day - used.today)
    if rule.most_in_all is not None:
        points = min(points, rule.most_in_all - used.in_all)
    return max(points, 0)


def most_points(price_fen: int, *, pay_bp: int, worth: int) -> int:
    """How many points a price takes at most: 5,000 bp of 4,900 fen at 100 a yuan are 2,450."""
    cap_fen = money.part(price_fen, bp=pay_bp)
    # The largest number whose whole fen are not above the cap; of these no more than they need.
    return whole_fen(-(-(cap_fen + 1) * worth // FEN_PER_YUAN) - 1, worth=worth).points


@dataclass(frozen=True, slots=True)
class PartPayment:
    """So many points take `amount_fen` off a price; with one point less they would take less."""

    points: int
    amount_fen: int


def whole_fen(points: int, *, worth: int) -> PartPayment:
    """The whole fen that these points are worth, and the points that those fen need.

    At 150 points a yuan 5 points are 3.33 fen: 3 fen, for which 4.5 points are needed, so 5. Of 8
    points, 5.33 fen, all 8 are needed for 5 fen; of 4, 2.67 fen, 3 are enough for 2.
    """
    amount_fen = points * FEN_PER_YUAN // worth
    return PartPayment(-(-amount_fen * worth // FEN_PER_YUAN), amount_fen)


def times_words(bp: int) -> str:
    """×1.5, ×2: a factor as its entry shows it."""
    whole, rest = divmod(bp, BASIS_POINTS)
    return f"×{whole}.{rest:04d}".rstrip("0").rstrip(".")


def debt_words(owed: int) -> str | None:
    """What a holder is told about a debt; None when there is none."""
    if not owed:
        return None
    return (
        f"退款或撤销需要收回的积分中，有{owed}积分您已使用，现欠{owed}积分；"
        "之后获得或退回的积分会先用于补足。"
    )
