"""`flask verify all`, again and again: while everybody is busy, and when everything is at rest."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from app.kernel.db import db
from chaos.inside import Inside
from chaos.machines import Postgres
from deploy.local import children

# Work may be under way so long while things go wrong, and so long when nobody comes any more.
BUSY_S, AT_REST_S = 600, 60
# Each look is a new connection; the house shall have the machine.
LOOKS_EVERY_S = 0.5
ROOT = Path(__file__).parents[1]
WAITING = "SELECT count(*) FROM outbox WHERE done_at IS NULL AND failed_at IS NULL"
STILL_TO_DO = """
SELECT (SELECT count(*) FROM outbox WHERE done_at IS NULL AND failed_at IS NULL),
  (SELECT count(*) FROM refunds WHERE state IN ('asked', 'processing')),
  (SELECT count(*) FROM returns WHERE state IN ('frozen', 'paying', 'paid')),
  (SELECT count(*) FROM payments p JOIN orders o ON o.merchant_id = p.merchant_id
     AND o.id = p.order_id WHERE p.state = 'received' AND o.state IN ('pending', 'paid')),
  (SELECT count(*) FROM inbox WHERE applied_at IS NULL),
  (SELECT count(*) FROM audit WHERE seal_no IS NULL)
"""
WHAT = ("jobs", "refunds", "returns", "paid orders", "notices", "lines to seal")


class Verifier:
    """It only looks."""

    def __init__(self, house: Inside) -> None:
        self._house, self._app = house, house.app

    def while_busy(self) -> list[str]:
        """Broken promises, a sentence each; the command itself, in this process."""
        with self._app.app_context():
            # What it had may have been cut.
            db.engine.dispose()
        words = ["verify", "all", "--patience", str(BUSY_S)]
        told = self._app.test_cli_runner().invoke(args=words)
        if told.exception and not isinstance(told.exception, SystemExit):
            return [f"flask verify all failed: {told.exception!r}"]
        return broken(told.output.splitlines())

    def at_rest(self) -> list[str]:
        """The same, as somebody types it."""
        words = [sys.executable, "-m", "flask", "--app", "wsgi", "verify", "all"]
        done = subprocess.run(
            [*words, "--patience", str(AT_REST_S)],
            env=os.environ | self._house.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        found = broken(done.stdout.splitlines())
        if done.returncode and not found:
            return [f"flask verify all failed: {done.stderr[-300:]}"]
        return found


def broken(lines: Iterable[str]) -> list[str]:
    """Each broken promise, with the first thing that was said of it."""
    found: list[str] = []
    for line in lines:
        if line.startswith("BROKEN"):
            found.append(line.partition(" s  ")[2])
        elif line.startswith(" ") and found and ": " not in found[-1]:
            found[-1] += f": {line.strip()}"
    return found


def drained(postgres: Postgres, *, within: float) -> dict[str, int]:
    """Wait until nothing is left to do; what is left when the time is over."""
    left: dict[str, int] = {}

    def nothing() -> bool:
        with postgres.connect() as connection:
            row = connection.execute(STILL_TO_DO).fetchone() or ()
        left.clear()
        left.update({name: count for name, count in zip(WHAT, row, strict=True) if count})
        return not left

    children.until(nothing, within=within, every=LOOKS_EVERY_S)
    return left


def jobs_waiting(postgres: Postgres) -> int:
    """How much was ordered and is not done yet."""
    with postgres.connect() as connection:
        row = connection.execute(WAITING).fetchone()
    return int(row[0]) if row else 0
