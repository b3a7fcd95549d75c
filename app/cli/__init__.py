"""`flask …` for those who run an installation. What the processes do is under `flask jobs`."""

from flask import Flask

from app.cli import campaigns, card_bag, demo, messages, official, operating, shipping


def register(app: Flask) -> None:
    """Add the commands to an application."""
    for command in (
        *operating.COMMANDS,
        *demo.COMMANDS,
        *shipping.COMMANDS,
        *card_bag.COMMANDS,
        *campaigns.COMMANDS,
        *official.COMMANDS,
        *messages.COMMANDS,
    ):
        app.cli.add_command(command)
