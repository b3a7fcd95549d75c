"""The verbs of these tests: let many go at once, count what came of it, take a guard away."""

from collections import Counter
from threading import Barrier

from sqlalchemy import text

from app.kernel.db import db, reading
from tests.builders.together import crowd

ENOUGH_SESSIONS = 32
SESSIONS = 36
MEETING_SECONDS = 20


def storm(app, calls):
    """What each call came to, with at least 32 database sessions open at once."""
    db.session.rollback()
    seen = crowd(app, calls, sessions=SESSIONS)
    assert seen.sessions >= ENOUGH_SESSIONS, (seen.sessions, tally(seen.results))
    return seen.results


def pair(app, *calls):
    """The same for a few calls, without the crowd."""
    db.session.rollback()
    return crowd(app, calls).results


def tally(results):
    """How often each outcome came: the code of a refusal, the name of a state, or "done"."""
    return Counter(told(result) for result in results)


def told(result):
    if isinstance(result, Exception):
        return getattr(result, "code", None) or repr(result)
    if getattr(result, "replayed", False):
        return "replayed"
    return getattr(result, "value", None) if isinstance(result, str) else "done"


def count(shop, table, where="true", **values):
    """Rows of this merchant."""
    query = text(f"SELECT count(*) FROM {table} WHERE merchant_id = :m AND {where}")  # noqa: S608
    found = reading().scalar(query, {"m": shop.id, **values})
    db.session.rollback()
    return found


def value(shop, column, table, where="true", **values):
    """One value of one row of this merchant."""
    query = text(f"SELECT {column} FROM {table} WHERE merchant_id = :m AND {where}")  # noqa: S608
    found = reading().scalar(query, {"m": shop.id, **values})
    db.session.rollback()
    return found


def meet_after(monkeypatch, where, name, *, parties=2):
    """All parties come out of this function before any goes on: the window, as wide as it gets.

    Gives the meeting, for parties that come another way.
    """
    real, meeting = getattr(where, name), Barrier(parties)

    def and_meet(*args, **more):
        result = real(*args, **more)
        meeting.wait(MEETING_SECONDS)
        return result

    monkeypatch.setattr(where, name, and_meet)
    return meeting


def without(statement, *guards):
    """The statement with its guards cut out. A guard that is not there fails the control."""
    for guard in guards:
        assert guard in statement, guard
        statement = statement.replace(guard, "")
    return statement
