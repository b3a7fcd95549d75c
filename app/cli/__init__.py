"""`flask …` for those who run an installation. What the processes do is under `flask jobs`."""

from flask import Flask

from app.cli import demo, operating


def register(app: Flask) -> None:
    """Add the commands to an application."""
    for command in (*operating.COMMANDS, *demo.COMMANDS):
        app.cli.add_command(command)
