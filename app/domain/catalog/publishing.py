"""What stands in the way of publishing: vague words, missing figures, promises nobody can use."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from app.domain.catalog.drafts import BenefitDraft, OfferDraft, OfferItemDraft
from app.domain.catalog.errors import Problem
from app.domain.catalog.kind_rules import kind_problems
from app.domain.catalog.kinds import MAY_HOLD_NO_VOUCHERS
from app.domain.catalog.lint import lint
from app.domain.catalog.models import BenefitKind, GoodsKind, OfferKind
from app.domain.catalog.rules import Conditions, Fixed, validity_window
from app.kernel.calendar import day_words, end_of
from app.kernel.money import yuan

LEAST_IN_A_BUNDLE = 2

# What a customer must be told to know how much it is.
_FACE_NEEDED = {
    BenefitKind.CASH: ("off_fen", "抵扣金额"),
    BenefitKind.DISCOUNT: ("rate_bp", "折扣"),
    BenefitKind.CODE: ("is_digital", "兑换码换取的是否为数字内容"),
}


def benefit_problems(
    draft: BenefitDraft, *, open_store_ids: Collection[int], zone: str, at: datetime
) -> list[Problem]:
    """Everything at once, so that one round of mending is enough."""
    return [
        *_value_problems(draft),
        *_copy_problems("name", draft.name),
        *_copy_problems("hand_over", draft.hand_over),
        *_thing_problems(draft.face),
        *_condition_problems(draft.conditions, open_store_ids, zone, at),
    ]


def _value_problems(draft: BenefitDraft) -> Iterator[Problem]:
    if draft.market_value_fen <= 0:
        yield Problem(
            field="market_value_fen",
            why="没有市场价值，顾客无法判断这项权益值多少",
            suggestion="填写单独购买一份的价格",
        )
    needed, called = _FACE_NEEDED.get(draft.kind, ("", ""))
    if needed and needed not in draft.face:
        yield Problem(field="face", why=f"没有{called}", suggestion=f"填写{called}")


def _thing_problems(face: Mapping[str, Any]) -> list[Problem]:
    return _copy_problems("face", face["thing"]) if "thing" in face else []


def _copy_problems(field: str, text: str) -> list[Problem]:
    if not text.strip():
        return [Problem(field=field, why="没有填写", suggestion="用一句话写清楚")]
    return [
        Problem(field=field, phrase=each.phrase, why=each.why, suggestion=each.suggestion)
        for each in lint(text)
    ]


def _condition_problems(
    conditions: Conditions, open_store_ids: Collection[int], zone: str, at: datetime
) -> Iterator[Problem]:
    closed = set(conditions.store_ids or ()) - set(open_store_ids)
    if closed:
        yield Problem(
            field="store_ids", why="适用门店中有已停业或不存在的门店", suggestion="移除这些门店"
        )
    starts_at, ends_at = validity_window(conditions, issued_at=at, zone=zone)
    if ends_at <= at:
        yield Problem(field="validity", why="有效期已经结束", suggestion="填写今后的日期")
        return
    opening = conditions.hours.next_open(max(at, starts_at), zone=zone)
    if opening is None or opening >= ends_at:
        yield Problem(
            field="hours", why="有效期内没有任何可用时间", suggestion="放宽可用时间或延长有效期"
        )


def offer_problems(draft: OfferDraft, *, zone: str, at: datetime) -> list[Problem]:
    """Everything at once, so that one round of mending is enough."""
    return [
        *_copy_problems("title", draft.title),
        *(_copy_problems("description", draft.description) if draft.description else []),
        *_goods_problems(draft),
        *_content_problems(draft),
        *_price_problems(draft),
        *kind_problems(draft),
        *_window_problems(draft, zone, at),
    ]


# The platform demands its virtual payment for digital goods; we cannot collect through it.
_VIRTUAL = "小程序内的虚拟商品须使用微信虚拟支付，本系统尚不支持该支付渠道"


def _goods_problems(draft: OfferDraft) -> Iterator[Problem]:
    if draft.goods_kind == GoodsKind.VIRTUAL:
        yield Problem(field="goods_kind", why=_VIRTUAL, suggestion="改售到店服务或实物商品")
    is_posted = any(item.kind == BenefitKind.DELIVERY for item in (*draft.items, *draft.named))
    if is_posted != (draft.goods_kind == GoodsKind.PHYSICAL) and (
        is_posted or draft.kind in MAY_HOLD_NO_VOUCHERS
    ):
        yield Problem(
            field="goods_kind",
            why="需要寄送的权益才是实物商品，需要寄送的商品必须标明为实物",
            suggestion="含寄送权益时选实物商品，否则选到店服务",
        )


def _content_problems(draft: OfferDraft) -> Iterator[Problem]:
    if not draft.items and draft.kind not in MAY_HOLD_NO_VOUCHERS:
        yield Problem(field="items", why="没有任何权益", suggestion="至少加入一项权益")
        return
    for item in (*draft.items, *draft.named):
        yield from _item_problems(item)
    if draft.kind == OfferKind.SINGLE and len(draft.items) != 1:
        yield Problem(
            field="items", why="单品只能包含一种权益", suggestion="改为组合商品，或只留一种权益"
        )
    vouchers = sum(item.quantity for item in draft.items)
    if draft.kind == OfferKind.BUNDLE and vouchers < LEAST_IN_A_BUNDLE:
        yield Problem(
            field="items", why="组合商品至少包含两张券", suggestion="增加权益，或改为单品"
        )


def _item_problems(item: OfferItemDraft) -> Iterator[Problem]:
    if item.market_value_fen is None:
        yield Problem(
            field="items", phrase=item.name, why="该权益尚未发布", suggestion="先发布该权益"
        )
    if item.kind != BenefitKind.CODE:
        return
    if item.face.get("is_digital"):
        yield Problem(
            field="items", phrase=item.name, why=_VIRTUAL, suggestion="移除该权益，改售线下服务"
        )
    if item.codes_in_stock is not None and item.codes_in_stock < item.quantity:
        yield Problem(
            field="items",
            phrase=item.name,
            why=f"兑换码库存只有{item.codes_in_stock}个，不足一份商品",
            suggestion="先导入兑换码",
        )


def _price_problems(draft: OfferDraft) -> Iterator[Problem]:
    valued = [*draft.items, *draft.named]
    is_known = all(item.market_value_fen is not None for item in valued)
    if valued and is_known and not draft.gives_a_tier and draft.price_fen > draft.total_value_fen:
        yield Problem(
            field="price_fen",
            why=f"售价{yuan(draft.price_fen)}元高于全部权益的市场价值{yuan(draft.total_value_fen)}元",
            suggestion="降低售价，或增加权益",
        )


def _window_problems(draft: OfferDraft, zone: str, at: datetime) -> Iterator[Problem]:
    if draft.sale_ends_at and draft.sale_ends_at <= at:
        yield Problem(field="sale_ends_at", why="销售时间已经结束", suggestion="填写今后的时间")
    for item in (*draft.items, *draft.named):
        if not item.conditions or not isinstance(item.conditions.validity, Fixed):
            continue
        last = item.conditions.validity.ends_on
        if draft.sale_ends_at is None or draft.sale_ends_at > end_of(last, zone):
            yield Problem(
                field="sale_ends_at",
                phrase=item.name,
                why=f"该权益{day_words(last)}后失效，商品却仍在出售",
                suggestion="让销售在权益失效之前结束",
            )
