"""The numbers of what a merchant gives and sells, for commands that ask for them."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import catalog, merchants
from app.domain.catalog import BenefitLine, OfferLine
from app.kernel.db import transaction

catalog_group = AppGroup("catalog", help="Benefits and offers, with their numbers.")


@catalog_group.command("benefits")
@click.argument("merchant")
@with_appcontext
def benefits(merchant: str) -> None:
    """Every benefit with its number B…, drafts included: JSON, a line each."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        found = catalog.list_every_benefit(merchant_id=merchant_id)
    _tell(found)


@catalog_group.command("offers")
@click.argument("merchant")
@with_appcontext
def offers(merchant: str) -> None:
    """Every offer with its number G…, drafts and stopped ones included: JSON, a line each."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        found = catalog.list_every_offer(merchant_id=merchant_id)
    _tell(found)


def _tell(found: Sequence[BenefitLine | OfferLine]) -> None:
    for line in found:
        click.echo(json.dumps(asdict(line), ensure_ascii=False))


COMMANDS = (catalog_group,)
