"""`flask panel …`: the first way in, when nobody can invite from inside."""

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.config import Settings
from app.domain import merchants
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction

ACTOR = "cli"
group = AppGroup("panel", help="The merchants' panel.")


@group.command("invite")
@click.argument("merchant")
@click.argument("name")
@click.option("--role", type=click.Choice([each.value for each in Role]), default=Role.OWNER.value)
@click.option("--store", "stores", multiple=True, help="Numbers of stores; a clerk needs one.")
@with_appcontext
def invite(merchant: str, name: str, role: str, stores: tuple[str, ...]) -> None:
    """Print a link by which NAME begins to work at MERCHANT. It works once, for a week."""
    merchant_id = merchants.merchant_id_of(merchant)
    with transaction():
        places = [merchants.get_store(merchant_id=merchant_id, number=each) for each in stores]
        made = merchants.invite_staff(
            merchant_id=merchant_id,
            name=name,
            role=Role(role),
            store_ids=[place.id for place in places],
            actor=ACTOR,
            at=clock.now(),
        )
    settings: Settings = current_app.extensions["settings"]
    click.echo(f"{settings.public_url.rstrip('/')}/admin/{merchant}/invitations#{made.token}")


COMMANDS = (group,)
