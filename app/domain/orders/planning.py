"""From a wish to a price: which pots pay how much. The voucher is locked on the way."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import catalog, merchants, points, stored_value
from app.domain.catalog import ForSale
from app.domain.orders import tender_statements as statements
from app.domain.orders.choosing import Candidate, OwnVoucher, Purchase, weigh
from app.domain.orders.pricing import (
    Price,
    points_of,
    refuse_tender,
    takes_discounts,
    takes_part_points,
)
from app.domain.orders.rules import Wish
from app.kernel.db import fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How an order will be paid."""

    wish: Wish
    price: Price
    voucher: Candidate | None = None


def plan(wish: Wish, offer: ForSale, *, at: datetime) -> Plan:
    """What the wish costs and what pays for it; plain money asks nobody anything.

    Raises NotFound for a voucher that is not the buyer's, TenderRefused, TooManyPoints.
    """
    list_fen = offer.price_fen * wish.quantity
    own_points = points_of(offer, quantity=wish.quantity)
    if not wish.has_pots:
        price = Price(list_fen=list_fen, points=own_points)
        return Plan(wish=wish, price=price)
    voucher = _voucher(wish, offer, at) if wish.voucher_number else None
    saved = voucher.saving_fen if voucher else 0
    part, part_fen = _part_points(wish, offer, list_fen - saved)
    price = Price(
        list_fen=list_fen,
        voucher_fen=saved,
        points_fen=part_fen,
        points=own_points + part,
        value_fen=wish.value_fen,
    )
    _check_value(price, offer)
    return Plan(wish=wish, price=price, voucher=voucher)


def purchase_of(
    offer: ForSale, *, merchant_id: int, quantity: int, points_pay: bool, at: datetime
) -> Purchase:
    """What vouchers are weighed against."""
    return Purchase(
        list_fen=offer.price_fen * quantity,
        takes_discounts=takes_discounts(offer),
        points_pay=points_pay,
        zone=merchants.profile(merchant_id=merchant_id).zone,
        at=at,
    )


def _voucher(wish: Wish, offer: ForSale, at: datetime) -> Candidate:
    own = fetch_one(
        OwnVoucher,
        statements.LOCK_VOUCHER,
        {
            "merchant_id": wish.merchant_id,
            "member_id": wish.member_id,
            "number": wish.voucher_number,
            "offer_id": offer.offer_id,
        },
    )
    if own is None:
        raise NotFound("There is no such voucher in this wallet.")
    terms = catalog.find_revisions(merchant_id=wish.merchant_id, revision_ids={own.revision_id})
    purchase = purchase_of(
        offer,
        merchant_id=wish.merchant_id,
        quantity=wish.quantity,
        points_pay=bool(wish.points),
        at=at,
    )
    weighed = weigh(own, terms[own.revision_id], purchase)
    if weighed.why:
        raise refuse_tender("voucher", weighed.why, weighed.reason or "", voucher=weighed.number)
    return weighed


def _part_points(wish: Wish, offer: ForSale, left_fen: int) -> tuple[int, int]:
    """How many points pay a part of what is left, and how much of it (fen)."""
    if not wish.points:
        return 0, 0
    if not takes_part_points(offer):
        raise refuse_tender("points", "not_for_this_offer", "该商品不能用积分抵扣")
    part = points.part_payment(merchant_id=wish.merchant_id, price_fen=left_fen, points=wish.points)
    if not part.amount_fen:
        raise refuse_tender("points", "worth_nothing", "积分太少，抵扣不了金额")
    return part.points, part.amount_fen


def _check_value(price: Price, offer: ForSale) -> None:
    if not price.value_fen:
        return
    if not stored_value.may_pay(offer.kind):
        raise refuse_tender("value", "not_for_this_offer", "该商品不能用储值余额购买")
    if price.value_fen > price.total_fen:
        message = "储值抵扣金额超过应付金额"
        raise refuse_tender("value", "more_than_total", message, most_fen=price.total_fen)
