"""For servers and the flask command: `granian --interface wsgi wsgi:app`."""

import sys
from pathlib import Path

from flask import Flask

from app.config import BadSettings, settings_here
from app.factory import commands_alone, create_app


def _only_reads() -> bool:
    """`flask` by itself, or any of its commands with --help."""
    command, *said = sys.argv
    return "--help" in said or (not said and Path(command).stem == "flask")


def _app() -> Flask:
    try:
        return create_app(settings_here())
    except BadSettings as troubles:
        if _only_reads():
            return commands_alone()
        sys.exit(str(troubles))


app = _app()
