"""Conditions, values and promises in the words that customers read."""

from collections.abc import Mapping
from typing import Any

from app.domain.catalog.models import BenefitKind, RefundPolicy
from app.domain.catalog.rules import Conditions, Days, Fixed
from app.kernel.calendar import Hours, day_words
from app.kernel.money import yuan

HOME_ZONE = "Asia/Shanghai"

REFUND_SENTENCES = {
    RefundPolicy.ANY_TIME_UNUSED: "有效期内未使用可随时退款，原路退回；过期后不再退款。",
    RefundPolicy.ANY_TIME_AND_EXPIRED: "未使用可随时退款，过期未使用自动退款，均原路退回。",
    RefundPolicy.NONE: "本商品售出后不支持退款，请确认后购买。",
}
FREE_SENTENCE = "免费领取，不涉及退款。"


def condition_lines(
    conditions: Conditions,
    *,
    zone: str,
    store_names: Mapping[int, str],
    is_paid_for: bool = True,
) -> list[str]:
    """One line for each condition, always in the same order.

    `store_names` by store id; a store that is not in it has closed for good. Of what nobody paid
    for nothing can go back, and nothing is said about that.
    """
    return [
        line
        for line in (
            _validity_line(conditions.validity),
            _hours_line(conditions.hours, zone),
            _blackout_line(conditions.hours),
            _stores_line(conditions.store_ids, store_names),
            _minimum_line(conditions.minimum_spend_fen),
            f"每张卡每天限用{conditions.uses_per_day}次" if conditions.uses_per_day else "",
            _interval_line(conditions.hours_between_uses),
            "可转赠好友" if conditions.giftable else "不可转赠",
            "可分享一次" if conditions.shareable_once else "",
            "可与其他优惠同享" if conditions.stackable else "不与其他优惠同享",
            _refund_line(conditions) if is_paid_for else "",
        )
        if line
    ]


def face_words(kind: BenefitKind, face: Mapping[str, Any]) -> str:
    """What the voucher is worth at the till: 抵扣12.50元, 8.5折（最多优惠20.00元）, or its thing."""
    match kind:
        case BenefitKind.CASH:
            return f"抵扣{yuan(face['off_fen'])}元"
        case BenefitKind.DISCOUNT:
            cap = face.get("cap_fen")
            most = f"（最多优惠{yuan(cap)}元）" if cap else ""
            return f"{_tenths(face['rate_bp'])}折{most}"
        case BenefitKind.SHIPPING:
            return f"运费抵扣{yuan(face['off_fen'])}元" if "off_fen" in face else "包邮"
        case _:
            return str(face.get("thing", ""))


def face_text(kind: BenefitKind, face: Mapping[str, Any]) -> str:
    """As `face_words`; nothing where a draft leaves out what it takes."""
    try:
        return face_words(kind, face)
    except KeyError:
        return ""


def _validity_line(validity: Fixed | Days) -> str:
    if isinstance(validity, Days):
        return f"发放后{validity.count}天内有效（发放当天不计，至最后一天24:00）"
    if validity.starts_on == validity.ends_on:
        return f"仅{day_words(validity.starts_on)}当天有效"
    return f"有效期{day_words(validity.starts_on)}至{day_words(validity.ends_on)}（含当天）"


def _hours_line(hours: Hours, zone: str) -> str:
    if hours.without_blackout() == Hours():
        return "有效期内每天全天可用"
    clock = "" if zone == HOME_ZONE else f"（{zone}当地时间）"
    return f"可用时间：{hours.words()}{clock}"


def _blackout_line(hours: Hours) -> str:
    return f"不可用日期：{hours.blackout_words()}" if hours.blackout else ""


def _stores_line(store_ids: tuple[int, ...] | None, names: Mapping[int, str]) -> str:
    if store_ids is None:
        return "本商家全部门店可用"
    known = [names[store_id] for store_id in store_ids if store_id in names]
    return f"适用门店：{'、'.join(known)}" if known else "适用门店均已停业"


def _minimum_line(minimum_spend_fen: int) -> str:
    return f"满{yuan(minimum_spend_fen)}元可用" if minimum_spend_fen else "无最低消费"


def _refund_line(conditions: Conditions) -> str:
    return "未使用可退" if conditions.refundable else "不可退款"


def _interval_line(hours: int) -> str:
    return f"两次使用至少间隔{hours}小时" if hours else ""


def _tenths(rate_bp: int) -> str:
    """8,500 basis points of the price are 8.5 tenths."""
    return f"{rate_bp // 1000}.{rate_bp % 1000:03d}".rstrip("0").rstrip(".")
