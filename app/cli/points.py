"""How a merchant's points are earned, multiplied and taken; what is owed in them."""

import json
from dataclasses import asdict
from datetime import date, datetime

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import members, merchants, points
from app.domain.points import EarnOn, Occasion, PointFactor, PointRule, RuleSource
from app.kernel import calendar, clock
from app.kernel.calendar import Hours
from app.kernel.db import transaction
from app.kernel.errors import NotFound

ACTOR = "system"
SOURCES = click.Choice([each.value for each in RuleSource])
STEPS = click.Choice([each.value for each in EarnOn])

points_group = AppGroup("points", help="Rules, factors and terms of points.")


@points_group.command("rule")
@click.argument("merchant")
@click.argument("name")
@click.argument("source", type=SOURCES)
@click.option("--event", help="What an event is called; for the source event only.")
@click.option("--per-yuan", type=int, help="Points for each yuan.")
@click.option("--fixed", type=int, help="Points each time, instead of a rate.")
@click.option("--per-day", type=int, help="The most points a member gets by it in a day.")
@click.option("--in-all", type=int, help="The most points a member ever gets by it.")
@click.option("--cool-down", default=0, show_default=True, help="Minutes between two earnings.")
@with_appcontext
def add_rule(
    merchant: str,
    name: str,
    source: str,
    *,
    event: str | None,
    per_yuan: int | None,
    fixed: int | None,
    per_day: int | None,
    in_all: int | None,
    cool_down: int,
) -> None:
    """Earn points so from now on. A rule of redemption stands in for the plain rate."""
    with transaction():
        rule = points.add_rule(
            merchant_id=merchants.merchant_id_of(merchant),
            name=name,
            source=RuleSource(source),
            event=event,
            points_per_yuan=per_yuan,
            fixed_points=fixed,
            most_per_day=per_day,
            most_in_all=in_all,
            cool_down_minutes=cool_down,
            actor=ACTOR,
            at=clock.now(),
        )
        click.echo(_rule_words(rule))


@points_group.command("factor")
@click.argument("merchant")
@click.argument("name")
@click.argument("bp", type=int)
@click.option("--source", type=SOURCES, help="Only what is earned by this.")
@click.option("--weekday", "weekdays", multiple=True, type=click.IntRange(1, 7), help="1: Monday.")
@click.option("--hours", help='Instead of weekdays, as JSON: {"weekdays", "ranges", "blackout"}.')
@click.option("--day", "days", multiple=True, type=click.IntRange(1, 31), help="Of each month.")
@click.option("--store", "stores", multiple=True, help="Only at this store; may be repeated.")
@with_appcontext
def add_factor(
    merchant: str,
    name: str,
    bp: int,
    *,
    source: str | None,
    weekdays: tuple[int, ...],
    hours: str | None,
    days: tuple[int, ...],
    stores: tuple[str, ...],
) -> None:
    """Multiply by BP basis points (20000 doubles) when all conditions hold."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        found = [merchants.get_store(merchant_id=merchant_id, number=each).id for each in stores]
        factor = points.add_factor(
            merchant_id=merchant_id,
            name=name,
            bp=bp,
            source=RuleSource(source) if source else None,
            hours=_hours(hours, weekdays),
            days_of_month=days or None,
            store_ids=found or None,
            actor=ACTOR,
            at=clock.now(),
        )
        click.echo(_factor_words(factor))


@points_group.command("end")
@click.argument("merchant")
@click.argument("kind", type=click.Choice(["rule", "factor"]))
@click.argument("number", type=int)
@with_appcontext
def end(merchant: str, kind: str, number: int) -> None:
    """End a rule or a factor; what it gave stays."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        if kind == "rule":
            points.end_rule(merchant_id=merchant_id, rule_id=number, actor=ACTOR, at=clock.now())
        else:
            points.end_factor(
                merchant_id=merchant_id, factor_id=number, actor=ACTOR, at=clock.now()
            )


@points_group.command("terms")
@click.argument("merchant")
@click.option("--pay-bp", required=True, type=int, help="Of a price at most; 0: points pay none.")
@click.option("--worth", required=True, type=int, help="So many points are worth a yuan.")
@click.option("--warn-days", default=7, show_default=True, help="Before points end.")
@click.option("--earn-on", type=STEPS, help="Which step of a sale earns; as it was when not said.")
@click.option("--valid-months", type=int, help="As the merchant's profile says when not said.")
@with_appcontext
def terms(
    merchant: str,
    *,
    pay_bp: int,
    worth: int,
    warn_days: int,
    earn_on: str | None,
    valid_months: int | None,
) -> None:
    """What earns points, what they pay for, how long they last, how early their end is told."""
    with transaction():
        points.set_terms(
            merchant_id=merchants.merchant_id_of(merchant),
            pay_bp=pay_bp,
            worth=worth,
            warn_days=warn_days,
            earn_on=EarnOn(earn_on) if earn_on else None,
            valid_months=valid_months,
            actor=ACTOR,
            at=clock.now(),
        )


@points_group.command("list")
@click.argument("merchant")
@with_appcontext
def list_all(merchant: str) -> None:
    """Rules, factors and terms as they count now."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        for rule in points.list_rules(merchant_id=merchant_id):
            click.echo(_rule_words(rule))
        for factor in points.list_factors(merchant_id=merchant_id):
            click.echo(_factor_words(factor))
        click.echo(json.dumps(asdict(points.rulebook(merchant_id=merchant_id).terms)))


@points_group.command("event")
@click.argument("merchant")
@click.argument("member")
@click.argument("event")
@click.argument("reference")
@with_appcontext
def event(merchant: str, member: str, event: str, reference: str) -> None:
    """Something happened to a member: pay what the rules say. A reference is paid once."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        member_id = members.find_member_id(merchant_id=merchant_id, number=member)
        if member_id is None:
            raise NotFound("There is no such member.", number=member[:40])
        paid = points.earn_by_rules(
            Occasion(
                merchant_id=merchant_id,
                member_id=member_id,
                kind=RuleSource.EVENT,
                event=event,
                source=f"event:{event}:{reference}",
                at=clock.now(),
            )
        )
    click.echo(f"{paid} points")


@points_group.command("liability")
@click.argument("merchant")
@click.argument("month", type=click.DateTime(["%Y-%m"]))
@with_appcontext
def liability(merchant: str, month: datetime) -> None:
    """What was owed when the month began and ended, and why it changed. As JSON."""
    first = date(month.year, month.month, 1)
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        zone = merchants.profile(merchant_id=merchant_id).zone
        found = points.roll_forward(
            merchant_id=merchant_id,
            since=calendar.start_of_day(first, zone),
            until=calendar.end_of(calendar.end_of_month_after(first, months=0), zone),
        )
    click.echo(json.dumps(asdict(found), indent=2))


def _hours(told: str | None, weekdays: tuple[int, ...]) -> Hours | None:
    if told:
        return Hours.from_json(json.loads(told))
    return Hours(weekdays=tuple(sorted(set(weekdays)))) if weekdays else None


def _rule_words(rule: PointRule) -> str:
    gives = f"{rule.points_per_yuan}/yuan" if rule.points_per_yuan else f"{rule.fixed_points}"
    return f"rule {rule.id} {rule.source.value} {rule.event or ''} {gives} {rule.name}"


def _factor_words(factor: PointFactor) -> str:
    return f"factor {factor.id} {points.times_words(factor.bp)} {factor.name}"


COMMANDS = (points_group,)
