"""Offers that are there already, changed: their words while off sale, stock and cover any time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from app.domain.catalog.errors import StillOnSale, StockTaken
from app.domain.catalog.kinds import benefit_ids_of, check_terms
from app.domain.catalog.models import (
    GoodsKind,
    Offer,
    OfferItem,
    OfferKind,
    OfferState,
    OfferStock,
    RefundPolicy,
)
from app.domain.catalog.offers import (
    MOST_PIECES,
    fill,
    lock_offer,
    require_own,
    require_sensible,
    touch,
)
from app.kernel import audit, strict
from app.kernel.db import locked, reading, writing

LONGEST_KEY = 200


def edit_offer(
    *,
    merchant_id: int,
    number: str,
    title: str,
    description: str = "",
    price_fen: int,
    items: Sequence[tuple[int, int]],
    per_member_limit: int | None = None,
    sale_starts_at: datetime | None = None,
    sale_ends_at: datetime | None = None,
    category_id: int | None = None,
    goods_kind: GoodsKind,
    refund_policy: RefundPolicy,
    terms: Mapping[str, Any] | None = None,
    actor: str,
    at: datetime,
) -> Offer:
    """Other words for a draft, or for what is off sale; its kind stays. What was sold stays sold.

    Words as in `add_offer`. Raises NotFound, Invalid, StillOnSale.
    """
    offer = lock_offer(merchant_id, number)
    if offer.state == OfferState.ON_SALE:
        raise StillOnSale("商品正在出售，请先下架再修改")
    kept_terms = check_terms(offer.kind, terms or {})
    if offer.kind is OfferKind.GIFT_CARD:
        kept_terms["face_fen"] = price_fen
    require_sensible(title, description, price_fen, None, per_member_limit)
    if sale_starts_at and sale_ends_at:
        strict.require(sale_starts_at < sale_ends_at, field="sale_ends_at")
    require_own(merchant_id, items, benefit_ids_of(offer.kind, kept_terms), category_id)
    was = _told(offer)
    offer.title, offer.description = title.strip(), description.strip()
    offer.price_fen, offer.per_member_limit = price_fen, per_member_limit
    offer.sale_starts_at, offer.sale_ends_at = sale_starts_at, sale_ends_at
    offer.category_id = category_id
    offer.goods_kind, offer.refund_policy = goods_kind, refund_policy
    offer.terms = kept_terms
    _refill(offer, items)
    now = _told(offer)
    changed = {name: {"was": was[name], "now": now[name]} for name in now if was[name] != now[name]}
    _tell(offer, "offer.edit", changed, actor=actor, at=at)
    return offer


def set_stock(
    *,
    merchant_id: int,
    number: str,
    quota: int | None,
    count_in: Callable[[int], int] = lambda _offer_id: 0,
    actor: str,
    at: datetime,
) -> None:
    """So many pieces in all, those that orders took included; None: no limit.

    Where there was no limit, `count_in` says how many pieces orders hold of the offer (by its id),
    and that they count from now on. `orders.set_stock` knows; here nobody took any.

    Raises NotFound, Invalid, and StockTaken for fewer than were taken, or for no limit once some
    were: what orders took comes back to a count.
    """
    strict.require(quota is None or 0 <= quota <= MOST_PIECES, field="stock")
    offer = lock_offer(merchant_id, number)
    slots = _lock_slots(offer)
    taken, was = sum(slot.taken for slot in slots), sum(slot.quota for slot in slots)
    is_first = not slots and quota is not None
    if is_first:
        taken = count_in(offer.id)
    if taken and (quota is None or quota < taken):
        raise StockTaken(f"已有{taken}份被订单占用，库存不能少于{taken}份", taken=taken)
    if is_first:
        writing().add(_first_slot(offer, quota=quota or 0, taken=taken))
    elif quota is None:
        _forget_slots(offer)
    else:
        slots[0].quota += quota - was
    writing().flush()
    if bool(slots) != (quota is not None):
        touch(offer)
    told = {"was": was if slots else None, "now": quota}
    _tell(offer, "offer.stock", told, actor=actor, at=at)


def set_cover(
    *, merchant_id: int, number: str, cover: str | None, actor: str, at: datetime
) -> str | None:
    """Show this picture (a key of our files); gives the one before. Raises NotFound, Invalid."""
    strict.require(cover is None or 0 < len(cover) <= LONGEST_KEY, field="cover")
    offer = lock_offer(merchant_id, number)
    was, offer.cover = offer.cover, cover
    writing().flush()
    _tell(offer, "offer.cover", {"was": was, "now": cover}, actor=actor, at=at)
    return was


def _lock_slots(offer: Offer) -> Sequence[OfferStock]:
    query = (
        select(OfferStock)
        .where(OfferStock.merchant_id == offer.merchant_id, OfferStock.offer_id == offer.id)
        .order_by(OfferStock.slot)
    )
    return writing().scalars(locked(query)).all()


def _first_slot(offer: Offer, *, quota: int, taken: int) -> OfferStock:
    whose = {"merchant_id": offer.merchant_id, "offer_id": offer.id}
    return OfferStock(**whose, slot=0, quota=quota, taken=taken)


def _forget_slots(offer: Offer) -> None:
    writing().execute(
        delete(OfferStock).where(
            OfferStock.merchant_id == offer.merchant_id, OfferStock.offer_id == offer.id
        )
    )


def _refill(offer: Offer, items: Sequence[tuple[int, int]]) -> None:
    writing().execute(
        delete(OfferItem).where(
            OfferItem.merchant_id == offer.merchant_id, OfferItem.offer_id == offer.id
        )
    )
    fill(offer, items, None)
    touch(offer)


def _told(offer: Offer) -> dict[str, Any]:
    items = select(OfferItem.benefit_id, OfferItem.quantity).where(
        OfferItem.merchant_id == offer.merchant_id, OfferItem.offer_id == offer.id
    )
    ends = (offer.sale_starts_at, offer.sale_ends_at)
    return {
        "title": offer.title,
        "description": offer.description,
        "price_fen": offer.price_fen,
        "per_member_limit": offer.per_member_limit,
        "window": [end.isoformat() if end else None for end in ends],
        "category_id": offer.category_id,
        "goods_kind": offer.goods_kind,
        "refund_policy": offer.refund_policy,
        "terms": offer.terms,
        "items": [list(row) for row in reading().execute(items.order_by(OfferItem.position))],
    }


def _tell(offer: Offer, action: str, details: dict[str, Any], *, actor: str, at: datetime) -> None:
    audit.record(
        merchant_id=offer.merchant_id,
        actor=actor,
        action=action,
        subject=offer.number,
        at=at,
        details=details,
    )
