"""What a family says of somebody who closes his account."""

from collections.abc import Sequence

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


def forget_person(*, merchant_id: int, member_ids: Sequence[int]) -> None:
    """What he is called there, what he called others, and what was written to him. Repeatable.

    The card itself is his stored value's business, and stays as it is.
    """
    who: dict[str, object] = {"merchant_id": merchant_id, "member_ids": list(member_ids)}
    execute(_HOLD, who)
    execute(_NAMES, {**who, "nobody": NOBODY})
    execute(_NOTES, who)
