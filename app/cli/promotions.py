"""Campaigns by the calendar: written, published, stopped; events that move; tags of members."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import merchants, promotions
from app.domain.promotions import Promotion, PromotionEvent, PromotionRefused, Terms
from app.kernel import clock, numbers
from app.kernel.db import transaction

ACTOR = "system"

promotion_group = AppGroup("promotion", help="Campaigns by the calendar, events, tags.")
_DAY = click.DateTime(["%Y-%m-%d"])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Moment(click.ParamType[datetime]):
    name = "2026-07-19T23:00+08:00"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is no moment", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value} has no zone: add +08:00", param, ctx)
        return moment.astimezone(UTC)


_MOMENT = _Moment()


@promotion_group.command("draft")
@click.argument("merchant")
@click.argument("terms", type=_FILE)
@click.option("--number", help="Other terms for this draft.")
@with_appcontext
def draft(merchant: str, terms: Path, number: str | None) -> None:
    """Write a campaign down from a JSON file; what stands against it is told."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        wanted = promotions.parse(json.loads(terms.read_text(encoding="utf-8")))
        made = _write(merchant_id, wanted, number)
        against = promotions.findings(merchant_id=merchant_id, number=made.number, at=clock.now())
    _tell(_words(made) | {"findings": [asdict(each) for each in against]})


@promotion_group.command("publish")
@click.argument("number")
@with_appcontext
def publish(number: str) -> None:
    """From now on its terms (K…) stand, and its offers are sold in its window only."""
    merchant_id = numbers.merchant_of(number, numbers.Kind.CAMPAIGN)
    try:
        with transaction():
            made = promotions.publish(
                merchant_id=merchant_id, number=number, actor=ACTOR, at=clock.now()
            )
    except PromotionRefused as refused:
        _tell(refused.details)
        raise click.ClickException(refused.message) from refused
    promotions.forget_doors(merchant_id)
    _tell(_words(made))


@promotion_group.command("stop")
@click.argument("number")
@with_appcontext
def stop(number: str) -> None:
    """End it by hand; its offers are taken off sale unless another campaign sells them."""
    merchant_id = numbers.merchant_of(number, numbers.Kind.CAMPAIGN)
    with transaction():
        made = promotions.stop(merchant_id=merchant_id, number=number, actor=ACTOR, at=clock.now())
    promotions.forget_doors(merchant_id)
    _tell(_words(made))


@promotion_group.command("list")
@click.argument("merchant")
@with_appcontext
def list_promotions(merchant: str) -> None:
    """Every campaign, the newest first: JSON, a line each."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        found = promotions.list_promotions(merchant_id=merchant_id)
    for each in found:
        _line(_words(each))


@promotion_group.command("calendar")
@click.argument("merchant")
@click.argument("since", type=_DAY)
@click.argument("until", type=_DAY)
@with_appcontext
def calendar(merchant: str, since: datetime, until: datetime) -> None:
    """The days on which something is on, and what is at odds there: JSON, a line each."""
    with transaction():
        found = promotions.plan(
            merchant_id=merchants.merchant_id_of(merchant),
            since=_date(since),
            until=_date(until),
        )
    for day in found.days:
        if day.campaigns:
            _line(asdict(day))


@promotion_group.command("add-event")
@click.argument("merchant")
@click.argument("name")
@click.argument("starts_at", type=_MOMENT)
@click.argument("ends_at", type=_MOMENT)
@with_appcontext
def add_event(merchant: str, name: str, starts_at: datetime, ends_at: datetime) -> None:
    """Something that sales can be tied to."""
    with transaction():
        event = promotions.add_event(
            merchant_id=merchants.merchant_id_of(merchant),
            name=name,
            starts_at=starts_at,
            ends_at=ends_at,
            actor=ACTOR,
            at=clock.now(),
        )
    _tell(_event(event))


@promotion_group.command("move-event")
@click.argument("event")
@click.argument("starts_at", type=_MOMENT)
@click.argument("ends_at", type=_MOMENT)
@with_appcontext
def move_event(event: str, starts_at: datetime, ends_at: datetime) -> None:
    """An event (9…) takes place then; sales around it move along."""
    merchant_id = numbers.merchant_of(event, numbers.Kind.EVENT)
    with transaction():
        moved = promotions.move_event(
            merchant_id=merchant_id,
            number=event,
            starts_at=starts_at,
            ends_at=ends_at,
            actor=ACTOR,
            at=clock.now(),
        )
    promotions.forget_doors(merchant_id)
    _tell(_event(moved.event) | {"campaigns": moved.campaigns})


@promotion_group.command("tag")
@click.argument("tag")
@click.argument("members", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="No longer.")
@with_appcontext
def tag(tag: str, members: Sequence[str], *, remove: bool) -> None:
    """Keep members (U…) under a word; all tags of each are told."""
    change = promotions.untag if remove else promotions.tag
    for member in members:
        with transaction():
            tags = change(
                merchant_id=numbers.merchant_of(member, numbers.Kind.MEMBER),
                member_number=member,
                tag=tag,
                actor=ACTOR,
                at=clock.now(),
            )
        _line({"member": member, "tags": tags})


def _write(merchant_id: int, terms: Terms, number: str | None) -> Promotion:
    at = clock.now()
    if number is None:
        return promotions.draft(merchant_id=merchant_id, terms=terms, actor=ACTOR, at=at)
    return promotions.edit(merchant_id=merchant_id, number=number, terms=terms, actor=ACTOR, at=at)


def _date(told: datetime) -> date:
    return date(told.year, told.month, told.day)


def _words(made: Promotion) -> dict[str, object]:
    return {
        "campaign": made.number,
        "kind": made.kind,
        "state": made.state,
        "name": made.terms["name"],
        "opens_at": made.opens_at,
        "closes_at": made.closes_at,
        "given_vouchers": made.given_vouchers,
        "spent_fen": made.spent_fen,
    }


def _event(event: PromotionEvent) -> dict[str, object]:
    return {
        "event": event.number,
        "name": event.name,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
    }


def _tell(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _line(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


COMMANDS = (promotion_group,)
