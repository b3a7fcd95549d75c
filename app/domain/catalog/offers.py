"""Offers and their categories: put together as drafts, published, stopped."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.domain.catalog.contents import Item, list_items, list_promised
from app.domain.catalog.drafts import OfferDraft
from app.domain.catalog.errors import NotPublishable, Problem
from app.domain.catalog.kinds import benefit_ids_of, check_terms
from app.domain.catalog.models import (
    Benefit,
    Category,
    GoodsKind,
    Offer,
    OfferItem,
    OfferKind,
    OfferState,
    OfferStock,
    RefundPolicy,
)
from app.domain.catalog.places import zone_of
from app.domain.catalog.publishing import offer_problems
from app.domain.catalog.rules import MOST_FEN
from app.domain.catalog.statements import HOLD, TOUCH
from app.kernel import audit, numbers, strict
from app.kernel.db import execute, locked, reading, writing
from app.kernel.errors import NotFound

LONGEST_TITLE = 60
LONGEST_DESCRIPTION = 2000
LONGEST_CATEGORY_NAME = 20
MOST_ITEMS = 50
MOST_OF_ONE = 100
MOST_PIECES = 100_000_000


def add_category(
    *, merchant_id: int, name: str, position: int = 0, actor: str, at: datetime
) -> Category:
    """A shelf to put offers on. Adding one that exists finds it. Raises Invalid."""
    name = name.strip()
    strict.require(0 < len(name) <= LONGEST_CATEGORY_NAME, field="name")
    fresh = insert(Category).values(merchant_id=merchant_id, name=name, position=position)
    category: Category | None = writing().scalar(fresh.on_conflict_do_nothing().returning(Category))
    if category is None:
        return _find_category(merchant_id, name)
    audit.record(merchant_id=merchant_id, actor=actor, action="category.add", subject=name, at=at)
    return category


def _find_category(merchant_id: int, name: str) -> Category:
    same = select(Category).where(Category.merchant_id == merchant_id, Category.name == name)
    return reading().scalars(same).one()


def list_categories(*, merchant_id: int) -> Sequence[Category]:
    """In the merchant's order."""
    return (
        reading()
        .scalars(
            select(Category)
            .where(Category.merchant_id == merchant_id)
            .order_by(Category.position, Category.id)
        )
        .all()
    )


def add_offer(
    *,
    merchant_id: int,
    kind: OfferKind,
    title: str,
    description: str = "",
    price_fen: int,
    items: Sequence[tuple[int, int]],
    stock: int | None = None,
    per_member_limit: int | None = None,
    sale_starts_at: datetime | None = None,
    sale_ends_at: datetime | None = None,
    category_id: int | None = None,
    goods_kind: GoodsKind = GoodsKind.ON_SITE,
    refund_policy: RefundPolicy = RefundPolicy.ANY_TIME_UNUSED,
    cover: str | None = None,
    terms: Mapping[str, Any] | None = None,
    actor: str,
    at: datetime,
) -> Offer:
    """A draft of what can be bought; `items` are (benefit id, vouchers in each piece).

    `stock` in pieces and `per_member_limit` are None for no limit; `terms` are this kind's, as
    kinds.check_terms describes them. Raises Invalid, NotFound.
    """
    kept_terms = check_terms(kind, terms or {})
    if kind is OfferKind.GIFT_CARD:
        # What the card is worth, whatever helped to pay for it.
        kept_terms["face_fen"] = price_fen
    require_sensible(title, description, price_fen, stock, per_member_limit)
    if sale_starts_at and sale_ends_at:
        strict.require(sale_starts_at < sale_ends_at, field="sale_ends_at")
    named = benefit_ids_of(kind, kept_terms)
    require_own(merchant_id, items, named, category_id)
    offer = Offer(
        merchant_id=merchant_id,
        number=numbers.new(numbers.Kind.OFFER, merchant_id=merchant_id),
        kind=kind,
        state=OfferState.DRAFT,
        title=title.strip(),
        description=description.strip(),
        cover=cover,
        category_id=category_id,
        price_fen=price_fen,
        per_member_limit=per_member_limit,
        sale_starts_at=sale_starts_at,
        sale_ends_at=sale_ends_at,
        goods_kind=goods_kind,
        refund_policy=refund_policy,
        terms=kept_terms,
        created_at=at,
    )
    writing().add(offer)
    writing().flush()
    fill(offer, items, stock)
    _tell(offer, action="offer.add", actor=actor, at=at)
    return offer


