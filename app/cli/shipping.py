"""Orders that WeChat must hear are delivered: what is stuck, and what a person can do."""

import json
from dataclasses import asdict

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import merchants, shipping
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.kernel.money import yuan

ACTOR = "system"

shipping_group = AppGroup("shipping", help="Deliveries that WeChat must hear of.")


@shipping_group.command("stuck")
@click.argument("merchant")
@click.option("--limit", default=100, show_default=True)
@with_appcontext
def stuck(merchant: str, limit: int) -> None:
    """The money that WeChat keeps of a merchant, and each order not reported: JSON, a line each."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        sums = shipping.stuck(merchant_id=merchant_id, at=clock.now())
        rows = shipping.list_open(merchant_id=merchant_id, limit=limit)
    click.echo(json.dumps({"stuck_yuan": yuan(sums.fen), **asdict(sums)}, ensure_ascii=False))
    for row in rows:
        click.echo(json.dumps(asdict(row), default=str, ensure_ascii=False))


@shipping_group.command("again")
@click.argument("order")
@with_appcontext
def again(order: str) -> None:
    """Tell WeChat of an order once more, which it refused or did not answer."""
    with transaction():
        shipping.try_again(
            merchant_id=numbers.merchant_of(order, numbers.Kind.ORDER),
            order_number=order,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo("it is due now")


@shipping_group.command("parcel")
@click.argument("order")
@click.argument("company")
@click.argument("tracking_number")
@click.option("--contact", help="Masked phone of the receiver; some companies want it.")
@with_appcontext
def parcel(order: str, company: str, tracking_number: str, contact: str | None) -> None:
    """The parcel of an order is on its way. COMPANY is WeChat's id, such as SF."""
    with transaction():
        shipping.set_parcel(
            merchant_id=numbers.merchant_of(order, numbers.Kind.ORDER),
            order_number=order,
            parcel=shipping.Parcel(
                company=company, tracking_number=tracking_number, contact=contact
            ),
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo("WeChat will hear of it now")


COMMANDS = (shipping_group,)
