"""What is said to members, with which of the platform's templates, and by which ways."""

import json
from dataclasses import asdict

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import merchants, messaging
from app.domain.messaging import MESSAGES, Channel
from app.kernel import clock
from app.kernel.db import transaction

ACTOR = "system"
WITH_TEMPLATES = [channel.value for channel in Channel if channel != Channel.KF]

message_group = AppGroup("message", help="Messages to members: templates, and ways to send them.")


@message_group.command("template")
@click.argument("merchant")
@click.argument("appid")
@click.argument("message", type=click.Choice(sorted(MESSAGES)))
@click.argument("template_id")
@click.option("--by", type=click.Choice(WITH_TEMPLATES), default=Channel.SUBSCRIBE.value)
@click.option("--field", "fields", multiple=True, required=True, help="thing1=title, and so on.")
@click.option("--page", help="Where a tap leads.")
@with_appcontext
def template(
    merchant: str,
    appid: str,
    message: str,
    template_id: str,
    *,
    by: str,
    fields: tuple[str, ...],
    page: str | None,
) -> None:
    """Say MESSAGE with this template from now on.

    A field names one of our words, or a value of its own after two equal signs: cur_status==4.
    """
    with transaction():
        messaging.add_template(
            merchant_id=merchants.merchant_id_of(merchant),
            appid=appid,
            message=message,
            template_id=template_id,
            fields=dict(_field(each) for each in fields),
            page=page,
            channel=Channel(by),
            actor=ACTOR,
            at=clock.now(),
        )


@message_group.command("way")
@click.argument("merchant")
@click.argument("channel", type=click.Choice([channel.value for channel in Channel]))
@click.argument("switch", type=click.Choice(["on", "off"]))
@with_appcontext
def way(merchant: str, channel: str, switch: str) -> None:
    """Use a way of sending, or do not."""
    with transaction():
        messaging.switch_channel(
            merchant_id=merchants.merchant_id_of(merchant),
            channel=Channel(channel),
            on=switch == "on",
            actor=ACTOR,
            at=clock.now(),
        )


@message_group.command("list")
@click.argument("merchant")
@with_appcontext
def list_ways(merchant: str) -> None:
    """Every template, and which ways are switched off, as JSON."""
    with transaction():
        setup = messaging.setup_of(merchant_id=merchants.merchant_id_of(merchant))
    click.echo(json.dumps(asdict(setup), ensure_ascii=False, indent=2))


def _field(text: str) -> tuple[str, str]:
    name, equals, word = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text} is not field=word")
    return name, word


COMMANDS = (message_group,)
