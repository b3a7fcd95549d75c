"""Points as forms: what they are worth, how they are earned, what multiplies them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from app.admin.benefits_grammar import RangesField, weekdays_field
from app.admin.forms import Form, MomentField, Needed, choices
from app.domain.merchants import Store
from app.domain.points import EarnOn, RuleSource
from app.kernel.calendar import EVERY_DAY, WHOLE_DAY, Hours
from app.kernel.errors import Invalid

STEPS: Mapping[EarnOn, str] = {
    EarnOn.REDEMPTION: _("核销时"),
    EarnOn.PURCHASE: _("付款时（过了退款期才到账）"),
    EarnOn.BOTH: _("付款和核销都给"),
}
SOURCES: Mapping[RuleSource, str] = {
    RuleSource.REDEMPTION: _("核销一张券"),
    RuleSource.PURCHASE: _("付款购买"),
    RuleSource.VISIT: _("到店一次"),
    RuleSource.EVENT: _("其他事情（由接口告知）"),
    RuleSource.PERIOD: _("月卡每期"),
}
PER_YUAN, FIXED = "per_yuan", "fixed"
MOST = 10_000
WHOLE = 10_000


class TermsForm(Form):
    earn_on = SelectField(
        _("什么时候得积分"), choices=choices((step.value, STEPS[step]) for step in STEPS)
    )
    worth = IntegerField(
        _("多少积分抵 1 元"),
        validators=[Needed(), NumberRange(1, 1_000_000, _("1 或以上"))],
    )
    pay_percent = IntegerField(
        _("最多抵价格的百分之几"), validators=[Needed(), NumberRange(0, 100, _("0 至 100"))]
    )
    warn_days = IntegerField(
        _("到期前几天提醒"), validators=[Needed(), NumberRange(1, 90, _("1 至 90 天"))]
    )
    valid_months = IntegerField(
        _("有效期（月）"), validators=[Optional(), NumberRange(1, 120, _("1 至 120 个月"))]
    )


class RuleForm(Form):
    name = StringField(_("名称"), validators=[Needed(), Length(max=40)])
    source = SelectField(
        _("因为什么"), choices=choices((each.value, SOURCES[each]) for each in SOURCES)
    )
    event = StringField(
        _("事情的代号"),
        validators=[
            Length(max=40),
            Regexp(r"^[a-z0-9_\-]*$", message=_("小写字母、数字、下划线")),
        ],
    )
    way = SelectField(
        _("给多少"), choices=choices([(PER_YUAN, _("每元积分")), (FIXED, _("固定积分"))])
    )
    amount = IntegerField(_("积分"), validators=[Needed(), NumberRange(1, MOST, _("1 至 10000"))])
    most_per_day = IntegerField(
        _("每人每天最多"), validators=[Optional(), NumberRange(1, MOST, _("1 至 10000"))]
    )
    most_in_all = IntegerField(
        _("每人累计最多"), validators=[Optional(), NumberRange(1, MOST, _("1 至 10000"))]
    )
    cool_down = IntegerField(
        _("两次之间至少（分钟）"),
        default=0,
        validators=[Optional(), NumberRange(0, 525_600, _("0 或以上"))],
    )

    def rule(self) -> dict[str, Any]:
        """What the verb takes. Raises Invalid."""
        source = RuleSource(self.source.data)
        event = (self.event.data or "").strip()
        if source is RuleSource.EVENT and not event:
            raise Invalid(str(_("请填写事情的代号，接口用它告知")), field="event")
        is_rate = self.way.data == PER_YUAN
        if is_rate and source not in (RuleSource.REDEMPTION, RuleSource.PURCHASE):
            raise Invalid(str(_("没有金额的事情只能给固定积分")), field="way")
        return {
            "name": self.name.data.strip(),
            "source": source,
            "event": event if source is RuleSource.EVENT else None,
            "points_per_yuan": self.amount.data if is_rate else None,
            "fixed_points": None if is_rate else self.amount.data,
            "most_per_day": self.most_per_day.data,
            "most_in_all": self.most_in_all.data,
            "cool_down_minutes": self.cool_down.data or 0,
        }


class FactorForm(Form):
    name = StringField(_("名称"), validators=[Needed(), Length(max=40)])
    times = StringField(
        _("乘以几倍"),
        validators=[Needed(), Regexp(r"^\d{1,2}(\.\d{1,2})?$", message=_("0 至 10，最多两位小数"))],
    )
    source = SelectField(
        _("只乘哪一种"),
        choices=choices([("", _("所有积分")), *((each.value, SOURCES[each]) for each in SOURCES)]),
    )
    weekdays = weekdays_field(_("星期"))
    ranges = RangesField(_("时段"))
    days = StringField(_("每月几日"), validators=[Length(max=100)])
    stores = SelectMultipleField(
        _("只在这些门店"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    starts_at = MomentField(_("开始"), validators=[Optional()])
    ends_at = MomentField(_("结束"), validators=[Optional()])

    def lists(self, stores: Sequence[Store]) -> None:
        self.stores.choices = choices((each.id, each.name) for each in stores)

    def factor(self) -> dict[str, Any]:
        """What the verb takes. Raises Invalid."""
        starts, ends = self.starts_at.instant, self.ends_at.instant
        if starts and ends and starts >= ends:
            raise Invalid(str(_("结束须晚于开始")), field="ends_at")
        known = {store_id for store_id, _name in _pairs(self.stores)}
        if set(self.stores.data or ()) - known:
            raise Invalid(str(_("没有这家门店")), field="stores")
        return {
            "name": self.name.data.strip(),
            "bp": _bp(self.times.data),
            "source": RuleSource(self.source.data) if self.source.data else None,
            "hours": self._hours(),
            "days_of_month": _days(self.days.data or ""),
            "store_ids": self.stores.data or None,
            "starts_at": starts,
            "ends_at": ends,
        }

    def _hours(self) -> Hours | None:
        weekdays, ranges = tuple(sorted(self.weekdays.data or ())), self.ranges.data
        if not weekdays:
            raise Invalid(str(_("至少选择一天")), field="weekdays")
        is_always = weekdays == EVERY_DAY and ranges == (WHOLE_DAY,)
        return None if is_always else Hours(weekdays=weekdays, ranges=ranges)


class TryForm(Form):
    days = SelectField(
        _("看最近"), choices=choices([("7", _("7 天")), ("30", _("30 天")), ("90", _("90 天"))])
    )
    earn_on = SelectField(
        _("什么时候得积分"), choices=choices((step.value, STEPS[step]) for step in STEPS)
    )
    amount = IntegerField(
        _("每元积分"), default=1, validators=[Needed(), NumberRange(1, MOST, _("1 至 10000"))]
    )


def _pairs(field: Any) -> list[tuple[int, str]]:
    return [(int(each.value), str(each.label)) for each in field.choices or ()]


def _bp(said: str) -> int:
    whole, _dot, rest = said.partition(".")
    bp = int(whole) * WHOLE + int(f"{rest}0000"[:4])
    if bp > 10 * WHOLE:
        raise Invalid(str(_("最多 10 倍")), field="times")
    return bp


def _days(said: str) -> list[int] | None:
    words = said.replace(",", "，").replace("、", "，").replace(" ", "，").split("，")
    told = [word for word in words if word]
    if any(not (word.isascii() and word.isdecimal()) or not 1 <= int(word) <= 31 for word in told):  # noqa: PLR2004 - days of a month
        raise Invalid(str(_("每月几日：写 1 至 31，用逗号分开")), field="days")
    return sorted({int(word) for word in told}) or None
