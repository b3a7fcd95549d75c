"""How points are earned, multiplied and taken here: read, tried out and published by managers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta, to_builtins

from app.domain import merchants, points
from app.domain.points import EarnOn, Idea, IdeaOfRule, RuleRefused, RuleSource
from app.kernel import clock
from app.kernel.calendar import Hours
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from app.web import auth, parse
from app.web.answers import answer, nothing
from app.web.openapi import STAFF, documented
from app.web.words import Asked, Instant, Limit, Line40, Number, Position
from app.web.words import Cursor as CursorText
from miniprogram_api.presenters.point_rules import (
    PointDryRun,
    PointFactorView,
    PointPrices,
    PointRulesView,
    PointRuleView,
    PointTermsView,
    present_dry_run,
    present_factor,
    present_prices,
    present_rule,
    present_rules,
    present_terms,
)

bp = APIBlueprint(
    "point_rules", __name__, url_prefix="/api/v1/<merchant>/counter/points", tag="Counter"
)

Step = Literal["purchase", "redemption", "both"]
Source = Literal["redemption", "purchase", "visit", "event", "period"]
Given = Annotated[int, Meta(ge=1, le=10_000)]
Weekday = Annotated[int, Meta(ge=1, le=7)]
DayOfMonth = Annotated[int, Meta(ge=1, le=31)]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$(?!\n)", max_length=5)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)", max_length=10)]


class SetPointTerms(Asked):
    """`earn_on`: does paying earn, using, or both. `pay_bp` of a price may be paid with points.

    Points end with a month, `valid_months` later; null: as the merchant's profile says.
    """

    earn_on: Step
    pay_bp: Annotated[int, Meta(ge=0, le=10_000)]
    worth: Annotated[int, Meta(ge=1, le=1_000_000, description="So many points are one yuan.")]
    warn_days: Annotated[int, Meta(ge=1, le=90)]
    valid_months: Annotated[int, Meta(ge=1, le=120)] | None = None


class AddPointRule(Asked):
    """`points_per_yuan` or `fixed_points`, one of the two; an event has its name in `event`."""

    name: Line40
    source: Source
    event: Line40 | None = None
    points_per_yuan: Given | None = None
    fixed_points: Given | None = None
    most_per_day: Given | None = None
    most_in_all: Given | None = None
    cool_down_minutes: Annotated[int, Meta(ge=0, le=525_600)] = 0


class PointHours(Asked):
    """Weekdays (1 is Monday), ranges from and to, and days on which it does not count."""

    weekdays: Annotated[list[Weekday], Meta(min_length=1, max_length=7)]
    ranges: Annotated[list[tuple[Clock, Clock]], Meta(min_length=1, max_length=12)]
    blackout: Annotated[tuple[Day, ...], Meta(max_length=366)] = ()


class AddPointFactor(Asked):
    """`bp`: 20,000 doubles. What is null is no condition."""

    name: Line40
    bp: Annotated[int, Meta(ge=0, le=100_000)]
    source: Source | None = None
    hours: PointHours | None = None
    days_of_month: Annotated[list[DayOfMonth], Meta(min_length=1, max_length=31)] | None = None
    stores: Annotated[list[Number], Meta(min_length=1, max_length=100)] | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None


class EndRule(Asked):
    rule: Position


class EndFactor(Asked):
    factor: Position


class TryPointRules(Asked):
    """Instead of what counts now: the step that earns, and rules for it."""

    earn_on: Step
    rules: Annotated[list[AddPointRule], Meta(max_length=20)]
    days: Annotated[int, Meta(ge=1, le=90)] = 30


class PageOfPrices(Asked):
    cursor: CursorText | None = None
    limit: Limit = 20


@bp.get("")
@documented(who=[STAFF], told={200: PointRulesView})
def get_rules(merchant: str) -> Response:
    """Everything that counts now. A rule that does not `pay` is for the step that earns nothing."""
    manager = auth.manager(merchant)
    with transaction(merchant=manager.merchant_id):
        told = _everything(manager.merchant_id)
    return answer(told)


@bp.post("/terms")
@documented(who=[STAFF], body=SetPointTerms, told={200: PointTermsView})
def set_terms(merchant: str) -> Response:
    """They count from now on; points that were earned keep their dates."""
    manager, wanted = auth.manager(merchant), parse.body(SetPointTerms)
    said = to_builtins(wanted) | {"earn_on": EarnOn(wanted.earn_on)}
    with transaction(merchant=manager.merchant_id), _refusing():
        points.set_terms(
            merchant_id=manager.merchant_id, **said, actor=manager.actor, at=clock.now()
        )
        told = points.rulebook(merchant_id=manager.merchant_id).terms
    return answer(present_terms(told))


@bp.post("/rules")
@documented(who=[STAFF], body=AddPointRule, told={201: PointRuleView})
def add_rule(merchant: str) -> Response:
    """Points are earned so from now on. A rule is not edited: end it and add another."""
    manager, wanted = auth.manager(merchant), parse.body(AddPointRule)
    said = to_builtins(wanted) | {"source": RuleSource(wanted.source)}
    with transaction(merchant=manager.merchant_id), _refusing():
        rule = points.add_rule(
            merchant_id=manager.merchant_id, **said, actor=manager.actor, at=clock.now()
        )
        told = present_rule(rule, pays=True)
    return answer(told, 201)


@bp.post("/rules/end")
@documented(who=[STAFF], body=EndRule, told={204: None}, refuses=[404])
def end_rule(merchant: str) -> Response:
    """It earns no more; what it gave stays."""
    manager, wanted = auth.manager(merchant), parse.body(EndRule)
    with transaction(merchant=manager.merchant_id):
        points.end_rule(
            merchant_id=manager.merchant_id,
            rule_id=wanted.rule,
            actor=manager.actor,
            at=clock.now(),
        )
    return nothing()


@bp.post("/factors")
@documented(who=[STAFF], body=AddPointFactor, told={201: PointFactorView}, refuses=[404])
def add_factor(merchant: str) -> Response:
    """Multiply from now on what is earned when all conditions hold."""
    manager, wanted = auth.manager(merchant), parse.body(AddPointFactor)
    with transaction(merchant=manager.merchant_id), _refusing():
        factor = points.add_factor(
            merchant_id=manager.merchant_id,
            name=wanted.name,
            bp=wanted.bp,
            source=RuleSource(wanted.source) if wanted.source else None,
            hours=_hours(wanted.hours),
            days_of_month=wanted.days_of_month,
            store_ids=_stores(manager.merchant_id, wanted.stores),
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            actor=manager.actor,
            at=clock.now(),
        )
        told = present_factor(factor, stores=_store_numbers(manager.merchant_id))
    return answer(told, 201)


@bp.post("/factors/end")
@documented(who=[STAFF], body=EndFactor, told={204: None}, refuses=[404])
def end_factor(merchant: str) -> Response:
    """It multiplies no more."""
    manager, wanted = auth.manager(merchant), parse.body(EndFactor)
    with transaction(merchant=manager.merchant_id):
        points.end_factor(
            merchant_id=manager.merchant_id,
            factor_id=wanted.factor,
            actor=manager.actor,
            at=clock.now(),
        )
    return nothing()


@bp.post("/dry-run")
@documented(who=[STAFF], body=TryPointRules, told={200: PointDryRun})
def dry_run(merchant: str) -> Response:
    """What the sales of the last days would have earned by these rules. Nothing is changed.

    Counted from the books, before tiers and before limits per member.
    """
    manager, wanted = auth.manager(merchant), parse.body(TryPointRules)
    idea = Idea(
        earn_on=EarnOn(wanted.earn_on),
        rules=[
            IdeaOfRule(RuleSource(each.source), each.points_per_yuan, each.fixed_points)
            for each in wanted.rules
        ],
    )
    with transaction(merchant=manager.merchant_id), _refusing():
        told = points.dry_run(
            merchant_id=manager.merchant_id, idea=idea, days=wanted.days, at=clock.now()
        )
    return answer(present_dry_run(told))


@bp.get("/prices")
@documented(who=[STAFF], query=PageOfPrices, told={200: PointPrices})
def list_prices(merchant: str) -> Response:
    """What the mall sells for points, the newest offer first. Prices are changed with the offer."""
    manager, wanted = auth.manager(merchant), parse.query(PageOfPrices)
    with transaction(merchant=manager.merchant_id):
        page = points.list_prices(
            merchant_id=manager.merchant_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
            at=clock.now(),
        )
    return answer(present_prices(page))


@contextmanager
def _refusing() -> Iterator[None]:
    """What the types allow need not make sense together."""
    try:
        yield
    except Invalid as wrong:
        raise RuleRefused(wrong.message, **wrong.details) from wrong


def _everything(merchant_id: int) -> PointRulesView:
    return present_rules(
        points.rulebook(merchant_id=merchant_id).terms,
        merchants.profile(merchant_id=merchant_id),
        rules=points.list_rules(merchant_id=merchant_id),
        factors=points.list_factors(merchant_id=merchant_id),
        stores=_store_numbers(merchant_id),
    )


def _hours(given: PointHours | None) -> Hours | None:
    if given is None:
        return None
    ranges = [list(each) for each in given.ranges]
    told = {"weekdays": given.weekdays, "ranges": ranges, "blackout": list(given.blackout)}
    return Hours.from_json(told)


def _stores(merchant_id: int, given: list[str] | None) -> list[int] | None:
    if given is None:
        return None
    return [merchants.get_store(merchant_id=merchant_id, number=each).id for each in given]


def _store_numbers(merchant_id: int) -> dict[int, str]:
    return {each.id: each.number for each in merchants.list_stores(merchant_id=merchant_id)}
