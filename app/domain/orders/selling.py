"""How an offer sold, for whoever is about to take it off the shelf, and how many more there are."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from app.domain import catalog
from app.domain.orders import selling_statements as statements
from app.kernel.db import execute, fetch_one


@dataclass(frozen=True)
class Sold:
    """`pieces` paid and kept, of how many `buyers`; `returned` went back whole, for their money.

    `waiting`: orders that are to be paid. `is_more`: these are the newest only, there are others.
    """

    pieces: int
    returned: int
    buyers: int
    waiting: int
    is_more: bool


@dataclass(frozen=True)
class _Held:
    pieces: int


def sold_of_offer(*, merchant_id: int, offer_id: int, most: int | None = None) -> Sold:
    """All time; `most`: of so many of the newest orders of it, as a page that is often looked at."""
    which = {"merchant_id": merchant_id, "offer_id": offer_id, "most": most}
    return fetch_one(Sold, statements.SOLD_OF_OFFER, which) or Sold(0, 0, 0, 0, is_more=False)


def set_stock(
    *, merchant_id: int, number: str, quota: int | None, actor: str, at: datetime
) -> None:
    """So many pieces in all, those included that orders took while there was no limit.

    None: no limit. Raises NotFound, Invalid, and StockTaken for fewer than orders hold, or for no
    limit once some do.
    """
    catalog.set_stock(
        merchant_id=merchant_id,
        number=number,
        quota=quota,
        count_in=partial(_count_in, merchant_id),
        actor=actor,
        at=at,
    )


def _count_in(merchant_id: int, offer_id: int) -> int:
    """Nobody sells the offer meanwhile, and no order gives pieces back without counting them."""
    which = {"merchant_id": merchant_id, "offer_id": offer_id}
    execute(statements.LOCK_OPEN, which)
    held = fetch_one(_Held, statements.COUNT_IN, which)
    return held.pieces if held else 0
