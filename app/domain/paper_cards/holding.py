"""A batch whose cards nobody can bind until a second person has agreed to it."""

from datetime import datetime

from app.kernel import audit
from app.kernel.db import execute
from app.kernel.errors import NotFound

HOLD = """
UPDATE card_batches SET is_held = true
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""
RELEASE = """
UPDATE card_batches SET is_held = false
WHERE merchant_id = %(merchant_id)s AND number = %(number)s AND is_held
"""


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
