"""Ours inside this process: commands and questions, without the seconds that a new process takes."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, fields
from typing import Any

from flask import Flask

from app.config import Settings
from app.factory import create_app
from app.kernel.db import db
from deploy.local.children import NotStarted
from deploy.local.house import House


@dataclass(frozen=True, kw_only=True)
class Inside(House):
    """A house whose commands run here."""

    app: Flask

    def flask(self, *words: str) -> str:
        """What the command printed. Raises NotStarted."""
        done = self.app.test_cli_runner().invoke(args=list(words))
        if done.exit_code:
            raise NotStarted(f"flask {' '.join(words)} failed:\n{done.output}{done.exception!r}")
        return done.stdout


@contextmanager
def inside(house: House) -> Iterator[Inside]:
    """The same house; what its application logs goes to a file."""
    known: dict[str, Any] = {each.name: getattr(house, each.name) for each in fields(house)}
    path = house.folder / "logs" / "inside.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        with redirect_stdout(log):
            app = create_app(Settings.from_env(house.env))
        try:
            yield Inside(**known, app=app)
        finally:
            with app.app_context():
                db.engine.dispose()
