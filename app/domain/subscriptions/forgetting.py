"""What is left of an address when its owner closes his account, and when nobody may need it more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.subscriptions.addresses import Address, seal
from app.kernel.db import execute, fetch_all

FORGOTTEN = Address(
    name="已删除", phone="00000", province="已删除", city="已删除", county="已删除", street="已删除"
)

_LOOSEN = """
UPDATE subscriptions SET address_id = NULL
WHERE merchant_id = %(merchant_id)s AND address_id IN (
  SELECT id FROM member_addresses
  WHERE merchant_id = %(merchant_id)s AND member_id = ANY(%(member_ids)s))
"""
_REMOVE = """
DELETE FROM member_addresses
WHERE merchant_id = %(merchant_id)s AND member_id = ANY(%(member_ids)s)
"""
# Across merchants: addresses are sealed for each merchant by himself.
_OLD = """
SELECT merchant_id, array_agg(id) FROM (
  SELECT merchant_id, id FROM parcels
  WHERE forgotten_at IS NULL AND state <> 'to_send'
    AND (sent_at < %(before)s OR sent_at IS NULL AND created_at < %(before)s)
  ORDER BY merchant_id, id LIMIT %(limit)s) p
GROUP BY merchant_id ORDER BY merchant_id
"""
_FORGET = """
UPDATE parcels SET address_sealed = %(sealed)s, forgotten_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s) AND forgotten_at IS NULL
"""


@dataclass(frozen=True)
class _Old:
    merchant_id: int
    ids: list[int]


def forget_person(*, merchant_id: int, member_ids: Sequence[int]) -> None:
    """His address book goes; his cards have nowhere to send to any more. Repeatable.

    Parcels keep the address they were packed for: one that waits has still to arrive, and where
    the others went is part of the trade, which is kept for three years (E-commerce Law, art. 31).
    """
    who: dict[str, object] = {"merchant_id": merchant_id, "member_ids": list(member_ids)}
    execute(_LOOSEN, who)
    execute(_REMOVE, who)


def forget_old_parcels(*, before: datetime, at: datetime, limit: int) -> int:
    """Where parcels went that were sent before, of all merchants; how many. Repeatable."""
    forgotten = 0
    for old in fetch_all(_Old, _OLD, {"before": before, "limit": limit}):
        sealed = seal(FORGOTTEN, merchant_id=old.merchant_id)
        which = {"merchant_id": old.merchant_id, "ids": old.ids, "sealed": sealed, "at": at}
        forgotten += execute(_FORGET, which)
    return forgotten
