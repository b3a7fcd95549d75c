"""A batch whose cards nobody can bind until a second person has agreed to it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.paper_cards.errors import BatchNotHeld
from app.kernel import audit
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound

HOLD = """
UPDATE card_batches SET is_held = true
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""
RELEASE = """
UPDATE card_batches SET is_held = false
WHERE merchant_id = %(merchant_id)s AND number = %(number)s AND is_held
"""
LOCK = """
SELECT title, is_held AND stopped_at IS NULL AND bind_until > %(at)s FROM card_batches
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
FOR NO KEY UPDATE
"""


@dataclass(frozen=True)
class _Batch:
    title: str
    is_waiting: bool


def hold(*, merchant_id: int, number: str) -> None:
    """Its cards are worth nothing yet. Raises NotFound."""
    if not execute(HOLD, {"merchant_id": merchant_id, "number": number}):
        raise NotFound("There is no such batch.", number=number[:40])


def release(*, merchant_id: int, number: str, actor: str, at: datetime) -> None:
    """Its cards can be bound, unless it was stopped. One that was not held is left as it is."""
    if execute(RELEASE, {"merchant_id": merchant_id, "number": number}):
        audit.record(
            merchant_id=merchant_id,
            actor=actor,
            action="card_batch.release",
            subject=number,
            at=at,
        )


def lock_held(*, merchant_id: int, number: str, at: datetime) -> str:
    """The title of a batch that is held and could still be bound; nobody changes it meanwhile.

    Whoever asks about it once more begins here, so that what a yes has just released is not held
    again. Raises NotFound, BatchNotHeld.
    """
    which = {"merchant_id": merchant_id, "number": number, "at": at}
    found = fetch_one(_Batch, LOCK, which)
    if found is None:
        raise NotFound("There is no such batch.", number=number[:40])
    if not found.is_waiting:
        raise BatchNotHeld("这批卡不需要复核，或已停用、已过期", number=number)
    return found.title
