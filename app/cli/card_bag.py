"""The WeChat card bag: what is set up, and where the platform says something else."""

import json
from dataclasses import asdict

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import card_bag, merchants
from app.domain.card_bag import Capability
from app.kernel import clock
from app.kernel.db import transaction
from app.web import bags

ACTOR = "system"
CAPABILITIES = click.Choice([each.value for each in Capability])

card_bag_group = AppGroup("card-bag", help="Cards in people's WeChat card bags.")


@card_bag_group.command("add")
@click.argument("merchant")
@click.argument("capability", type=CAPABILITIES)
@click.argument("appid")
@click.option("--store", required=True, help="Where uses at WeChat's own counter are booked.")
@click.option("--channel", help="Coupons only: the number of the pay channel that owns them.")
@click.option(
    "--brand", help="Product coupons only: the brand_id; it signs with that channel's keys."
)
@click.option("--location", "locations", multiple=True, help="LOCATION_ID=STORE; may be repeated.")
@with_appcontext
def add(
    merchant: str,
    capability: str,
    appid: str,
    *,
    store: str,
    channel: str | None,
    brand: str | None,
    locations: tuple[str, ...],
) -> None:
    """Let an account's cards stand for vouchers. It stays off until "on".

    The old APIv2 key, which signs merchant coupons, is asked for and not shown.
    """
    wants_secret = Capability(capability) is Capability.BUSIFAVOR
    secret = click.prompt("APIv2 key", hide_input=True) if wants_secret else None
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        card_bag.add_bag(
            merchant_id=merchant_id,
            capability=Capability(capability),
            appid=appid,
            store_number=store,
            channel_id=_channel_id(merchant_id, channel),
            brand_id=brand,
            secret=secret,
            locations=dict(location.split("=", 1) for location in locations),
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo("it is off; switch it on when its cards are there")


@card_bag_group.command("card")
@click.argument("merchant")
@click.argument("capability", type=CAPABILITIES)
@click.argument("platform_id")
@click.option("--benefit", help="The benefit's number; without it, it is the member card.")
@click.option("--own-codes/--wechats-codes", default=True, show_default=True)
@with_appcontext
def card(
    merchant: str, capability: str, platform_id: str, benefit: str | None, *, own_codes: bool
) -> None:
    """Let a card of WeChat stand for a benefit.

    PLATFORM_ID is a card id, a stock id, or "product/stock" of a product coupon.
    """
    with transaction():
        card_bag.add_template(
            merchant_id=merchants.merchant_id_of(merchant),
            capability=Capability(capability),
            platform_id=platform_id,
            benefit_number=benefit,
            has_own_codes=own_codes,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo("customers may put it into their bags")


@card_bag_group.command("on")
@click.argument("merchant")
@click.argument("capability", type=CAPABILITIES)
@with_appcontext
def switch_on(merchant: str, capability: str) -> None:
    """Offer, tell and compare from now on."""
    _switch(merchant, capability, is_on=True)


@card_bag_group.command("off")
@click.argument("merchant")
@click.argument("capability", type=CAPABILITIES)
@with_appcontext
def switch_off(merchant: str, capability: str) -> None:
    """Offer, tell and compare nothing any more. The wallet goes on as it was."""
    _switch(merchant, capability, is_on=False)


@card_bag_group.command("list")
@click.argument("merchant")
@with_appcontext
def list_bags(merchant: str) -> None:
    """What is set up: JSON, a line each."""
    with transaction():
        bags = card_bag.list_bags(merchant_id=merchants.merchant_id_of(merchant))
        lines = [(bag.capability.value, bag.is_on, bag.compared_at) for bag in bags]
    for capability, is_on, compared_at in lines:
        line = {"capability": capability, "is_on": is_on, "compared_at": compared_at}
        click.echo(json.dumps(line, default=str))


@card_bag_group.command("callbacks")
@click.argument("merchant")
@with_appcontext
def callbacks(merchant: str) -> None:
    """Have WeChat Pay tell our door of coupons: the address for each product that is on."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        are_on = [
            bag.capability for bag in card_bag.list_bags(merchant_id=merchant_id) if bag.is_on
        ]
    for capability in are_on:
        url = bags.be_told(merchant_id=merchant_id, capability=capability)
        click.echo(f"{capability.value} {url or 'tells its message door'}")


@card_bag_group.command("compare")
@click.argument("merchant")
@with_appcontext
def compare(merchant: str) -> None:
    """Let the next sweep of compare_bags look at every bag of a merchant again."""
    with transaction():
        marked = card_bag.compare_soon(merchant_id=merchants.merchant_id_of(merchant))
    click.echo(f"{marked} to compare")


@card_bag_group.command("differences")
@click.argument("merchant")
@click.option("--all", "with_mended", is_flag=True, help="Also those that were mended.")
@click.option("--limit", default=100, show_default=True)
@with_appcontext
def differences(merchant: str, limit: int, *, with_mended: bool) -> None:
    """Where WeChat and our books say different things: JSON, a line each, the newest first."""
    with transaction():
        found = card_bag.list_differences(
            merchant_id=merchants.merchant_id_of(merchant), with_mended=with_mended, limit=limit
        )
    for line in found:
        click.echo(json.dumps(asdict(line), default=str, ensure_ascii=False))


def _switch(merchant: str, capability: str, *, is_on: bool) -> None:
    with transaction():
        card_bag.switch(
            merchant_id=merchants.merchant_id_of(merchant),
            capability=Capability(capability),
            is_on=is_on,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo("on" if is_on else "off")


def _channel_id(merchant_id: int, number: str | None) -> int | None:
    if number is None:
        return None
    channel = merchants.get_pay_channel_by_number(merchant_id=merchant_id, number=number)
    return channel.channel_id


COMMANDS = (card_bag_group,)
