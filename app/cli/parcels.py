"""Parcels of monthly cards: begin periods, print labels, read tracking numbers back."""

import csv
import json
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import merchants, subscriptions
from app.domain.subscriptions import Label, ParcelState
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.kernel.errors import DomainError

ACTOR = "system"
COLUMNS = ("parcel", "send_on", "goods", "name", "phone", "province", "city", "county", "street")
# A table program would take what begins so for a formula.
RISKY = ("=", "+", "-", "@")

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
            state=ParcelState(state),
            send_on=_day(day),
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
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def sent(file: Path) -> None:
    """Parcels are on their way. FILE is CSV with the columns parcel, company, tracking_number.

    A line that is refused is printed and stops none of the others.
    """
    failures = 0
    with file.open(newline="", encoding="utf-8-sig") as text:
        for line, row in enumerate(csv.DictReader(text), start=2):
            failures += not _send(row, line)
    if failures:
        sys.exit(1)


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


def _send(row: dict[str, str], line: int) -> bool:
    try:
        number = row.get("parcel") or ""
        with transaction():
            subscriptions.send(
                merchant_id=numbers.merchant_of(number, numbers.Kind.PARCEL),
                number=number,
                company=row.get("company") or "",
                tracking_number=row.get("tracking_number") or "",
                actor=ACTOR,
                at=clock.now(),
            )
    except DomainError as refusal:
        click.echo(f"line {line}: {refusal.code} {refusal.message}")
        return False
    return True


def _row(label: Label) -> list[str]:
    where = label.address
    told = [where.name, where.phone, where.province, where.city, where.county, where.street]
    return [
        label.number,
        label.send_on.isoformat(),
        label.goods,
        *[f"'{each}" if each.startswith(RISKY) else each for each in told],
    ]


def _day(day: datetime | None) -> date | None:
    return day.date() if day else None


COMMANDS = (parcels_group,)
