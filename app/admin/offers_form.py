"""What can be bought, as a form; which places are shown depends on the kind of offer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from app.admin.forms import Form, MomentField, Needed, YuanField, choices
from app.domain.catalog import (
    Category,
    GoodsKind,
    OfferKind,
    OfferSheet,
    OfferState,
    RefundPolicy,
)
from app.domain.membership import Tier
from app.kernel.errors import Invalid

KINDS: Mapping[OfferKind, tuple[str, str, str]] = {
    OfferKind.SINGLE: (_("单品券"), _("一种权益，一张或多张，例如次卡"), "ticket"),
    OfferKind.BUNDLE: (_("组合卡"), _("几种权益合在一起，一个价格"), "shopping-bag"),
    OfferKind.ASSIST: (_("好友助力卡"), _("主卡立即可用，好友助力解锁更多"), "heart-handshake"),
    OfferKind.MEMBERSHIP: (_("权益卡"), _("一段时间的会员等级或权益"), "crown"),
    OfferKind.SUBSCRIPTION: (_("尝鲜卡"), _("每月寄送或发放一次"), "truck"),
    OfferKind.TOPUP: (_("储值"), _("预存金额，可以有赠送"), "wallet"),
    OfferKind.GIFT_CARD: (_("礼品卡"), _("面值卡，可以送给别人"), "gift"),
}
STATES: Mapping[OfferState, tuple[str, str]] = {
    OfferState.DRAFT: (_("草稿"), "secondary"),
    OfferState.ON_SALE: (_("在售"), "green"),
    OfferState.STOPPED: (_("已下架"), "orange"),
}
REFUNDS: Mapping[RefundPolicy, str] = {
    RefundPolicy.ANY_TIME_UNUSED: _("未使用随时退"),
    RefundPolicy.ANY_TIME_AND_EXPIRED: _("未使用随时退，过期自动退"),
    RefundPolicy.NONE: _("不支持退款"),
}
GOODS: Mapping[GoodsKind, str] = {
    GoodsKind.ON_SITE: _("到店服务"),
    GoodsKind.PHYSICAL: _("实物，需要寄送"),
}
USAGE: Mapping[str, str] = {
    "proportional": _("本金与赠送金按比例使用"),
    "paid_first": _("先用本金"),
    "bonus_first": _("先用赠送金"),
}
WITH_ITEMS = {OfferKind.SINGLE, OfferKind.BUNDLE, OfferKind.ASSIST, OfferKind.MEMBERSHIP}
MOST_ROWS = 50
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of what is inside; `others` may be chosen instead, in a subscription."""

    id: str
    benefit_id: int | None = None
    quantity: int = 1
    others: Sequence[int] = ()


class OfferForm(Form):
    title = StringField(_("标题"), validators=[Needed(), Length(max=60)])
    description = TextAreaField(_("说明"), validators=[Length(max=2000)])
    price_fen = YuanField(_("售价（元）"), validators=[Needed()])
    category = SelectField(_("分类"), validate_choice=False)
    new_category = StringField(_("或新建分类"), validators=[Length(max=20)])
    goods_kind = SelectField(
        _("商品性质"), choices=choices((kind.value, GOODS[kind]) for kind in GOODS)
    )
    refund_policy = SelectField(
        _("退款规则"), choices=choices((each.value, REFUNDS[each]) for each in REFUNDS)
    )
    stock = IntegerField(
        _("库存（份）"), validators=[Optional(), NumberRange(0, 100_000_000, _("0 或以上"))]
    )
    per_member_limit = IntegerField(
        _("每人限购（份）"), validators=[Optional(), NumberRange(1, 100_000_000, _("1 或以上"))]
    )
    sale_starts_at = MomentField(_("开始销售"), validators=[Optional()])
    sale_ends_at = MomentField(_("结束销售"), validators=[Optional()])

    points = IntegerField(
        _("另需积分"), validators=[Optional(), NumberRange(1, 10_000_000, _("1 或以上"))]
    )
    tier = SelectField(_("会员等级"), validate_choice=False)
    term_days = IntegerField(
        _("有效天数"), default=365, validators=[Optional(), NumberRange(1, 1098, _("1 至 1098 天"))]
    )
    periods = IntegerField(
        _("期数（月）"), default=3, validators=[Optional(), NumberRange(1, 36, _("1 至 36 期"))]
    )
    points_per_period = IntegerField(
        _("每期赠送积分"),
        default=0,
        validators=[Optional(), NumberRange(0, 10_000_000, _("0 或以上"))],
    )
    lock_days = IntegerField(
        _("提前几天确定内容"),
        default=7,
        validators=[Optional(), NumberRange(0, 27, _("0 至 27 天"))],
    )
    skip_limit = IntegerField(
        _("最多可跳过（期）"),
        default=3,
        validators=[Optional(), NumberRange(0, 36, _("0 至 36 期"))],
    )
    bonus_fen = YuanField(_("赠送金额（元）"), default=0)
    bonus_cap_fen = YuanField(_("每人累计最多获赠（元）"))
    usage_order = SelectField(_("使用顺序"), choices=choices(USAGE.items()), default="proportional")
    is_named = BooleanField(_("记名"))

    def offer(self, *, categories: Iterable[Category], tiers: Iterable[Tier]) -> None:
        """What the lists of this shop hold."""
        known = [("", _("不分类")), *((str(each.id), each.name) for each in categories)]
        self.category.choices = choices(known)
        named = [("", _("不授予等级")), *((each.number, each.name) for each in tiers)]
        self.tier.choices = choices(named)

    def terms(self, kind: OfferKind, rows: Sequence[Row]) -> dict[str, Any]:
        """What this kind promises beside its vouchers."""
        match kind:
            case OfferKind.MEMBERSHIP:
                return {"tier": self.tier.data or None, "term_days": self.term_days.data or 365}
            case OfferKind.SUBSCRIPTION:
                return {
                    "periods": self.periods.data or 1,
                    "points_per_period": self.points_per_period.data or 0,
                    "lock_days": _or(self.lock_days.data, 7),
                    "skip_limit": _or(self.skip_limit.data, 3),
                    "items": [_parcel(row) for row in rows],
                }
            case OfferKind.TOPUP:
                return {
                    "bonus_fen": self.bonus_fen.data or 0,
                    "usage_order": self.usage_order.data,
                    "bonus_cap_fen": self.bonus_cap_fen.data,
                }
            case OfferKind.GIFT_CARD:
                return {"is_named": bool(self.is_named.data)}
        has_points = kind is not OfferKind.ASSIST and self.points.data
        return {"points": self.points.data} if has_points else {}

    def words(self, kind: OfferKind) -> dict[str, Any]:
        """What the verbs of the catalogue take. Raises Invalid."""
        rows, starts, ends = typed_rows(), self.sale_starts_at.instant, self.sale_ends_at.instant
        if starts and ends and starts >= ends:
            raise Invalid(str(_("结束销售须晚于开始销售")), field="sale_ends_at")
        if kind is OfferKind.SUBSCRIPTION and not rows:
            raise Invalid(str(_("至少选择一项每期发放的权益")), field="items")
        if self.goods_kind.errors or self.refund_policy.errors:
            raise Invalid(str(_("请求不正确，请刷新页面重试")), field="goods_kind")
        return {
            "title": self.title.data or "",
            "description": (self.description.data or "").replace("\r\n", "\n"),
            "price_fen": self.price_fen.data or 0,
            "items": _items(rows) if kind in WITH_ITEMS else [],
            "per_member_limit": self.per_member_limit.data,
            "sale_starts_at": starts,
            "sale_ends_at": ends,
            "goods_kind": GoodsKind(self.goods_kind.data),
            "refund_policy": RefundPolicy(self.refund_policy.data),
            "terms": self.terms(kind, rows),
        }


