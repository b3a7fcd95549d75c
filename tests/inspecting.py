"""A cursor that reads what it is told to do: the second wall between two merchants.

Any statement on a tenant table without the merchant in it fails the test, whichever code sent
it. The few that look across merchants on purpose are listed with their reason.
"""

import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import psycopg

from app.migrations.metadata import tenant_tables

TABLE = re.compile(
    r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(?:ONLY\s+)?\"?(" + "|".join(tenant_tables()) + r")\"?\b",
    re.IGNORECASE,
)
# Functions that look across merchants on purpose, and why.
ACROSS = {
    "list_due": "the relay and the sweeps list what is due; each row is then worked on by itself",
    "mark_handed_out": "joins on pairs of merchant and id",
    "list_due_looks": "a sweep",
    "list_open_refunds": "a sweep",
    "list_open_transfers": "a sweep",
    "list_running": "a sweep",
    "list_expired": "a sweep",
    "list_stuck": "what waits for a person in the whole house",
    "list_overdue": "a sweep",
    "list_unapplied": "a sweep",
    "list_unsealed_merchants": "a sweep",
    "list_channels_to_compare": "a sweep",
    "expire_due": "a sweep",
    "list_channels": "a sweep",
    "list_ending": "a sweep",
    "list_old_uploads": "a sweep",
    "return_due": "a sweep",
    "list_to_hurry": "a sweep",
    "list_to_warn": "a sweep",
    "list_terms_due": "a sweep",
    "list_merchants": "a sweep goes through the merchants that have tiers",
    "notify_due": "a sweep",
    "stuck_everywhere": "what waits in the whole house",
    "waiting_everywhere": "how much waits in the whole house",
    "backlog": "how much waits in the whole house",
    "list_given_up": "what waits for a person in the whole house",
    "list_stuck_refunds": "what waits for a person in the whole house",
    "list_open_differences": "what waits for a person in the whole house",
    "list_old_files": "a sweep",
    "list_old": "a sweep",
    "forget_done": "housekeeping of the whole house",
    "forget": "housekeeping of the whole house",
    "forget_sessions": "housekeeping of the whole house",
    "forget_tickets": "housekeeping of the whole house",
    "verify": "the proof for the whole database",
    "check": "the proof for the whole database, promise by promise",
}


@dataclass
class Seen:
    statements: list[str] = field(default_factory=list)
    offences: list[str] = field(default_factory=list)


_watching: list[Seen] = []


class InspectingCursor(psycopg.Cursor):
    def execute(self, query, params=None, **more):
        if _watching:
            _look(query)
        return super().execute(query, params, **more)

    def executemany(self, query, params_seq, **more):
        if _watching:
            _look(query)
        return super().executemany(query, params_seq, **more)


@contextmanager
def inspecting():
    seen = Seen()
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)


def _look(query):
    told = query if isinstance(query, str) else str(query)
    for seen in _watching:
        seen.statements.append(told)
    if _forgets_the_merchant(told) and not _may_look_across():
        for seen in _watching:
            seen.offences.append(f"no merchant in:\n{told}")


# The same few hundred are said a million times.
@cache
def _forgets_the_merchant(told):
    if not TABLE.search(told):
        return False
    return "merchant_id" not in _conditions(told)


def _conditions(told):
    """Only what restricts counts: after WHERE or ON, or the values of an INSERT."""
    if re.match(r"\s*INSERT\b", told, re.IGNORECASE) or re.match(r"\s*WITH\b", told):
        return told
    start = re.search(r"\bWHERE\b|\bON\b", told, re.IGNORECASE)
    return told[start.start() :] if start else ""


def _may_look_across():
    return any(
        name in ACROSS and ("/app/" in file or "/jobs/" in file) for name, file in _callers(21)
    ) or any("/tests/" in file and name.startswith("look_") for name, file in _callers(9))


def _callers(limit):
    """Who asked, by name and file, the nearest first. Their source is nobody's business here."""
    frame = sys._getframe(1)
    while frame is not None and limit:
        yield frame.f_code.co_name, frame.f_code.co_filename
        frame, limit = frame.f_back, limit - 1
