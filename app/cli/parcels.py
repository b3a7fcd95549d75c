"""Parcels of monthly cards: begin periods, print labels, read tracking numbers back."""

import csv
import json
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import aftersales, merchants, subscriptions
from app.domain.subscriptions import Label, LinesRefused, ParcelFilter, ParcelState
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web.tables import harmless

ACTOR = "system"
COLUMNS = ("parcel", "send_on", "goods", "name", "phone", "province", "city", "county", "street")

parcels_group = AppGroup("parcels", help="Parcels of monthly cards.")


@parcels_group.command("list")
@click.argument("merchant")
@click.option("--state", type=click.Choice([each.value for each in ParcelState]), default="to_send")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="On which the period begins.")
@click.option("--limit", default=100, show_default=True)
@with_appcontext
def list_parcels(merchant: str, state: str, day: datetime | None, limit: int) -> None:
    """Parcels in one state, receivers masked: JSON, a line each."""
    with transaction():
        page = subscriptions.list_parcels(
            merchant_id=merchants.merchant_id_of(merchant),
            wanted=ParcelFilter(state=ParcelState(state), since=_day(day), until=_day(day)),
            cursor=None,
            limit=limit,
        )
    for parcel in page.items:
        click.echo(json.dumps(asdict(parcel), default=str, ensure_ascii=False))


@parcels_group.command("labels")
@click.argument("merchant")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Periods that begin by this day.")
@with_appcontext
def labels(merchant: str, until: datetime | None) -> None:
    """Whole addresses of what is to be sent, as CSV. That they were printed is written down."""
    with transaction():
        found = subscriptions.labels(
            merchant_id=merchants.merchant_id_of(merchant),
            send_on=_day(until),
            actor=ACTOR,
            at=clock.now(),
        )
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    writer.writerows(_row(label) for label in found)


@parcels_group.command("sent")
@click.argument("merchant")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def sent(merchant: str, file: Path) -> None:
    """Parcels are on their way. FILE is CSV with the columns parcel, company, tracking_number.

    Lines that are refused are printed, and then none of the others was written either.
    """
    lines = subscriptions.read_table(file.read_text(encoding="utf-8-sig"))
    try:
        with transaction():
            told = subscriptions.send_all(
                merchant_id=merchants.merchant_id_of(merchant),
                lines=lines,
                actor=ACTOR,
                at=clock.now(),
            )
    except LinesRefused as refusal:
        for bad in refusal.lines:
            click.echo(f"line {bad['line']}: {bad['code']} {bad['parcel']}")
        sys.exit(1)
    click.echo(f"{told} are on their way")


@parcels_group.command("refund")
@click.argument("parcel")
@click.argument("reason")
@with_appcontext
def refund(parcel: str, reason: str) -> None:
    """Give a parcel's part of the money back instead of sending it; the return's number."""
    with transaction():
        made = aftersales.refund_parcel(
            merchant_id=numbers.merchant_of(parcel, numbers.Kind.PARCEL),
            number=parcel,
            reason=reason,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo(made or "it held no money")


@parcels_group.command("again")
@click.argument("parcel")
@click.argument("cost_fen", type=int)
@with_appcontext
def again(parcel: str, cost_fen: int) -> None:
    """Pack a failed parcel again; COST_FEN is what that costs the shop."""
    with transaction():
        subscriptions.resend(
            merchant_id=numbers.merchant_of(parcel, numbers.Kind.PARCEL),
            number=parcel,
            cost_fen=cost_fen,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo("it is to be sent")


def _row(label: Label) -> list[str]:
    where = label.address
    told = [where.name, where.phone, where.province, where.city, where.county, where.street]
    return [
        label.number,
        label.send_on.isoformat(),
        *map(harmless, (label.goods, *told)),
    ]


def _day(day: datetime | None) -> date | None:
    return day.date() if day else None


COMMANDS = (parcels_group,)
