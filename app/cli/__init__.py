"""`flask …` for those who run an installation. What the processes do is under `flask jobs`."""

from flask import Flask

from app.cli import (
    backups,
    campaigns,
    card_bag,
    catalog,
    complaints,
    demo,
    messages,
    mini_program,
    official,
    operating,
    panel,
    paper_cards,
    parcels,
    points,
    pools,
    promotions,
    proving,
    refunds,
    refusals,
    shipping,
    tiers,
    value,
)


def register(app: Flask) -> None:
    """Add the commands to an application."""
    for command in (
        *operating.COMMANDS,
        *demo.COMMANDS,
        *shipping.COMMANDS,
        *pools.COMMANDS,
        *parcels.COMMANDS,
        *card_bag.COMMANDS,
        *catalog.COMMANDS,
        *campaigns.COMMANDS,
        *complaints.COMMANDS,
        *paper_cards.COMMANDS,
        *value.COMMANDS,
        *official.COMMANDS,
        *messages.COMMANDS,
        *refunds.COMMANDS,
        *points.COMMANDS,
        *tiers.COMMANDS,
        *promotions.COMMANDS,
        *panel.COMMANDS,
        *proving.COMMANDS,
        *backups.COMMANDS,
        *mini_program.COMMANDS,
    ):
        app.cli.add_command(command)


def tell_plainly(app: Flask) -> None:
    """Have every command that was added, by whomever, say on one line why it refuses."""
    refusals.tell_plainly(app.cli)
