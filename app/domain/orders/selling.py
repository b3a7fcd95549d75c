"""How an offer sold, for whoever is about to take it off the shelf."""

from dataclasses import dataclass

from app.domain.orders import statements
from app.kernel.db import fetch_one


@dataclass(frozen=True)
class Sold:
    """`pieces` paid and not returned, of how many `buyers`; orders `waiting` to be paid."""

    pieces: int
    buyers: int
    waiting: int


def sold_of_offer(*, merchant_id: int, offer_id: int) -> Sold:
    """All time."""
    which = {"merchant_id": merchant_id, "offer_id": offer_id}
    return fetch_one(Sold, statements.SOLD_OF_OFFER, which) or Sold(0, 0, 0)