def publish_offer(
    *,
    merchant_id: int,
    number: str,
    codes_in_stock: Mapping[int, int] | None = None,
    tiers: Collection[str] | None = None,
    actor: str,
    at: datetime,
) -> Offer:
    """Put a draft, or what was stopped, on sale. Raises NotFound, NotPublishable.

    `codes_in_stock` counts unused third-party codes by benefit id; what is not in it has none.
    `tiers` are the numbers of the tiers in force; without them a tier's name is taken on trust.
    """
    offer = lock_offer(merchant_id, number)
    if offer.state == OfferState.ON_SALE:
        return offer
    _lock_benefits(offer)
    problems = problems_of(offer, at, codes_in_stock=codes_in_stock or {}, tiers=tiers)
    if problems:
        raise NotPublishable(problems)
    return _move(offer, OfferState.ON_SALE, action="offer.publish", actor=actor, at=at)


def stop_offer(*, merchant_id: int, number: str, actor: str, at: datetime) -> Offer:
    """Take what is on sale off sale; what was sold stays good. Raises NotFound."""
    offer = lock_offer(merchant_id, number)
    if offer.state != OfferState.ON_SALE:
        return offer
    return _move(offer, OfferState.STOPPED, action="offer.stop", actor=actor, at=at)


def set_sale_window(
    *,
    merchant_id: int,
    number: str,
    starts_at: datetime,
    ends_at: datetime,
    actor: str,
    at: datetime,
) -> bool:
    """Sell it from and until then; whether that is new. What was ordered stays ordered.

    Raises NotFound, Invalid, and NotPublishable when what is on sale may not be sold so long.
    """
    strict.require(starts_at < ends_at, field="sale_ends_at")
    offer = lock_offer(merchant_id, number)
    was = offer.sale_starts_at, offer.sale_ends_at
    if was == (starts_at, ends_at):
        return False
    offer.sale_starts_at, offer.sale_ends_at = starts_at, ends_at
    if offer.state == OfferState.ON_SALE and (problems := _window_problems(offer, at)):
        offer.sale_starts_at, offer.sale_ends_at = was
        raise NotPublishable(problems)
    writing().flush()
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="offer.window",
        subject=number,
        at=at,
        details={"was": _window(*was), "now": _window(starts_at, ends_at)},
    )
    return True


def _window(*ends: datetime | None) -> list[str | None]:
    return [end.isoformat() if end else None for end in ends]


def _window_problems(offer: Offer, at: datetime) -> list[Problem]:
    return [each for each in problems_of(offer, at) if each.field == "sale_ends_at"]


def refuse_unsellable(*, merchant_id: int, benefit_id: int, at: datetime) -> None:
    """Raises NotPublishable when an offer on sale with this benefit may not be sold as it is."""
    concerned = (
        select(Offer)
        .join(
            OfferItem,
            (OfferItem.merchant_id == Offer.merchant_id) & (OfferItem.offer_id == Offer.id),
        )
        .where(
            Offer.merchant_id == merchant_id,
            OfferItem.merchant_id == merchant_id,
            OfferItem.benefit_id == benefit_id,
            Offer.state == OfferState.ON_SALE,
            (Offer.sale_ends_at.is_(None)) | (Offer.sale_ends_at > at),
        )
    )
    problems = [
        problem
        for offer in reading().scalars(concerned).all()
        for problem in problems_of(offer, at)
    ]
    if problems:
        raise NotPublishable(problems)


def problems_of(
    offer: Offer,
    at: datetime,
    *,
    codes_in_stock: Mapping[int, int] | None = None,
    tiers: Collection[str] | None = None,
    with_drafts: bool = False,
) -> list[Problem]:
    """`with_drafts`: as if what is in it were published, where nothing is yet."""
    items = list_items(merchant_id=offer.merchant_id, offer_id=offer.id, with_drafts=with_drafts)
    promised = list_promised(
        merchant_id=offer.merchant_id,
        kind=offer.kind,
        terms=offer.terms,
        with_drafts=with_drafts,
    )
    draft = OfferDraft(
        kind=offer.kind,
        goods_kind=offer.goods_kind,
        title=offer.title,
        description=offer.description,
        price_fen=offer.price_fen,
        sale_ends_at=offer.sale_ends_at,
        items=[item.draft(codes_in_stock=_stock(item, codes_in_stock)) for item in items],
        named=[item.draft() for item in promised],
        terms=offer.terms,
        tiers=tiers,
    )
    return offer_problems(draft, zone=zone_of(offer.merchant_id), at=at)


