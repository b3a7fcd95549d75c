"""What customers see: the shelf, and one offer with its sums and its small print in large."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.domain.catalog.contents import Item, list_items, list_named, list_promised
from app.domain.catalog.kind_words import kind_lines, money_value_fen
from app.domain.catalog.models import (
    BenefitKind,
    GoodsKind,
    Offer,
    OfferKind,
    OfferState,
    RefundPolicy,
)
from app.domain.catalog.places import open_store_names, zone_of
from app.domain.catalog.statements import REMAINING, SHELF
from app.domain.catalog.wording import (
    FREE_SENTENCE,
    REFUND_SENTENCES,
    condition_lines,
    face_text,
)
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one, reading
from app.kernel.errors import NotFound
from app.kernel.paging import MOST_PER_PAGE, Page

LONGEST_WORDS = 40
ANNOUNCED = timedelta(days=7)


@dataclass(frozen=True)
class OfferOnShelf:
    """`remaining` is None without a limit; `coming` is announced, and not for sale yet."""

    id: int
    number: str
    kind: str
    title: str
    description: str
    cover: str | None
    category_id: int | None
    goods_kind: str
    price_fen: int
    total_value_fen: int
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None
    remaining: int | None
    coming: bool
    terms: dict[str, Any]

    @property
    def saving_fen(self) -> int:
        return max(0, self.total_value_fen - self.price_fen)

    @property
    def sold_out(self) -> bool:
        return self.remaining is not None and self.remaining <= 0

    @property
    def kind_lines(self) -> list[str]:
        return kind_lines(OfferKind(self.kind), self.terms, price_fen=self.price_fen)

    def may_be_bought(self, *, on_ios: bool) -> bool:
        return not on_ios or is_sold_on_ios(self.goods_kind)


@dataclass(frozen=True, kw_only=True)
class ItemDetail:
    """One line of the value table, and what it takes to use it."""

    benefit_number: str
    name: str
    kind: BenefitKind
    face_words: str
    quantity: int
    market_value_fen: int
    condition_lines: list[str]

    @property
    def sum_fen(self) -> int:
        return self.quantity * self.market_value_fen


@dataclass(frozen=True, kw_only=True)
class OfferDetail:
    """`remaining` is None without a limit; `on_sale` speaks of the moment that was asked for.

    `items` are the vouchers of one piece; of a subscription, what its whole time brings.
    """

    offer_id: int
    number: str
    kind: OfferKind
    state: OfferState
    title: str
    description: str
    cover: str | None
    category_id: int | None
    goods_kind: GoodsKind
    refund_policy: RefundPolicy
    refund_policy_text: str
    price_fen: int
    per_member_limit: int | None
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None
    items: list[ItemDetail]
    terms: dict[str, Any]
    remaining: int | None
    on_sale: bool

    @property
    def total_value_fen(self) -> int:
        money = money_value_fen(self.kind, self.terms, price_fen=self.price_fen)
        return money + sum(item.sum_fen for item in self.items)

    @property
    def kind_lines(self) -> list[str]:
        return kind_lines(self.kind, self.terms, price_fen=self.price_fen)

    @property
    def saving_fen(self) -> int:
        return max(0, self.total_value_fen - self.price_fen)

    @property
    def sold_out(self) -> bool:
        return self.remaining is not None and self.remaining <= 0

    def may_be_bought(self, *, on_ios: bool) -> bool:
        return not on_ios or is_sold_on_ios(self.goods_kind)


def is_sold_on_ios(goods_kind: str) -> bool:
    """Mini-programs must not sell virtual goods on iOS, nor show their price."""
    return goods_kind != GoodsKind.VIRTUAL


def list_offers(
    *,
    merchant_id: int,
    category_id: int | None = None,
    words: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
    at: datetime,
) -> Page[OfferOnShelf]:
    """On sale at `at` or within the next seven days, the newest first.

    `words` are looked for in title and description, at most 40 characters of them.
    Raises Invalid for a cursor that is not ours.
    """
    limit = max(1, min(limit, MOST_PER_PAGE))
    rows = fetch_all(
        OfferOnShelf,
        SHELF,
        {
            "merchant_id": merchant_id,
            "at": at,
            "soon": at + ANNOUNCED,
            "category_id": category_id,
            "like": like(words),
            "after": paging.after(cursor),
            "rows": limit + 1,
        },
    )
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def get_offer(*, merchant_id: int, number: str, at: datetime) -> OfferDetail:
    """An offer that is or was on sale; a draft is nobody's business yet. Raises NotFound."""
    return detail_of(_find_shown(merchant_id, number), at=at)


