"""Words about the rules of points, for managers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.domain.merchants import Profile
from app.domain.points import MallOffer, PointFactor, PointRule, Terms, Tried
from app.kernel.paging import Page
from app.web.words import Told


class PointTermsView(Told):
    """`earn_on`: purchase, redemption or both. `worth` points are one yuan."""

    earn_on: str
    pay_bp: int
    worth: int
    warn_days: int
    valid_months: int | None


class PointRuleView(Told):
    """`pays`: false while its step of a sale earns nothing."""

    rule: int
    name: str
    source: str
    event: str | None
    points_per_yuan: int | None
    fixed_points: int | None
    most_per_day: int | None
    most_in_all: int | None
    cool_down_minutes: int
    added_at: datetime
    pays: bool


class PointFactorView(Told):
    """`bp`: 20,000 doubles; what is null is no condition."""

    factor: int
    name: str
    bp: int
    source: str | None
    hours: dict[str, Any] | None
    days_of_month: list[int] | None
    stores: list[str] | None
    starts_at: datetime | None
    ends_at: datetime | None
    added_at: datetime


class PointRulesView(Told):
    """`plain_rate` points a yuan are earned where no rule stands in; `rounding` is always down.

    Without `valid_months` of their own the terms take `usual_months`.
    """

    terms: PointTermsView
    plain_rate: int
    usual_months: int
    rounding: str
    rules: list[PointRuleView]
    factors: list[PointFactorView]


class StepView(Told):
    step: str
    sales: int
    value_fen: int
    points_now: int
    points_then: int


class PointDryRun(Told):
    """`cost_fen`: what the difference is worth. `is_cut`: there were more sales than counted."""

    since: datetime
    steps: list[StepView]
    cost_fen: int
    is_cut: bool


class PointPrice(Told):
    offer: str
    title: str
    points: int
    price_fen: int
    remaining: int | None
    per_member_limit: int | None


class PointPrices(Told):
    items: list[PointPrice]
    next_cursor: str | None


def present_rules(
    terms: Terms,
    profile: Profile,
    *,
    rules: Sequence[PointRule],
    factors: Sequence[PointFactor],
    stores: Mapping[int, str],
) -> PointRulesView:
    return PointRulesView(
        terms=present_terms(terms),
        plain_rate=profile.points_per_yuan,
        usual_months=profile.points_valid_months,
        rounding="down",
        rules=[present_rule(each, pays=terms.earn_on.pays(each.source)) for each in rules],
        factors=[present_factor(each, stores=stores) for each in factors],
    )


def present_terms(terms: Terms) -> PointTermsView:
    return PointTermsView(
        earn_on=terms.earn_on.value,
        pay_bp=terms.pay_bp,
        worth=terms.worth,
        warn_days=terms.warn_days,
        valid_months=terms.valid_months,
    )


def present_rule(rule: PointRule, *, pays: bool) -> PointRuleView:
    return PointRuleView(
        rule=rule.id,
        name=rule.name,
        source=rule.source.value,
        event=rule.event,
        points_per_yuan=rule.points_per_yuan,
        fixed_points=rule.fixed_points,
        most_per_day=rule.most_per_day,
        most_in_all=rule.most_in_all,
        cool_down_minutes=rule.cool_down_minutes,
        added_at=rule.added_at,
        pays=pays,
    )


def present_factor(factor: PointFactor, *, stores: Mapping[int, str]) -> PointFactorView:
    found = factor.store_ids
    return PointFactorView(
        factor=factor.id,
        name=factor.name,
        bp=factor.bp,
        source=factor.source.value if factor.source else None,
        hours=factor.hours,
        days_of_month=factor.days_of_month,
        stores=None if found is None else [stores[each] for each in found if each in stores],
        starts_at=factor.starts_at,
        ends_at=factor.ends_at,
        added_at=factor.added_at,
    )


def present_dry_run(tried: Tried) -> PointDryRun:
    steps = [
        StepView(
            step=each.step.value,
            sales=each.sales,
            value_fen=each.value_fen,
            points_now=each.points_now,
            points_then=each.points_then,
        )
        for each in tried.steps
    ]
    return PointDryRun(since=tried.since, steps=steps, cost_fen=tried.cost_fen, is_cut=tried.is_cut)


def present_prices(page: Page[MallOffer]) -> PointPrices:
    items = [
        PointPrice(
            offer=each.number,
            title=each.title,
            points=each.points,
            price_fen=each.price_fen,
            remaining=each.remaining,
            per_member_limit=each.per_member_limit,
        )
        for each in page.items
    ]
    return PointPrices(items=items, next_cursor=page.next_cursor)