def _stock(item: Item, codes: Mapping[int, int] | None) -> int | None:
    return None if codes is None else codes.get(item.benefit_id, 0)


def require_sensible(
    title: str, description: str, price_fen: int, stock: int | None, per_member_limit: int | None
) -> None:
    strict.require(0 < len(title.strip()) <= LONGEST_TITLE, field="title")
    strict.require(len(description) <= LONGEST_DESCRIPTION, field="description")
    strict.require(0 <= price_fen <= MOST_FEN, field="price_fen")
    strict.require(stock is None or 0 <= stock <= MOST_PIECES, field="stock")
    strict.require(
        per_member_limit is None or 0 < per_member_limit <= MOST_PIECES, field="per_member_limit"
    )


def require_own(
    merchant_id: int, items: Sequence[tuple[int, int]], named: set[int], category_id: int | None
) -> None:
    wanted = [benefit_id for benefit_id, _ in items]
    strict.require(len(items) <= MOST_ITEMS and len(set(wanted)) == len(wanted), field="items")
    strict.require(all(0 < quantity <= MOST_OF_ONE for _, quantity in items), field="items")
    all_of_them = {*wanted, *named}
    own = select(Benefit.id).where(Benefit.merchant_id == merchant_id, Benefit.id.in_(all_of_them))
    if set(reading().scalars(own)) != all_of_them:
        raise NotFound("There is no such benefit.", field="items")
    shelf = select(Category.id).where(
        Category.merchant_id == merchant_id, Category.id == category_id
    )
    if category_id is not None and reading().scalar(shelf) is None:
        raise NotFound("There is no such category.", field="category_id")


def fill(offer: Offer, items: Sequence[tuple[int, int]], stock: int | None) -> None:
    whose = {"merchant_id": offer.merchant_id, "offer_id": offer.id}
    writing().add_all(
        OfferItem(**whose, benefit_id=benefit_id, quantity=quantity, position=position)
        for position, (benefit_id, quantity) in enumerate(items)
    )
    if stock is not None:
        writing().add(OfferStock(**whose, slot=0, quota=stock, taken=0))
    writing().flush()


def hold_offer(*, merchant_id: int, offer_id: int) -> None:
    """Ours until commit. Who sells it now is done first; who comes later sees what we did to it."""
    execute(HOLD, {"offer_id": offer_id})
    row = select(Offer.id).where(Offer.merchant_id == merchant_id, Offer.id == offer_id)
    writing().scalar(locked(row, mild=True))


def lock_offer(merchant_id: int, number: str) -> Offer:
    """As `hold_offer`, by its number, and as it is now. Raises NotFound."""
    query = select(Offer).where(Offer.merchant_id == merchant_id, Offer.number == number)
    offer_id = writing().scalar(query.with_only_columns(Offer.id))
    if offer_id is None:
        raise NotFound("There is no such offer.", number=number[:40])
    execute(HOLD, {"offer_id": offer_id})
    return writing().scalars(locked(query, mild=True)).one()


def touch(offer: Offer) -> None:
    """What was read of it before is old now, though only rows that belong to it changed."""
    execute(TOUCH, {"merchant_id": offer.merchant_id, "offer_id": offer.id})


def _lock_benefits(offer: Offer) -> None:
    """No benefit of the offer gets a new wording between our look at it and our commit."""
    inside = select(OfferItem.benefit_id).where(
        OfferItem.merchant_id == offer.merchant_id, OfferItem.offer_id == offer.id
    )
    writing().scalars(
        locked(
            select(Benefit)
            .where(Benefit.merchant_id == offer.merchant_id, Benefit.id.in_(inside))
            .order_by(Benefit.id)
        )
    ).all()


def _move(offer: Offer, state: OfferState, *, action: str, actor: str, at: datetime) -> Offer:
    offer.state = state
    writing().flush()
    _tell(offer, action=action, actor=actor, at=at)
    return offer


def _tell(offer: Offer, *, action: str, actor: str, at: datetime) -> None:
    audit.record(
        merchant_id=offer.merchant_id,
        actor=actor,
        action=action,
        subject=offer.number,
        at=at,
        details={"title": offer.title, "price_fen": offer.price_fen},
    )
