"""Pictures of WeChat's that could not be fetched with their words: asked for again, then given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.complaints.rules import PHOTO_RETRIES, PhotoState
from app.kernel.db import execute, fetch_all, fetch_one

ADD = """
INSERT INTO complaint_photos (merchant_id, line_id, address, state, tries, next_at, trouble)
VALUES (%(merchant_id)s, %(line_id)s, %(address)s, %(state)s, 1, %(next_at)s, %(trouble)s)
ON CONFLICT (merchant_id, line_id, address) DO NOTHING
"""
# Across merchants, without locks; whoever settles one looks again.
DUE = """
SELECT p.merchant_id, p.id, t.channel_id, p.address
FROM complaint_photos p
JOIN complaint_lines l ON l.merchant_id = p.merchant_id AND l.id = p.line_id
JOIN complaint_tickets t ON t.merchant_id = l.merchant_id AND t.id = l.ticket_id
WHERE p.state = 'waiting' AND p.next_at <= %(at)s AND t.channel_id IS NOT NULL
ORDER BY p.next_at LIMIT %(limit)s
"""
# The row goes and the line names the file in one act: of two who fetched it, one adds it.
KEEP = """
WITH here AS (
  DELETE FROM complaint_photos WHERE merchant_id = %(merchant_id)s AND id = %(photo_id)s
  RETURNING line_id
)
UPDATE complaint_lines l SET photos = l.photos || to_jsonb(%(key)s::text)
FROM here WHERE l.merchant_id = %(merchant_id)s AND l.id = here.line_id
"""
LOCK = """
SELECT tries, state FROM complaint_photos
WHERE merchant_id = %(merchant_id)s AND id = %(photo_id)s FOR NO KEY UPDATE
"""
FAIL = """
UPDATE complaint_photos SET state = %(state)s, tries = tries + 1, next_at = %(next_at)s,
  trouble = %(trouble)s
WHERE merchant_id = %(merchant_id)s AND id = %(photo_id)s
"""


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A picture that was not to be had, and why. `may_come`: asking again may help."""

    address: str
    trouble: str
    may_come: bool


@dataclass(frozen=True)
class DuePhoto:
    """A picture to be asked for again, at this pay account."""

    merchant_id: int
    photo_id: int
    channel_id: int
    address: str


@dataclass(frozen=True)
class _Tried:
    tries: int
    state: str


def note_missed(*, merchant_id: int, line_id: int, missed: Sequence[Missed], at: datetime) -> None:
    """These pictures of a new line are not here yet."""
    for each in missed:
        execute(
            ADD,
            {
                "merchant_id": merchant_id,
                "line_id": line_id,
                "address": each.address,
                "trouble": each.trouble,
                **_next(each, tries=1, at=at),
            },
        )


def list_due_photos(*, at: datetime, limit: int) -> list[DuePhoto]:
    """Across merchants, without locks: pictures whose turn has come again."""
    return fetch_all(DuePhoto, DUE, {"at": at, "limit": limit})


def keep_missing(*, merchant_id: int, photo_id: int, key: str) -> bool:
    """It is here, as this file; False when somebody else was quicker."""
    return bool(execute(KEEP, {"merchant_id": merchant_id, "photo_id": photo_id, "key": key}))


def note_failure(*, merchant_id: int, photo_id: int, missed: Missed, at: datetime) -> bool:
    """It was not to be had again; whether it is given up by now."""
    which = {"merchant_id": merchant_id, "photo_id": photo_id}
    found = fetch_one(_Tried, LOCK, which)
    if found is None or found.state == PhotoState.GIVEN_UP:
        return False
    following = _next(missed, tries=found.tries + 1, at=at)
    execute(FAIL, {**which, "trouble": missed.trouble, **following})
    return following["state"] == PhotoState.GIVEN_UP


def _next(missed: Missed, *, tries: int, at: datetime) -> dict[str, object]:
    """Whether and when it is tried once more, after so many tries."""
    if not missed.may_come or tries > len(PHOTO_RETRIES):
        return {"state": PhotoState.GIVEN_UP.value, "next_at": at}
    return {"state": PhotoState.WAITING.value, "next_at": at + PHOTO_RETRIES[tries - 1]}
