"""Every promise of `flask verify all`, compared with what was broken before.

The seeded shop is made for speed: its vouchers have no past. So what counts is what is new. Nobody seals
the log meanwhile, and its chain is not looked at.
"""

from collections.abc import Mapping
from datetime import timedelta

from app.config import Settings
from app.domain import ledger, proofs
from app.factory import create_app
from app.kernel import clock
from app.kernel.db import db, execute, transaction

PATIENCE = timedelta(seconds=60)
UNSEALED = "what was done is sealed"
Troubles = dict[str, frozenset[str]]


def troubles(env: Mapping[str, str]) -> Troubles:
    """By promise, a sentence each."""
    app = create_app(Settings.from_env(env))
    with app.app_context():
        try:
            return _ask()
        finally:
            db.session.remove()
            db.engine.dispose()


def new(before: Troubles, after: Troubles) -> list[str]:
    """A line for each promise that has troubles which it did not have before."""
    fresh = {
        promise: sorted(found - before.get(promise, frozenset()))
        for promise, found in after.items()
    }
    return [
        f"{promise}: {len(found)}, such as {found[0]}" for promise, found in fresh.items() if found
    ]


def _ask() -> Troubles:
    with transaction():
        execute("SET LOCAL statement_timeout = 0", {})
        findings = [
            *proofs.unfinished(at=clock.now(), patience=PATIENCE),
            *ledger.findings(),
            *proofs.findings(),
        ]
    found: dict[str, frozenset[str]] = {}
    for each in findings:
        if each.promise == UNSEALED:
            continue
        found[each.promise] = found.get(each.promise, frozenset()) | frozenset(each.troubles)
    return found
