"""What an offer's kind and terms mean, in the words that customers read."""

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.catalog.models import OfferKind
from app.kernel.money import yuan

KIND_NAMES = {
    OfferKind.SINGLE: "单品券",
    OfferKind.BUNDLE: "组合卡",
    OfferKind.ASSIST: "好友助力卡",
    OfferKind.MEMBERSHIP: "权益卡",
    OfferKind.SUBSCRIPTION: "尝鲜卡",
    OfferKind.TOPUP: "储值",
    OfferKind.GIFT_CARD: "礼品卡",
}
_USAGE = {
    "proportional": "消费时本金与赠送金按比例同时使用",
    "paid_first": "消费时先使用本金，再使用赠送金",
    "bonus_first": "消费时先使用赠送金，再使用本金",
}


def kind_lines(kind: OfferKind, terms: Mapping[str, Any], *, price_fen: int) -> list[str]:
    """One line for each promise of the terms, always in the same order."""
    lines = _LINES.get(kind, _points)(terms, price_fen)
    return [line for line in lines if line]


def money_value_fen(kind: OfferKind, terms: Mapping[str, Any], *, price_fen: int) -> int:
    """What the offer brings in money itself; its vouchers come on top."""
    if kind is OfferKind.TOPUP:
        return price_fen + int(terms["bonus_fen"])
    return price_fen if kind is OfferKind.GIFT_CARD else 0


def _topup(terms: Mapping[str, Any], price_fen: int) -> list[str]:
    bonus_fen, cap_fen = terms["bonus_fen"], terms["bonus_cap_fen"]
    if not bonus_fen:
        return [f"储值{yuan(price_fen)}元"]
    return [
        f"储值{yuan(price_fen)}元，赠送{yuan(bonus_fen)}元",
        _USAGE[terms["usage_order"]],
        f"每人累计最多获赠{yuan(cap_fen)}元" if cap_fen is not None else "",
        "退款只退未使用的本金，赠送金同时收回",
    ]


def _membership(terms: Mapping[str, Any], _price_fen: int) -> list[str]:
    return [
        f"购买后{terms['term_days']}天内有效",
        "有效期内享受会员等级权益" if terms["tier"] is not None else "",
    ]


def _subscription(terms: Mapping[str, Any], _price_fen: int) -> list[str]:
    points, has_choice = terms["points_per_period"], _has_choice(terms)
    skips = terms["skip_limit"]
    return [
        f"共{terms['periods']}期，每月一期",
        f"每期赠送{points}积分" if points else "",
        "每期可任选一款，未选择时发放默认款" if has_choice else "",
        f"每期开始前{terms['lock_days']}天确定内容与收货地址",
        f"最多可跳过{skips}期，跳过的顺延至最后" if skips else "各期按月发放，不可跳过",
    ]


def _has_choice(terms: Mapping[str, Any]) -> bool:
    return any(len(item["benefit_ids"]) > 1 for item in terms["items"])


def _gift_card(terms: Mapping[str, Any], price_fen: int) -> list[str]:
    named = "记名" if terms["is_named"] else "不记名"
    return [f"{named}礼品卡，面值{yuan(price_fen)}元"]


def _points(terms: Mapping[str, Any], price_fen: int) -> list[str]:
    points = terms.get("points")
    if not points:
        return []
    return [f"{points}积分+{yuan(price_fen)}元" if price_fen else f"{points}积分兑换"]


_LINES: dict[OfferKind, Callable[[Mapping[str, Any], int], list[str]]] = {
    OfferKind.TOPUP: _topup,
    OfferKind.MEMBERSHIP: _membership,
    OfferKind.SUBSCRIPTION: _subscription,
    OfferKind.GIFT_CARD: _gift_card,
}
