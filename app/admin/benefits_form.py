"""What a benefit is, as a form: its value, what it takes to use it, and back from what is kept."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.admin.benefits_grammar import BlackoutField, RangesField, weekdays_field
from app.admin.forms import Form, Needed, YuanField, choices
from app.domain.catalog import (
    BenefitDraft,
    BenefitKind,
    BenefitRevision,
    Conditions,
    Days,
    Fixed,
    Hours,
)
from app.domain.merchants import Store
from app.kernel.errors import Invalid

KINDS: Mapping[BenefitKind, str] = {
    BenefitKind.EXCHANGE: _("兑换券"),
    BenefitKind.CASH: _("代金券"),
    BenefitKind.DISCOUNT: _("折扣券"),
    BenefitKind.RIGHT: _("权益"),
    BenefitKind.SHIPPING: _("运费券"),
    BenefitKind.DELIVERY: _("寄送"),
    BenefitKind.CODE: _("第三方兑换码"),
    BenefitKind.BOOKING: _("预约席位"),
}
# Which places of the form each kind of benefit uses for its face.
FACES: Mapping[BenefitKind, Sequence[str]] = {
    BenefitKind.CASH: ("off_fen",),
    BenefitKind.DISCOUNT: ("rate_bp", "cap_fen"),
    BenefitKind.SHIPPING: ("off_fen",),
    BenefitKind.CODE: ("thing", "is_digital"),
}
TENTH_BP = 1000


class BenefitForm(Form):
    kind = SelectField(_("类型"), choices=choices((kind.value, KINDS[kind]) for kind in KINDS))
    name = StringField(_("名称"), validators=[Needed(), Length(max=60)])
    market_value_fen = YuanField(_("市场价值（元）"), least=1, validators=[Needed()])
    cost_fen = YuanField(_("成本（元）"), default=0)
    thing = StringField(_("内容"), validators=[Length(max=60)])
    off_fen = YuanField(_("抵扣金额（元）"), least=1)
    rate = DecimalField(
        _("折扣（折）"),
        places=3,
        validators=[
            Optional(),
            NumberRange(min=Decimal("0.1"), max=Decimal("9.9"), message=_("0.1 至 9.9 折")),
        ],
    )
    cap_fen = YuanField(_("最多优惠（元）"), least=1)
    is_digital = BooleanField(_("兑换的是数字内容"))
    hand_over = StringField(_("核销时给顾客什么"), validators=[Needed(), Length(max=120)])

    validity = RadioField(
        _("有效期"),
        choices=choices((("days", _("发放后若干天")), ("fixed", _("固定日期")))),
        default="days",
    )
    days = IntegerField(
        _("天数"), default=30, validators=[Optional(), NumberRange(1, 1098, _("1 至 1098 天"))]
    )
    starts_on = DateField(_("开始日期"), validators=[Optional()])
    ends_on = DateField(_("结束日期"), validators=[Optional()])
    weekdays = weekdays_field(_("可用星期"))
    ranges = RangesField(_("可用时段"))
    blackout = BlackoutField(_("不可用日期"))
    stores = SelectMultipleField(
        _("适用门店"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    minimum_spend_fen = YuanField(_("最低消费（元）"), default=0)
    uses_per_day = IntegerField(
        _("每张卡每天限用次数"), validators=[Optional(), NumberRange(1, 100, _("1 至 100 次"))]
    )
    hours_between_uses = IntegerField(
        _("两次使用间隔（小时）"),
        default=0,
        validators=[Optional(), NumberRange(0, 8784, _("0 至 8784 小时"))],
    )
    giftable = BooleanField(_("可转赠好友"), default=True)
    shareable_once = BooleanField(_("可分享一次"))
    stackable = BooleanField(_("可与其他优惠同享"))
    refundable = BooleanField(_("未使用可退"), default=True)

    def offer_stores(self, stores: Sequence[Store]) -> None:
        self.stores.choices = choices((store.id, store.name) for store in stores if store.is_open)

    @property
    def face(self) -> dict[str, Any]:
        """What the chosen kind needs of what was typed."""
        typed = {
            "thing": (self.thing.data or "").strip() or None,
            "off_fen": self.off_fen.data,
            "rate_bp": int(self.rate.data * TENTH_BP) if self.rate.data else None,
            "cap_fen": self.cap_fen.data,
            "is_digital": bool(self.is_digital.data),
        }
        wanted = FACES.get(BenefitKind(self.kind.data), ("thing",))
        return {name: typed[name] for name in wanted if typed[name] is not None}

    def conditions(self) -> Conditions:
        """Raises Invalid, in words for people, for what cannot be meant."""
        return Conditions(
            validity=self._validity(),
            hours=self._hours(),
            store_ids=tuple(sorted(set(self.stores.data))) if self.stores.data else None,
            minimum_spend_fen=self.minimum_spend_fen.data or 0,
            giftable=bool(self.giftable.data),
            shareable_once=bool(self.shareable_once.data),
            stackable=bool(self.stackable.data),
            refundable=bool(self.refundable.data),
            uses_per_day=self.uses_per_day.data,
            hours_between_uses=self.hours_between_uses.data or 0,
        )

    def draft(self) -> BenefitDraft:
        """As the rules of publishing look at it, however unfinished. Raises Invalid."""
        if self.kind.data not in set(BenefitKind):
            raise Invalid(str(_("请求不正确，请刷新页面重试")), field="kind")
        return BenefitDraft(
            kind=BenefitKind(self.kind.data),
            name=self.name.data or "",
            market_value_fen=self.market_value_fen.data or 0,
            face=self.face,
            conditions=self.conditions(),
            hand_over=self.hand_over.data or "",
        )

    def words(self) -> dict[str, Any]:
        """What the verbs of the catalogue take. Raises Invalid."""
        told = self.draft()
        return {
            "kind": told.kind,
            "name": told.name,
            "market_value_fen": told.market_value_fen,
            "cost_fen": self.cost_fen.data or 0,
            "face": dict(told.face),
            "conditions": told.conditions,
            "hand_over": told.hand_over,
        }

    def _validity(self) -> Days | Fixed:
        if self.validity.data == "days":
            if not self.days.data:
                raise Invalid(str(_("请填写有效天数")), field="days")
            return Days(count=self.days.data)
        if not (self.starts_on.data and self.ends_on.data):
            raise Invalid(str(_("请填写有效期的开始和结束日期")), field="ends_on")
        try:
            return Fixed(starts_on=self.starts_on.data, ends_on=self.ends_on.data)
        except Invalid:
            raise Invalid(str(_("有效期须先开始后结束，且不超过三年")), field="ends_on") from None

    def _hours(self) -> Hours:
        if not self.weekdays.data:
            raise Invalid(str(_("至少选择一个可用的星期")), field="weekdays")
        try:
            return Hours(
                weekdays=tuple(sorted(set(self.weekdays.data))),
                ranges=self.ranges.data,
                blackout=self.blackout.data or (),
            )
        except Invalid:
            raise Invalid(str(_("可用时段不能重叠，开始和结束不能相同")), field="ranges") from None


def filled(revision: BenefitRevision) -> dict[str, Any]:
    """What the form begins with, to word a benefit anew."""
    told, face = Conditions.from_json(revision.conditions), revision.face
    fixed = told.validity if isinstance(told.validity, Fixed) else None
    return {
        "kind": revision.kind.value,
        "name": revision.name,
        "market_value_fen": revision.market_value_fen,
        "cost_fen": revision.cost_fen,
        "thing": face.get("thing", ""),
        "off_fen": face.get("off_fen"),
        "rate": Decimal(face["rate_bp"]) / TENTH_BP if "rate_bp" in face else None,
        "cap_fen": face.get("cap_fen"),
        "is_digital": face.get("is_digital", False),
        "hand_over": revision.hand_over,
        "validity": "fixed" if fixed else "days",
        "days": told.validity.count if isinstance(told.validity, Days) else 30,
        "starts_on": fixed.starts_on if fixed else None,
        "ends_on": fixed.ends_on if fixed else None,
        "weekdays": list(told.hours.weekdays),
        "ranges": told.hours.ranges,
        "blackout": told.hours.blackout,
        "stores": list(told.store_ids or ()),
        "minimum_spend_fen": told.minimum_spend_fen,
        "uses_per_day": told.uses_per_day,
        "hours_between_uses": told.hours_between_uses,
        "giftable": told.giftable,
        "shareable_once": told.shareable_once,
        "stackable": told.stackable,
        "refundable": told.refundable,
    }
