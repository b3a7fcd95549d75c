"""Complaints, presents that make good, and the evidence of an order."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.cli.secret_files import write_secret
from app.domain import complaints, merchants
from app.domain.merchants import Role
from app.gateways import gateways
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.kernel.money import yuan
from app.web import complaints as desks

ACTOR = "system"
MERCHANT = click.argument("merchant")

complaint_group = AppGroup("complaints", help="Complaints, goodwill, evidence.")


@complaint_group.command("inbox")
@MERCHANT
@click.option("--tab", type=click.Choice(["open", "resolved"]), default="open")
@with_appcontext
def inbox(merchant: str, tab: str) -> None:
    """What must end soonest comes first: JSON, a line each."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        page = complaints.inbox(
            merchant_id=merchant_id, tab=complaints.Tab(tab), cursor=None, limit=100
        )
    hidden = {"phone_sealed", "id", "order_id", "member_id"}
    for ticket in page.items:
        told = {name: value for name, value in asdict(ticket).items() if name not in hidden}
        click.echo(json.dumps(told, default=str, ensure_ascii=False))


@complaint_group.command("listen")
@MERCHANT
@with_appcontext
def listen(merchant: str) -> None:
    """Have WeChat Pay tell us of complaints from now on."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        channel = merchants.default_pay_channel(merchant_id=merchant_id)
    url = desks.be_told(merchant_id=merchant_id, channel_id=channel.channel_id)
    click.echo(f"complaints are told at {url}")


@complaint_group.command("reply")
@click.argument("ticket")
@click.argument("text")
@with_appcontext
def reply(ticket: str, text: str) -> None:
    """Answer a complaint."""
    with transaction():
        complaints.reply(
            merchant_id=numbers.merchant_of(ticket, numbers.Kind.TICKET),
            number=ticket,
            text=text,
            actor=ACTOR,
            at=clock.now(),
        )


@complaint_group.command("resolve")
@click.argument("ticket")
@click.argument("resolution")
@with_appcontext
def resolve(ticket: str, resolution: str) -> None:
    """A complaint is settled; RESOLUTION says how."""
    with transaction():
        complaints.resolve(
            merchant_id=numbers.merchant_of(ticket, numbers.Kind.TICKET),
            number=ticket,
            resolution=resolution,
            actor=ACTOR,
            at=clock.now(),
        )


@complaint_group.command("goodwill-rule")
@MERCHANT
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.argument("per_day", type=int)
@click.argument("day_cost_fen", type=int)
@with_appcontext
def goodwill_rule(merchant: str, role: str, per_day: int, day_cost_fen: int) -> None:
    """How many presents, of what cost in all, one person of ROLE may give a day."""
    with transaction():
        complaints.set_rule(
            merchant_id=merchants.merchant_id_of(merchant),
            role=Role(role),
            per_day=per_day,
            day_cost_fen=day_cost_fen,
            actor=ACTOR,
            at=clock.now(),
        )


@complaint_group.command("goodwill")
@MERCHANT
@click.argument("first", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("last", type=click.DateTime(["%Y-%m-%d"]))
@with_appcontext
def goodwill(merchant: str, first: date, last: date) -> None:
    """What was given on these days, by whom and why, and what it cost."""
    with transaction():
        given = complaints.list_grants(
            merchant_id=merchants.merchant_id_of(merchant), first=first, last=last
        )
    for line in given:
        click.echo(json.dumps(asdict(line), default=str, ensure_ascii=False))
    click.echo(f"{len(given)} presents cost {yuan(sum(line.cost_fen for line in given))} yuan")


@complaint_group.command("evidence")
@click.argument("order")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@with_appcontext
def evidence(order: str, folder: Path) -> None:
    """Everything known of an order, in one zip with a manifest of hashes, for your eyes only."""
    with transaction():
        found = complaints.collect(
            merchant_id=numbers.merchant_of(order, numbers.Kind.ORDER),
            order_number=order,
            actor=ACTOR,
            at=clock.now(),
        )
    contents = {key: gateways().files.get(key) for key in found.photos}
    photos = {key: content for key, content in contents.items() if content is not None}
    path = Path(folder) / f"{order}.zip"
    path.unlink(missing_ok=True)
    write_secret(path, complaints.pack(found, photos=photos))
    click.echo(str(path.resolve()))


COMMANDS = (complaint_group,)
