from collections.abc import Mapping
from datetime import datetime

from app.domain import assist, catalog
from app.kernel.paging import Page
from app.web.words import Told


class CategoryView(Told):
    name: str


class Categories(Told):
    items: list[CategoryView]


class Buy(Told):
    """Whether a buy button may be shown here; if not, `text` stands in its place."""

    allowed: bool
    code: str | None = None
    text: str | None = None


class OfferCard(Told):
    """An offer on the shelf. `coming`: announced, not for sale yet; `remaining`: null, no limit.

    `kind_text` names its kind; `kind_lines` say what it brings beside vouchers, in words.
    """

    offer: str
    kind: str
    kind_text: str
    kind_lines: list[str]
    title: str
    description: str
    cover_path: str | None
    category: str | None
    price_fen: int | None
    points: int
    total_value_fen: int
    saving_fen: int | None
    remaining: int | None
    sold_out: bool
    coming: bool
    buy: Buy
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None


class OfferCards(Told):
    items: list[OfferCard]
    next_cursor: str | None


class OfferItemView(Told):
    """One line of the value table, with its conditions in words."""

    name: str
    kind: str
    face: str
    quantity: int
    market_value_fen: int
    sum_fen: int
    condition_lines: list[str]


class AssistRules(Told):
    """Friends' help, as a buyer reads it before he pays. To be shown in the mini-program only.

    `lines` say what is done: what is locked, how many friends, how long, and what else becomes of
    it. `rules` are the merchant's own words.
    """

    title: str
    rules: str
    lines: list[str]


class OfferView(Told):
    """One offer: what is in it, what that is worth, what it costs, and how money comes back.

    The items of a monthly card are what its whole time brings. `assist`: where friends' help
    unlocks more; told by GET /offers/{offer} alone.
    """

    offer: str
    kind: str
    kind_text: str
    kind_lines: list[str]
    state: str
    title: str
    description: str
    cover_path: str | None
    items: list[OfferItemView]
    price_fen: int | None
    points: int
    total_value_fen: int
    saving_fen: int | None
    refund_policy: str
    refund_policy_text: str
    per_member_limit: int | None
    remaining: int | None
    sold_out: bool
    on_sale: bool
    buy: Buy
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None
    assist: AssistRules | None = None


def present_offers(
    page: Page[catalog.OfferOnShelf], *, categories: Mapping[int, str], on_ios: bool
) -> OfferCards:
    items = [
        _card(offer, categories.get(offer.category_id or 0), _buy(offer, on_ios=on_ios))
        for offer in page.items
    ]
    return OfferCards(items=items, next_cursor=page.next_cursor)


def _card(offer: catalog.OfferOnShelf, category: str | None, buy: Buy) -> OfferCard:
    return OfferCard(
        offer=offer.number,
        kind=offer.kind,
        kind_text=catalog.KIND_NAMES[catalog.OfferKind(offer.kind)],
        kind_lines=_lines(offer, buy),
        title=offer.title,
        description=offer.description,
        cover_path=cover_path(offer.cover),
        category=category,
        price_fen=_shown(offer.price_fen, buy),
        points=offer.terms.get("points", 0),
        total_value_fen=offer.total_value_fen,
        saving_fen=_shown(offer.saving_fen, buy),
        remaining=offer.remaining,
        sold_out=offer.sold_out,
        coming=offer.coming,
        buy=buy,
        sale_starts_at=offer.sale_starts_at,
        sale_ends_at=offer.sale_ends_at,
    )


def present_offer(
    offer: catalog.OfferDetail, *, on_ios: bool, promise: assist.Promise | None = None
) -> OfferView:
    buy = _buy(offer, on_ios=on_ios)
    return OfferView(
        offer=offer.number,
        kind=offer.kind.value,
        kind_text=catalog.KIND_NAMES[offer.kind],
        kind_lines=_lines(offer, buy),
        state=offer.state.value,
        title=offer.title,
        description=offer.description,
        cover_path=cover_path(offer.cover),
        items=[_item(item) for item in offer.items],
        price_fen=_shown(offer.price_fen, buy),
        points=offer.terms.get("points", 0),
        total_value_fen=offer.total_value_fen,
        saving_fen=_shown(offer.saving_fen, buy),
        refund_policy=offer.refund_policy.value,
        refund_policy_text=offer.refund_policy_text,
        per_member_limit=offer.per_member_limit,
        remaining=offer.remaining,
        sold_out=offer.sold_out,
        on_sale=offer.on_sale,
        buy=buy,
        sale_starts_at=offer.sale_starts_at,
        sale_ends_at=offer.sale_ends_at,
        assist=_assist(promise) if promise else None,
    )


def _assist(promise: assist.Promise) -> AssistRules:
    return AssistRules(title=promise.title, rules=promise.rules, lines=list(promise.lines))


def _buy(offer: catalog.OfferOnShelf | catalog.OfferDetail, *, on_ios: bool) -> Buy:
    if offer.may_be_bought(on_ios=on_ios):
        return Buy(allowed=True)
    return Buy(
        allowed=False,
        code=catalog.NotSoldOnIos.code,
        text=catalog.NotSoldOnIos.words,
    )


def _lines(offer: catalog.OfferOnShelf | catalog.OfferDetail, buy: Buy) -> list[str]:
    """They speak of prices, which must not be shown where nothing may be bought."""
    return offer.kind_lines if buy.allowed else []


def _shown(fen: int, buy: Buy) -> int | None:
    return fen if buy.allowed else None


def _item(item: catalog.ItemDetail) -> OfferItemView:
    return OfferItemView(
        name=item.name,
        kind=item.kind.value,
        face=item.face_words,
        quantity=item.quantity,
        market_value_fen=item.market_value_fen,
        sum_fen=item.sum_fen,
        condition_lines=item.condition_lines,
    )


def cover_path(key: str | None) -> str | None:
    return file_path(key) if key else None


def file_path(key: str) -> str:
    """A file's key begins with its merchant's number; its address has that number in front."""
    merchant, _, rest = key.partition("/")
    return f"/api/v1/{merchant}/files/{rest}"
