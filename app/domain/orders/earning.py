"""What a purchase may earn points on, and until when it can be given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.catalog import OfferKind, RefundPolicy
from app.kernel.db import fetch_one

# Whoever bought may always change his mind for so long.
COOLING_OFF = timedelta(days=7)
# What brings money to spend earns when it is spent.
_EARNS_LATER = (OfferKind.TOPUP.value, OfferKind.GIFT_CARD.value)

# The order is held, so that a return that runs at the same time is seen whole or comes after.
_PURCHASE = """
SELECT o.member_id, o.number, o.fulfilled_at,
  CASE WHEN EXISTS (SELECT FROM order_lines l WHERE l.merchant_id = %(merchant_id)s
      AND l.order_id = o.id AND l.kind = ANY(%(earns_later)s)) THEN 0
    ELSE o.total_fen END::bigint,
  (SELECT array_agg(DISTINCT coalesce(l.refund_policy, g.refund_policy)) FROM order_lines l
   JOIN offers g ON g.merchant_id = l.merchant_id AND g.id = l.offer_id
   WHERE l.merchant_id = %(merchant_id)s AND l.order_id = o.id),
  (SELECT max(v.valid_until) FROM cards c
   JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
   WHERE c.merchant_id = %(merchant_id)s AND c.order_id = o.id)
FROM orders o
WHERE o.merchant_id = %(merchant_id)s AND o.id = %(order_id)s AND o.fulfilled_at IS NOT NULL
FOR SHARE OF o
"""


@dataclass(frozen=True)
class Purchase:
    """A paid order as a rule sees it: money in fen that was spent, whatever came back since."""

    member_id: int
    number: str
    bought_at: datetime
    spent_fen: int
    policies: list[str]
    vouchers_end_at: datetime | None

    @property
    def refundable_until(self) -> datetime:
        return refundable_until(self.policies, self.vouchers_end_at, bought_at=self.bought_at)


def refundable_until(
    policies: Sequence[str], vouchers_end_at: datetime | None, *, bought_at: datetime
) -> datetime:
    """The refund deadline of a purchase: seven days, or as long as its terms say if that is later.

    Unused vouchers that may go back at any time can until the last one ends; where expired ones
    are refunded too, some days longer, in which that happens by itself.
    """
    deadline = bought_at + COOLING_OFF
    if vouchers_end_at is None:
        return deadline
    if RefundPolicy.ANY_TIME_AND_EXPIRED in policies:
        return max(deadline, vouchers_end_at + COOLING_OFF)
    if RefundPolicy.ANY_TIME_UNUSED in policies:
        return max(deadline, vouchers_end_at)
    return deadline


def purchase_of(*, merchant_id: int, order_id: int) -> Purchase | None:
    """The order as it stands, held against returns until commit; None when it brought nothing."""
    return fetch_one(
        Purchase,
        _PURCHASE,
        {
            "merchant_id": merchant_id,
            "order_id": order_id,
            "earns_later": list(_EARNS_LATER),
        },
    )
