"""What customers will see, and what stands in the way of showing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from app.domain import promotions
from app.domain.catalog import (
    REFUND_SENTENCES,
    ItemDetail,
    NotPublishable,
    OfferDetail,
    OfferKind,
    OfferState,
    Problem,
)

# Places of a form as problems name them.
FIELDS: Mapping[str, str] = {
    "name": _("名称"),
    "title": _("标题"),
    "description": _("说明"),
    "hand_over": _("核销时给顾客什么"),
    "face": _("内容与金额"),
    "market_value_fen": _("市场价值"),
    "store_ids": _("适用门店"),
    "validity": _("有效期"),
    "hours": _("可用时间"),
    "items": _("权益"),
    "price_fen": _("售价"),
    "sale_ends_at": _("销售时间"),
    "goods_kind": _("商品性质"),
    "terms.tier": _("等级"),
    "terms.bonus_cap_fen": _("每人最多获赠"),
}


def problems_of(refusal: NotPublishable) -> list[Problem]:
    """What a refusal told of, as it was found."""
    found: Any = refusal.details["findings"]
    return [Problem(**each) for each in found]


def cover_address(key: str | None) -> str | None:
    """Where customers' phones fetch the picture; a key begins with its merchant's number."""
    if key is None:
        return None
    merchant, _slash, rest = key.partition("/")
    return f"/api/v1/{merchant}/files/{rest}"


@dataclass(frozen=True, kw_only=True)
class Audience:
    """A campaign that narrows down who may buy an offer."""

    number: str
    name: str
    least_rank: int | None
    tags: Sequence[str]


def audiences(merchant_id: int, offer_number: str) -> list[Audience]:
    """Campaigns that are published and name the offer, inside a transaction."""
    found = promotions.list_promotions(merchant_id=merchant_id)
    return [
        Audience(
            number=each.number,
            name=each.terms["name"],
            least_rank=each.terms["audience"].get("min_rank"),
            tags=each.terms["audience"].get("tags", ()),
        )
        for each in found
        if each.state == promotions.State.PUBLISHED and offer_number in each.terms["offers"]
    ]


def unsaved(
    kind: OfferKind,
    told: Mapping[str, Any],
    items: list[ItemDetail],
    *,
    stock: int | None,
    cover: str | None,
) -> OfferDetail:
    """What is in a form, as the page of an offer on sale."""
    return OfferDetail(
        offer_id=0,
        number="",
        kind=kind,
        state=OfferState.ON_SALE,
        title=told["title"],
        description=told["description"],
        cover=cover,
        category_id=None,
        goods_kind=told["goods_kind"],
        refund_policy=told["refund_policy"],
        refund_policy_text=REFUND_SENTENCES[told["refund_policy"]],
        price_fen=told["price_fen"],
        per_member_limit=told["per_member_limit"],
        sale_starts_at=told["sale_starts_at"],
        sale_ends_at=told["sale_ends_at"],
        items=items,
        terms=dict(told["terms"]),
        remaining=stock,
        on_sale=True,
    )