def detail_of(offer: Offer, *, at: datetime, with_drafts: bool = False) -> OfferDetail:
    """The page of an offer, in whatever state it and its benefits are."""
    return OfferDetail(
        offer_id=offer.id,
        number=offer.number,
        kind=offer.kind,
        state=offer.state,
        title=offer.title,
        description=offer.description,
        cover=offer.cover,
        category_id=offer.category_id,
        goods_kind=offer.goods_kind,
        refund_policy=offer.refund_policy,
        refund_policy_text=FREE_SENTENCE
        if _is_free(offer)
        else REFUND_SENTENCES[offer.refund_policy],
        price_fen=offer.price_fen,
        per_member_limit=offer.per_member_limit,
        sale_starts_at=offer.sale_starts_at,
        sale_ends_at=offer.sale_ends_at,
        items=_item_details(offer, with_drafts=with_drafts),
        terms=offer.terms,
        remaining=_remaining(offer.merchant_id, offer.id),
        on_sale=_is_on_sale(offer, at),
    )


def _find_shown(merchant_id: int, number: str) -> Offer:
    found = reading().scalar(
        select(Offer)
        .where(
            Offer.merchant_id == merchant_id,
            Offer.number == number,
            Offer.state != OfferState.DRAFT,
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no such offer.", number=number[:40])
    return found


def _is_on_sale(offer: Offer, at: datetime) -> bool:
    has_begun = offer.sale_starts_at is None or offer.sale_starts_at <= at
    is_over = offer.sale_ends_at is not None and offer.sale_ends_at <= at
    return offer.state == OfferState.ON_SALE and has_begun and not is_over


def _item_details(offer: Offer, *, with_drafts: bool) -> list[ItemDetail]:
    zone, names = zone_of(offer.merchant_id), open_store_names(offer.merchant_id)
    items = [
        *list_items(merchant_id=offer.merchant_id, offer_id=offer.id, with_drafts=with_drafts),
        *list_promised(
            merchant_id=offer.merchant_id,
            kind=offer.kind,
            terms=offer.terms,
            with_drafts=with_drafts,
        ),
    ]
    return [
        detail
        for item in items
        if (
            detail := _item_detail(
                item, zone=zone, store_names=names, is_paid_for=not _is_free(offer)
            )
        )
    ]


def _is_free(offer: Offer) -> bool:
    """Neither money nor points."""
    return not offer.price_fen and not offer.terms.get("points")


def describe(*, merchant_id: int, quantities: Mapping[int, int]) -> list[ItemDetail]:
    """The lines of a value table that an offer would have; `quantities` by benefit id.

    What is not the merchant's is left out.
    """
    zone, names = zone_of(merchant_id), open_store_names(merchant_id)
    items = list_named(merchant_id=merchant_id, quantities=quantities)
    found = (_item_detail(item, zone=zone, store_names=names) for item in items)
    return [detail for detail in found if detail]


def _item_detail(
    item: Item, *, zone: str, store_names: Mapping[int, str], is_paid_for: bool = True
) -> ItemDetail | None:
    """None without a published wording, which nothing that was ever on sale lacks."""
    if item.kind is None or item.market_value_fen is None or item.conditions is None:
        return None
    return ItemDetail(
        benefit_number=item.benefit_number,
        name=item.name,
        kind=BenefitKind(item.kind),
        face_words=face_text(BenefitKind(item.kind), item.face or {}),
        quantity=item.quantity,
        market_value_fen=item.market_value_fen,
        condition_lines=condition_lines(
            item.conditions, zone=zone, store_names=store_names, is_paid_for=is_paid_for
        ),
    )


@dataclass(frozen=True)
class _Remaining:
    pieces: int | None


def _remaining(merchant_id: int, offer_id: int) -> int | None:
    found = fetch_one(_Remaining, REMAINING, {"merchant_id": merchant_id, "offer_id": offer_id})
    return found.pieces if found else None


def like(words: str | None) -> str | None:
    """The pattern that finds these words, of which none is taken for a wildcard."""
    plain = unicodedata.normalize("NFKC", (words or "").replace("\0", "")).strip()[:LONGEST_WORDS]
    for special in ("\\", "%", "_"):
        plain = plain.replace(special, f"\\{special}")
    return f"%{plain}%" if plain else None
