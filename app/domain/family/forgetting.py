"""What becomes of a family when somebody closes his account."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from app.domain.family.errors import NoFamily
from app.domain.family.joining import leave
from app.domain.family.managing import dissolve
from app.kernel.db import execute

NOBODY = "家人"

# Held card by card, as everybody does who changes a place.
_HOLD = """
SELECT c.id FROM family_cards c WHERE c.merchant_id = %(merchant_id)s AND (
  c.owner_id = ANY(%(member_ids)s) OR c.id IN (SELECT card_id FROM family_seats
    WHERE merchant_id = %(merchant_id)s AND member_id = ANY(%(member_ids)s)))
ORDER BY c.id FOR NO KEY UPDATE
"""
_SEATS = """
merchant_id = %(merchant_id)s AND (member_id = ANY(%(member_ids)s) OR card_id IN (
  SELECT id FROM family_cards
  WHERE merchant_id = %(merchant_id)s AND owner_id = ANY(%(member_ids)s)))
"""
_NAMES = f"UPDATE family_seats SET name = %(nobody)s WHERE {_SEATS}"  # noqa: S608 - our own words
_NOTES = f"""
UPDATE family_requests SET note = NULL WHERE merchant_id = %(merchant_id)s AND seat_id IN (
  SELECT id FROM family_seats WHERE {_SEATS})
"""  # noqa: S608 - our own words


def forget_person(*, merchant_id: int, member_ids: Sequence[int], at: datetime) -> None:
    """What he is called there, what he called others, and what was written to him. Repeatable.

    His own card ends, for nobody is left who would see what is spent; so does his place in
    another's. His stored value stays his.
    """
    who: dict[str, object] = {"merchant_id": merchant_id, "member_ids": list(member_ids)}
    execute(_HOLD, who)
    for member_id in member_ids:
        for end in (dissolve, leave):
            with suppress(NoFamily):
                end(merchant_id=merchant_id, member_id=member_id, at=at)
    execute(_NAMES, {**who, "nobody": NOBODY})
    execute(_NOTES, who)
