"""What an order needs to know about an offer, and what it gives back. The hot path: lean."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from app.domain.catalog.statements import FOR_SALE, PUT_BACK, PUT_BACK_TAKER
from app.kernel import clock
from app.kernel.db import execute, fetch_one, writing
from app.kernel.errors import NotFound


class Content(TypedDict):
    """`quantity` vouchers of one benefit in each piece of the offer."""

    benefit_id: int
    revision_id: int
    quantity: int
    market_value_fen: int


@dataclass(frozen=True, slots=True)
class ForSale:
    """`state`, `goods_kind` and `kind` hold the words of OfferState, GoodsKind and OfferKind.

    `terms` is what this kind promises beside its contents; `version` is another one after every
    change.
    """

    offer_id: int
    number: str
    title: str
    state: str
    price_fen: int
    per_member_limit: int | None
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None
    has_stock_limit: bool
    goods_kind: str
    contents: list[Content]
    kind: str
    terms: dict[str, Any]
    refund_policy: str
    version: str


def for_sale(*, merchant_id: int, offer_number: str) -> ForSale:
    """The offer with the newest published wording of its benefits, in one statement.

    Raises NotFound. Whether it may be sold now is the order's to decide.
    """
    found = fetch_one(ForSale, FOR_SALE, {"merchant_id": merchant_id, "number": offer_number})
    if found is None:
        raise NotFound("There is no such offer.", number=offer_number[:40])
    return found


# An offer as it was read a moment ago; in a flash sale everybody asks for the same one.
_lately: dict[tuple[int, str], tuple[float, ForSale]] = {}
LATELY_SECONDS = 2.0
MOST_REMEMBERED = 10_000


def for_sale_lately(*, merchant_id: int, offer_number: str) -> ForSale:
    """As `for_sale`, but perhaps of up to two seconds ago.

    Whoever sells by it makes sure, in the statement that sells, that the offer is still as it was
    (UNCHANGED), and asks `for_sale` when it is not. The wording of a benefit may be the one before.
    """
    good_until, offer = _lately.get((merchant_id, offer_number), (0.0, None))
    if offer is not None and clock.monotonic() < good_until:
        return offer
    offer = for_sale(merchant_id=merchant_id, offer_number=offer_number)
    if offer.state == "on_sale":
        if len(_lately) >= MOST_REMEMBERED:
            _lately.clear()
        _lately[merchant_id, offer_number] = (clock.monotonic() + LATELY_SECONDS, offer)
    return offer


def put_back(
    *,
    merchant_id: int,
    offer_id: int,
    member_id: int,
    quantity: int,
    limited: bool,
    counted: bool,
) -> None:
    """Return pieces that an order took: to the stock if `limited`, to his count if `counted`.

    Raises RuntimeError when more comes back than was taken: then our books are wrong.
    """
    named = {
        "merchant_id": merchant_id,
        "offer_id": offer_id,
        "member_id": member_id,
        "quantity": quantity,
    }
    if limited and _put_back_stock(named) != quantity:
        raise RuntimeError(f"offer {offer_id} gets back more pieces than orders took")
    if counted and execute(PUT_BACK_TAKER, named) != 1:
        raise RuntimeError(f"member {member_id} took nothing of offer {offer_id}")


@dataclass(frozen=True)
class _Returned:
    pieces: int


def _put_back_stock(named: dict[str, int]) -> int:
    writing()
    returned = fetch_one(_Returned, PUT_BACK, named)
    return returned.pieces if returned else 0
