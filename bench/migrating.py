"""Every migration at full size, one after another, while hot work goes on."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from psycopg import errors
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.migrations.run import configuration
from bench.hot import Met, going_on

# Rows of today have no place in a schema before this one: benefits of kinds that it does not know.
OLDEST = "c1000a5e2f01"
ALONE_S = 2.0
TRIES = 5
GAVE_WAY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.QueryCanceled)


@dataclass(frozen=True)
class Measured:
    """One migration. `tries`: one that waits too long for a table gives up, and is done again."""

    name: str
    seconds: float
    tries: int
    met: Met
    is_through: bool = True

    def as_words(self) -> dict[str, object]:
        held = {f"{table}: {who}": seconds for (table, who), seconds in self.met.held.items()}
        waits = {verb: asdict(each) for verb, each in self.met.waits.items()}
        return {
            "migration": self.name,
            "seconds": self.seconds,
            "tries": self.tries,
            "is_through": self.is_through,
            "waits": waits,
            "held_seconds": held,
        }


def measure(database_url: str, *, latest: int | None = None) -> Iterator[Measured]:
    """Take each migration back and do it again, the newest first; the database ends one schema old.

    All tables that are older than a migration hold their rows when it is measured, so a younger
    one is never in its way.
    """
    plain = make_url(database_url).set(drivername="postgresql")
    driver_url = plain.render_as_string(hide_password=False)
    config = configuration(database_url)
    with going_on(driver_url) as met:
        time.sleep(ALONE_S)
    yield Measured("(no migration)", ALONE_S, 1, met)
    for script in list(_younger(config))[:latest]:
        command.downgrade(config, str(script.down_revision))
        with going_on(driver_url) as met:
            began = time.perf_counter()
            tries, is_through = _upgrade(config, script.revision)
            seconds = time.perf_counter() - began
        yield Measured(Path(script.path).stem, seconds, tries, met, is_through)
        command.downgrade(config, str(script.down_revision))


def _younger(config: Config) -> Iterator[Script]:
    for script in ScriptDirectory.from_config(config).walk_revisions():
        if script.revision == OLDEST:
            return
        yield script


def _upgrade(config: Config, revision: str) -> tuple[int, bool]:
    """How many tries, and whether it got through. It gives up rather than block the shop."""
    for number in range(1, TRIES + 1):
        try:
            command.upgrade(config, revision)
        except DBAPIError as refusal:
            if not isinstance(refusal.orig, GAVE_WAY):
                raise
        else:
            return number, True
    return TRIES, False