def typed_rows() -> list[Row]:
    """The lines of the form that name a benefit. Raises Invalid for a number out of range."""
    found = []
    for row_id in request.form.getlist("row")[:MOST_ROWS]:
        benefit_id = request.form.get(f"benefit-{row_id}", type=int)
        quantity = request.form.get(f"quantity-{row_id}", 1, type=int)
        others = [
            other
            for other in request.form.getlist(f"others-{row_id}", type=int)
            if 0 < other <= LARGEST_ID
        ]
        if benefit_id and not 0 < benefit_id <= LARGEST_ID:
            raise Invalid(str(_("没有这项权益")), field="items")
        if benefit_id and not 0 < quantity <= 100:  # noqa: PLR2004 - a hundred of one is the most
            raise Invalid(str(_("每项权益 1 至 100 张")), field="items")
        if benefit_id:
            kept = [other for other in others if other != benefit_id]
            found.append(Row(id=row_id[:20], benefit_id=benefit_id, quantity=quantity, others=kept))
    return found


def rows_of(sheet: OfferSheet) -> list[Row]:
    """What an offer holds, as lines of the form."""
    if sheet.detail.kind is OfferKind.SUBSCRIPTION:
        return [
            Row(
                id=str(place),
                benefit_id=item["benefit_ids"][0],
                quantity=item["quantity"],
                others=item["benefit_ids"][1:],
            )
            for place, item in enumerate(sheet.detail.terms["items"])
        ]
    return [
        Row(id=str(place), benefit_id=benefit_id, quantity=quantity)
        for place, (benefit_id, quantity) in enumerate(sheet.items)
    ]


def filled(sheet: OfferSheet) -> dict[str, Any]:
    """What the form begins with, to change an offer."""
    told = sheet.detail
    return {
        "title": told.title,
        "description": told.description,
        "price_fen": told.price_fen,
        "category": str(told.category_id or ""),
        "goods_kind": told.goods_kind.value,
        "refund_policy": told.refund_policy.value,
        "per_member_limit": told.per_member_limit,
        "sale_starts_at": told.sale_starts_at,
        "sale_ends_at": told.sale_ends_at,
        **told.terms,
        "tier": told.terms.get("tier") or "",
    }


def held(rows: Sequence[Row], kind: OfferKind, periods: int) -> dict[int, int]:
    """How many vouchers of which benefit these lines bring over the offer's whole time."""
    times = periods if kind is OfferKind.SUBSCRIPTION else 1
    found: dict[int, int] = {}
    for row in rows:
        for other in row.others:
            found.setdefault(other, 0)
        if row.benefit_id:
            found[row.benefit_id] = found.get(row.benefit_id, 0) + row.quantity * times
    return found


def _items(rows: Sequence[Row]) -> list[tuple[int, int]]:
    found = [(row.benefit_id, row.quantity) for row in rows if row.benefit_id]
    if len({benefit_id for benefit_id, _quantity in found}) != len(found):
        raise Invalid(str(_("同一项权益只写一行，用数量表示张数")), field="items")
    return found


def _parcel(row: Row) -> dict[str, Any]:
    return {"benefit_ids": [row.benefit_id, *row.others], "quantity": row.quantity}


def _or(typed: int | None, default: int) -> int:
    return default if typed is None else typed
