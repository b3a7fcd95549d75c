"""A campaign in which friends help, as a form; and the words that its rules must not lack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from app.admin.forms import Form, MomentField, Needed, choices
from app.domain import campaigns
from app.domain.campaigns import KillRule, State, Terms
from app.domain.catalog import Choice, OfferChoice
from app.kernel import money
from app.kernel.errors import Invalid

STATES: Mapping[State, tuple[str, str]] = {
    State.DRAFT: (_("草稿"), "secondary"),
    State.PUBLISHED: (_("进行中"), "green"),
    State.STOPPED: (_("已停止"), "orange"),
    State.KILLED: (_("已紧急终止"), "red"),
}
KILL_RULES: Mapping[KillRule, str] = {
    KillRule.UNLOCK_BEGUN: _("有好友助力过的直接解锁，其余改发未完成券"),
    KillRule.FALLBACK: _("全部改发未完成券（没有则作废）"),
}
FIELDS: Mapping[str, str] = {
    "offer": _("主商品"),
    "subs": _("解锁券"),
    "benefits": _("权益"),
    "fallback": _("未完成时"),
    "hours": _("助力时限"),
    "ends_at": _("活动结束"),
    "rewards": _("奖励总份数"),
    "sharer_daily_cap": _("每位分享者每天"),
    "wording": _("文案"),
    "wording.title": _("标题"),
    "wording.rules": _("规则"),
    "wording.share_title": _("分享标题"),
}
# At most four friends over all locked vouchers, so at most four of these.
MOST_SUBS = 4
MOST_HELPERS = 100


@dataclass(frozen=True, kw_only=True)
class Row:
    """One locked voucher of the form."""

    benefit: str = ""
    helpers: int = 2


class AssistForm(Form):
    offer = SelectField(_("主商品（好友助力卡）"), validators=[Needed()], validate_choice=False)
    reward = SelectField(_("好友立即获得"), validators=[Needed()], validate_choice=False)
    fallback = SelectField(_("到期未完成，改发"), validate_choice=False)
    hours = IntegerField(
        _("助力时限（小时）"),
        default=24,
        validators=[Needed(), NumberRange(1, 8784, _("1 小时或以上"))],
    )
    ends_at = MomentField(_("活动结束"), validators=[Optional()])
    new_users_only = BooleanField(_("只有新用户的助力才计入"))
    rewards = IntegerField(
        _("奖励总份数"), validators=[Optional(), NumberRange(1, 100_000_000, _("1 或以上"))]
    )
    unlocks = IntegerField(
        _("最多解锁（张）"), validators=[Optional(), NumberRange(1, 100_000_000, _("1 或以上"))]
    )
    helper_daily_cap = IntegerField(
        _("每位好友每天最多助力"), validators=[Optional(), NumberRange(1, 100, _("1 至 100 次"))]
    )
    sharer_daily_cap = IntegerField(
        _("每位分享者每天最多获助力"),
        default=20,
        validators=[Optional(), NumberRange(1, 100, _("1 至 100 次"))],
    )
    kill_rule = SelectField(
        _("紧急终止时，进行中的任务"),
        choices=choices((rule.value, KILL_RULES[rule]) for rule in KILL_RULES),
    )
    title = StringField(_("标题"), validators=[Needed(), Length(max=60)])
    rules = TextAreaField(_("规则"), validators=[Length(max=1000)])
    share_title = StringField(_("分享标题"), validators=[Needed(), Length(max=60)])

    def offers(self, cards: Sequence[OfferChoice], benefits: Sequence[Choice]) -> None:
        """What the lists of this shop hold."""
        self.offer.choices = choices(
            [("", _("— 选择助力卡 —")), *((each.number, each.title) for each in cards)]
        )
        named = [(each.number, named_with_value(each)) for each in benefits]
        self.reward.choices = choices([("", _("— 选择权益 —")), *named])
        self.fallback.choices = choices([("", _("不补发，到期作废")), *named])

    def terms(self, benefits: Sequence[Choice]) -> Terms:
        """What is promised; rules that were left empty are written from the rest. Raises Invalid."""
        told = self._told()
        terms = campaigns.parse(told)
        return terms if (self.rules.data or "").strip() else _with_rules(terms, told, benefits)

    def _told(self) -> dict[str, Any]:
        subs = [row for row in typed_rows() if row.benefit]
        if not subs:
            raise Invalid(str(_("至少选择一张解锁券")), field="subs")
        if any(not 0 < row.helpers <= MOST_HELPERS for row in subs):
            raise Invalid(str(_("每张解锁券 1 至 100 位好友")), field="subs")
        ends_at = self.ends_at.instant
        return {
            "offer": self.offer.data or "",
            "subs": [{"benefit": row.benefit, "helpers": row.helpers} for row in subs],
            "reward": self.reward.data or "",
            "fallback": self.fallback.data or None,
            "hours": self.hours.data or 0,
            "ends_at": ends_at.isoformat() if ends_at else None,
            "new_users_only": bool(self.new_users_only.data),
            "helper_daily_cap": self.helper_daily_cap.data,
            "sharer_daily_cap": self.sharer_daily_cap.data,
            "unlocks": self.unlocks.data,
            "rewards": self.rewards.data,
            "kill_rule": self.kill_rule.data or KillRule.UNLOCK_BEGUN.value,
            "wording": {
                "title": (self.title.data or "").strip(),
                "rules": (self.rules.data or "").replace("\r\n", "\n").strip() or "-",
                "share_title": (self.share_title.data or "").strip(),
            },
        }


def typed_rows() -> list[Row]:
    """The locked vouchers of the form, also those that were left empty."""
    return [
        Row(
            benefit=request.form.get(f"sub-{place}", "")[:40],
            helpers=request.form.get(f"helpers-{place}", 0, type=int),
        )
        for place in range(MOST_SUBS)
    ]


def rows_of(terms: Terms) -> list[Row]:
    """The locked vouchers of a campaign, and room for more."""
    kept = [Row(benefit=sub.benefit, helpers=sub.helpers) for sub in terms.subs]
    return kept + [Row()] * (MOST_SUBS - len(kept))


def filled(terms: Terms) -> dict[str, Any]:
    """What the form begins with, to change a draft."""
    names = ("offer", "reward", "hours", "ends_at", "new_users_only", "rewards", "unlocks")
    caps = ("helper_daily_cap", "sharer_daily_cap")
    return {name: getattr(terms, name) for name in (*names, *caps)} | {
        "fallback": terms.fallback or "",
        "kill_rule": terms.kill_rule.value,
        "title": terms.wording.title,
        "rules": terms.wording.rules,
        "share_title": terms.wording.share_title,
    }


def suggested_rules(terms: Terms, benefits: Sequence[Choice]) -> str:
    """Rules that name every benefit, every number and what happens at the deadline."""
    known = {each.number: each for each in benefits}
    steps = "；".join(
        f"每邀请{sub.helpers}位好友在小程序内登录并确认助力，解锁一张{_told(known, sub.benefit)}"
        for sub in terms.subs
    )
    who = "仅限新用户助力。" if terms.new_users_only else ""
    after = (
        f"到期未完成的改发{_told(known, terms.fallback)}1张。"
        if terms.fallback
        else "到期未完成的，未解锁的券作废。"
    )
    return (
        f"购买后{terms.hours}小时内，{steps}；好友每人立即获得{_told(known, terms.reward)}1张。"
        f"{who}{after}购买和使用主卡不需要助力。"
    )


def named_with_value(benefit: Choice) -> str:
    value = f"¥{_plain(benefit.market_value_fen)}"
    return (
        f"{benefit.name}（{value}）" if benefit.is_published else f"{benefit.name}（{_('草稿')}）"
    )


def _with_rules(terms: Terms, told: dict[str, Any], benefits: Sequence[Choice]) -> Terms:
    rules = suggested_rules(terms, benefits)
    return campaigns.parse(told | {"wording": {**told["wording"], "rules": rules}})


def _told(known: Mapping[str, Choice], number: str) -> str:
    benefit = known.get(number)
    return f"{benefit.name}（价值{_plain(benefit.market_value_fen)}元）" if benefit else "券"


def _plain(fen: int) -> str:
    return money.yuan(fen).removesuffix(".00")
