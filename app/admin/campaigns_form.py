"""A campaign of the calendar as a form; which places are shown depends on its kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.admin import words
from app.admin.assists_form import named_with_value
from app.admin.forms import Form, MomentField, Needed, YuanField, choices
from app.domain import promotions
from app.domain.catalog import Choice, OfferChoice, OfferKind
from app.domain.membership import Tier
from app.domain.promotions import Kind, PromotionEvent, State, Terms
from app.kernel.errors import Invalid

KINDS: Mapping[Kind, tuple[str, str, str, str]] = {
    Kind.MEMBER_DAY: (
        _("会员日"),
        _("每月或每周固定一天：指定商品只在当天出售，积分可以翻倍"),
        "calendar-event",
        "red",
    ),
    Kind.SALE: (_("限时商品"), _("一段时间或一场赛事前后才卖的商品"), "clock", "orange"),
    Kind.TOPUP_BONUS: (_("储值赠送"), _("限时的储值商品，多存多送"), "wallet", "green"),
    Kind.GRANT: (_("定向发券"), _("给一群会员每人发一份券，有总量和成本上限"), "gift", "blue"),
    Kind.EVENT: (_("主题活动"), _("告诉顾客一场活动，可以带上商品"), "confetti", "secondary"),
}
STATES: Mapping[State, tuple[str, str]] = {
    State.DRAFT: (_("草稿"), "secondary"),
    State.PUBLISHED: (_("已发布"), "green"),
    State.STOPPED: (_("已停止"), "orange"),
    State.OVER: (_("已结束"), "secondary"),
}
FIELDS: Mapping[str, str] = {
    "name": _("名称"),
    "theme": _("主题"),
    "text": _("说明"),
    "ends_at": _("结束时间"),
    "audience.min_rank": _("会员等级"),
    "offers": _("商品"),
    "gives": _("发放的权益"),
}
WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
FACTORS: Mapping[int, str] = {
    0: _("不翻倍"),
    15_000: _("1.5 倍"),
    20_000: _("2 倍"),
    30_000: _("3 倍"),
    50_000: _("5 倍"),
}
MOST_GIFTS = 5
MOST_PIECES = 20
HALF_A_YEAR_MINUTES = 262_800


@dataclass(frozen=True, kw_only=True)
class Gift:
    """One line of what is given to each member."""

    benefit: str = ""
    quantity: int = 1


@dataclass(frozen=True, kw_only=True)
class Lists:
    """What of this shop can be chosen."""

    offers: Sequence[OfferChoice]
    benefits: Sequence[Choice]
    events: Sequence[PromotionEvent]
    tiers: Sequence[Tier]
    tags: Sequence[str]


class CampaignForm(Form):
    name = StringField(_("名称"), validators=[Needed(), Length(max=40)])
    theme = StringField(_("主题"), validators=[Length(max=20)])
    text = TextAreaField(_("给顾客的说明"), validators=[Length(max=1000)])
    event = SelectField(_("随赛事或活动"), validate_choice=False)
    before = IntegerField(
        _("开始前多少分钟开卖"),
        default=0,
        validators=[Optional(), NumberRange(-HALF_A_YEAR_MINUTES, HALF_A_YEAR_MINUTES)],
    )
    after = IntegerField(
        _("结束后延续多少分钟"),
        default=0,
        validators=[Optional(), NumberRange(-HALF_A_YEAR_MINUTES, HALF_A_YEAR_MINUTES)],
    )
    starts_at = MomentField(_("开始"), validators=[Optional()])
    ends_at = MomentField(_("结束"), validators=[Optional()])
    day = SelectField(_("每逢"), validate_choice=False)
    factor = SelectField(_("当天积分"), choices=choices(FACTORS.items()), validate_choice=False)
    tier = SelectField(_("会员等级"), validate_choice=False)
    tags = StringField(_("会员标签"), validators=[Length(max=200)])
    offers = SelectMultipleField(
        _("商品"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    vouchers = IntegerField(
        _("最多发多少张券"), validators=[Optional(), NumberRange(1, 100_000_000, _("1 或以上"))]
    )
    cost = YuanField(_("成本上限（元）"))

    def lists(self, found: Lists, kind: Kind) -> None:
        """What the lists of this shop hold."""
        self.event.choices = choices([("", _("不随赛事，自己定时间")), *map(_event, found.events)])
        ranks = [(str(t.rank), _("%(name)s及以上", name=t.name)) for t in found.tiers]
        self.tier.choices = choices([("", _("不限等级")), *ranks])
        self.day.choices = choices(day_choices())
        fit = (o for o in found.offers if kind is not Kind.TOPUP_BONUS or o.kind == OfferKind.TOPUP)
        self.offers.choices = choices((o.number, _offer(o)) for o in fit)

    def terms(self, kind: Kind) -> Terms:
        """What the campaign is. Raises Invalid, AtOdds."""
        self._refuse_odd(kind)
        told = self._told(kind) | self._time(kind)
        if kind is Kind.GRANT:
            told |= self._giving()
        return promotions.parse(told)

    def _told(self, kind: Kind) -> dict[str, Any]:
        rank = self.tier.data or ""
        factor = int(self.factor.data or 0) if (self.factor.data or "").isdecimal() else 0
        return {
            "kind": kind.value,
            "name": (self.name.data or "").strip(),
            "theme": (self.theme.data or "").strip(),
            "text": (self.text.data or "").replace("\r\n", "\n"),
            "audience": {
                "min_rank": int(rank) if rank.isdecimal() else None,
                "tags": _words(self.tags.data or ""),
            },
            "offers": [] if kind is Kind.GRANT else (self.offers.data or []),
            "factor_bp": factor or None if kind is Kind.MEMBER_DAY else None,
        }

    def _time(self, kind: Kind) -> dict[str, Any]:
        if kind is not Kind.MEMBER_DAY and self.event.data:
            before, after = self.before.data or 0, self.after.data or 0
            around = {"event": self.event.data, "from_minutes": -before, "until_minutes": after}
            return {"around": around}
        ends = {"starts_at": self.starts_at.instant, "ends_at": self.ends_at.instant}
        told: dict[str, Any] = {name: at.isoformat() for name, at in ends.items() if at}
        return told | ({"day": _day(self.day.data or "")} if kind is Kind.MEMBER_DAY else {})

    def _giving(self) -> dict[str, Any]:
        gifts = [row for row in typed_gifts() if row.benefit]
        return {
            "gives": [{"benefit": row.benefit, "quantity": row.quantity} for row in gifts],
            "budget": {"vouchers": self.vouchers.data, "cost_fen": self.cost.data},
        }

    def _refuse_odd(self, kind: Kind) -> None:
        """In the words of the page, before the terms say it in theirs."""
        starts, ends = self.starts_at.instant, self.ends_at.instant
        is_around = kind is not Kind.MEMBER_DAY and bool(self.event.data)
        needs_end = kind is not Kind.MEMBER_DAY
        wrong = {
            _("请填写开始时间"): not is_around and starts is None,
            _("请填写结束时间"): not is_around and needs_end and ends is None,
            _("结束须晚于开始"): not is_around and bool(starts and ends and starts >= ends),
            _("至少选择一个商品"): kind in (Kind.SALE, Kind.TOPUP_BONUS) and not self.offers.data,
            _("请选择商品，或让积分翻倍"): kind is Kind.MEMBER_DAY
            and not self.offers.data
            and self.factor.data in (None, "", "0"),
            _("限定了人群的会员日不能翻倍积分"): kind is Kind.MEMBER_DAY
            and self.factor.data not in (None, "", "0")
            and bool(self.tier.data or _words(self.tags.data or "")),
            _("至少选择一项权益"): kind is Kind.GRANT and not any(r.benefit for r in typed_gifts()),
            _("每项权益 1 至 20 张"): kind is Kind.GRANT
            and any(not 0 < r.quantity <= MOST_PIECES for r in typed_gifts() if r.benefit),
            _("请填写最多发多少张券"): kind is Kind.GRANT and not self.vouchers.data,
        }
        for why, is_so in wrong.items():
            if is_so:
                raise Invalid(str(why))


def typed_gifts() -> list[Gift]:
    """What the form gives, also the lines that were left empty."""
    return [
        Gift(
            benefit=request.form.get(f"gift-{place}", "")[:40],
            quantity=request.form.get(f"quantity-{place}", 0, type=int),
        )
        for place in range(MOST_GIFTS)
    ]


def gifts_of(terms: Terms | None) -> list[Gift]:
    """What a campaign gives, and room for more."""
    kept = (
        [Gift(benefit=item.benefit, quantity=item.quantity) for item in terms.gives]
        if terms
        else []
    )
    return (kept + [Gift()] * MOST_GIFTS)[:MOST_GIFTS]


def filled(terms: Terms) -> dict[str, Any]:
    """What the form begins with, to change a draft."""
    around, budget, rank = terms.around, terms.budget, terms.audience.min_rank
    return {
        "name": terms.name,
        "theme": terms.theme,
        "text": terms.text,
        "starts_at": terms.starts_at,
        "ends_at": terms.ends_at,
        "event": around.event if around else "",
        "before": -around.from_minutes if around else 0,
        "after": around.until_minutes if around else 0,
        "day": _day_word(terms),
        "factor": str(terms.factor_bp or 0),
        "tier": "" if rank is None else str(rank),
        "tags": "，".join(terms.audience.tags),
        "offers": list(terms.offers),
        "vouchers": budget.vouchers if budget else None,
        "cost": budget.cost_fen if budget else None,
    }


def day_choices() -> Iterable[tuple[str, str]]:
    yield from ((f"m{day}", _("每月 %(day)s 日", day=day)) for day in range(1, 32))
    yield from ((f"w{place}", _("每%(day)s", day=day)) for place, day in enumerate(WEEKDAYS, 1))


def _day(said: str) -> dict[str, int]:
    if said not in {word for word, _name in day_choices()}:
        raise Invalid(str(_("请选择每月或每周的哪一天")))
    return {"of_month" if said[0] == "m" else "weekday": int(said[1:])}


def _day_word(terms: Terms) -> str:
    if terms.day is None:
        return "m8"
    return f"m{terms.day.of_month}" if terms.day.of_month else f"w{terms.day.weekday}"


def _words(said: str) -> list[str]:
    found = said.replace(",", "，").replace("、", "，").split("，")
    return list(dict.fromkeys(word.strip() for word in found if word.strip()))


def _event(event: PromotionEvent) -> tuple[str, str]:
    return event.number, f"{event.name}（{words.moment(event.starts_at)}）"


def _offer(offer: OfferChoice) -> str:
    return f"{offer.title}（{words.yuan(offer.price_fen)}）"


def gift_choices(benefits: Iterable[Choice]) -> list[tuple[str, str]]:
    return [(each.number, named_with_value(each)) for each in benefits]
