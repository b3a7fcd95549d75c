"""What a campaign is: when, for whom, what it sells or gives, and how much of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.domain.promotions.errors import AtOdds
from app.domain.promotions.models import Kind
from app.kernel.errors import Invalid
from app.kernel.money import BASIS_POINTS

# PostgreSQL keeps no NUL, and people's words have no control characters but line ends.
ONE_LINE = r"^[^\u0000-\u001f\u007f]*$(?!\n)"
LINES = r"^[^\u0000-\u0009\u000b-\u001f\u007f]*$(?!\n)"

Title = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE)]
Theme = Annotated[str, Meta(max_length=20, pattern=ONE_LINE)]
Text = Annotated[str, Meta(max_length=1000, pattern=LINES)]
Number = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE)]
Tag = Annotated[str, Meta(min_length=1, max_length=20, pattern=ONE_LINE)]
Rank = Annotated[int, Meta(ge=0, le=100)]
Pieces = Annotated[int, Meta(ge=1, le=20)]
Many = Annotated[int, Meta(ge=1, le=100_000_000)]
Fen = Annotated[int, Meta(ge=0, le=100_000_000_000)]
# Half a year before or after.
Minutes = Annotated[int, Meta(ge=-262_800, le=262_800)]
Bp = Annotated[int, Meta(ge=1, le=10 * BASIS_POINTS)]
FIRST_YEAR, LAST_YEAR = 2000, 2200
Instant = Annotated[datetime, Meta(tz=True)]


class Audience(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Members whose tier has this rank or a higher one, and who have one of the tags.

    Without either: everybody.
    """

    min_rank: Rank | None = None
    tags: Annotated[tuple[Tag, ...], Meta(max_length=20)] = ()

    @property
    def is_everybody(self) -> bool:
        return self.min_rank is None and not self.tags


class DayRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each month's day, in shorter months the last one, or each week's (1 Monday to 7 Sunday)."""

    of_month: Annotated[int, Meta(ge=1, le=31)] | None = None
    weekday: Annotated[int, Meta(ge=1, le=7)] | None = None


class ByEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A window around an event: minutes after its start and after its end, before if negative."""

    event: Number
    from_minutes: Minutes = 0
    until_minutes: Minutes = 0


class GrantItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    benefit: Number
    quantity: Pieces = 1


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most vouchers, and what they may cost the shop in all."""

    vouchers: Many
    cost_fen: Fen | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`name`, `theme` and `text` are read by customers; `offers` and benefits are numbers.

    The window is `starts_at` to `ends_at`, or `around` an event; a member day has `day` within
    its window, which may be open to the end. `factor_bp` multiplies points (20,000 doubles them).
    """

    kind: Kind
    name: Title
    theme: Theme = ""
    text: Text = ""
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    around: ByEvent | None = None
    audience: Audience = Audience()
    offers: Annotated[tuple[Number, ...], Meta(max_length=20)] = ()
    day: DayRule | None = None
    factor_bp: Bp | None = None
    gives: Annotated[tuple[GrantItem, ...], Meta(max_length=10)] = ()
    budget: Budget | None = None

    def to_json(self) -> dict[str, Any]:
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


def refuse_far_away(*moments: datetime | None) -> None:
    """Nobody plans for then, and no calendar reaches there. Raises AtOdds."""
    for moment in moments:
        if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise AtOdds(f"时间须在{FIRST_YEAR}年至{LAST_YEAR}年之间")


def parse(value: object) -> Terms:
    """Terms from JSON. Raises Invalid for what is missing, unknown or out of bounds, AtOdds."""
    try:
        terms = msgspec.convert(value, Terms)
    except msgspec.ValidationError as wrong:
        raise Invalid("These terms cannot be meant.", terms=[str(wrong)[:200]]) from None
    refuse_far_away(terms.starts_at, terms.ends_at)
    problems = [*_window_problems(terms), *_kind_problems(terms), *_repeated(terms)]
    if problems:
        raise AtOdds(*problems)
    return terms


def _window_problems(terms: Terms) -> Iterator[str]:
    if terms.around and (terms.starts_at or terms.ends_at):
        yield "starts_at、ends_at 与 around 只能选一种"
    if terms.starts_at and terms.ends_at and terms.starts_at >= terms.ends_at:
        yield "ends_at 须晚于 starts_at"
    if terms.kind == Kind.MEMBER_DAY:
        if terms.around or not terms.starts_at:
            yield "会员日须写明 starts_at，不能用 around"
    elif not terms.around and not (terms.starts_at and terms.ends_at):
        yield "须写明 starts_at 和 ends_at，或 around"


def _kind_problems(terms: Terms) -> Iterator[str]:
    day = terms.day
    if (terms.kind == Kind.MEMBER_DAY) != (day is not None):
        yield "会员日须写明 day，其他活动不能写"
    if day and (day.of_month is None) == (day.weekday is None):
        yield "day 须写明 of_month 或 weekday 其中一种"
    if terms.factor_bp and (terms.kind != Kind.MEMBER_DAY or not terms.audience.is_everybody):
        yield "只有面向全体会员的会员日可以写积分倍数 factor_bp"
    if (terms.kind == Kind.GRANT) != bool(terms.gives) or bool(terms.gives) != bool(terms.budget):
        yield "发券活动须写明 gives 和 budget，其他活动不能写"
    if terms.kind == Kind.GRANT and terms.offers:
        yield "发券活动不能写 offers"
    if terms.kind in (Kind.SALE, Kind.TOPUP_BONUS) and not terms.offers:
        yield "须写明 offers"
    if terms.kind == Kind.MEMBER_DAY and not (terms.offers or terms.factor_bp):
        yield "会员日须写明 offers 或 factor_bp"


def _repeated(terms: Terms) -> Iterator[str]:
    benefits = [item.benefit for item in terms.gives]
    for named in (terms.offers, benefits, terms.audience.tags):
        if len(set(named)) != len(named):
            yield "同一编号或标签只写一次"
