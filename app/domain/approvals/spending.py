"""What one person did alone: the limit is for all of it, so that cutting it in slices helps nobody."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain import merchants
from app.domain.approvals import statements
from app.domain.approvals.actions import By, Price
from app.domain.approvals.models import Kind
from app.kernel import calendar
from app.kernel.db import execute, fetch_one

WINDOW = timedelta(days=30)
"""For so long what one person gave for the same order, or to the same member, adds up."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One action of one person, as it counts against his limit."""

    kind: Kind
    subject: str
    price: Price


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Fen:
    fen: int


def lock_actor(by: By, kind: Kind) -> None:
    """Two actions of one person at once: the second one knows of the first."""
    execute(statements.LOCK_ACTOR, _whose(by, kind))


def is_within(above_fen: int | None, part: Part, by: By) -> bool:
    """Whether one person may do it alone, beside all that he did alone before.

    What he would get himself he does not.
    """
    if above_fen is None:
        return True
    if part.price.amount_fen is None or _gains(part, by):
        return False
    return part.price.amount_fen + _done_before(part, by) <= above_fen


def note(part: Part, by: By) -> None:
    """It counts for the next one. What is unbounded was done because there is no limit."""
    if part.price.amount_fen:
        execute(statements.NOTE_ALONE, {**_told(part, by), "amount_fen": part.price.amount_fen})


def _gains(part: Part, by: By) -> bool:
    himself = {"merchant_id": by.merchant_id, "by": by.actor, "member_id": part.price.member_id}
    return fetch_one(_Id, statements.IS_HIMSELF, himself) is not None


def _done_before(part: Part, by: By) -> int:
    """In fen: today's, or what the same order or member got, whatever is most."""
    found = fetch_one(_Fen, statements.DONE_ALONE, _told(part, by))
    return found.fen if found else 0


def _told(part: Part, by: By) -> dict[str, object]:
    zone = merchants.profile(merchant_id=by.merchant_id).zone
    return {
        **_whose(by, part.kind),
        "subject": part.subject,
        "member_id": part.price.member_id,
        "day": calendar.day_of(by.at, zone),
        "at": by.at,
        "since": by.at - WINDOW,
    }


def _whose(by: By, kind: Kind) -> dict[str, object]:
    return {"merchant_id": by.merchant_id, "kind": kind.value, "actor": by.actor}
