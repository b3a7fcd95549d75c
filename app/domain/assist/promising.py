"""What a campaign promises, in the words that are read before anybody pays or helps."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import catalog, merchants
from app.domain.assist import statements
from app.domain.campaigns import KillRule, Terms, parse
from app.kernel import calendar
from app.kernel.db import fetch_one

NOT_PAID_FOR = (
    "需要助力的券是附加赠送的，不计入售价：到期未解锁没有可退的钱，订单全部退款时一并收回；"
    "主卡里的券不受影响，按退款规则办理"
)
_KILLED = {
    KillRule.UNLOCK_BEGUN: "活动如提前终止：已有好友助力的直接解锁，还没有的按到期未完成办理",
    KillRule.FALLBACK: "活动如提前终止：还没解锁的按到期未完成办理",
}


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A campaign before the purchase: the merchant's own `rules`, and line by line what we do."""

    title: str
    rules: str
    lines: Sequence[str]


@dataclass(frozen=True)
class _Promised:
    terms: dict[str, Any]
    revisions: Mapping[str, int]
    rewards: int
    unlocks: int


def promise_of(*, merchant_id: int, offer_id: int, at: datetime) -> Promise | None:
    """What an order of this offer would be promised at that instant; None without a campaign."""
    found = fetch_one(
        _Promised,
        statements.PROMISED,
        {"merchant_id": merchant_id, "offer_id": offer_id, "at": at},
    )
    if found is None:
        return None
    terms = parse(found.terms)
    if terms.ends_at is not None and terms.ends_at <= at:
        return Promise(title=terms.wording.title, rules="", lines=[_over(merchant_id, terms)])
    lines = rule_lines(merchant_id=merchant_id, terms=terms, revisions=found.revisions)
    left = _left(terms, rewards=found.rewards, unlocks=found.unlocks)
    return Promise(title=terms.wording.title, rules=terms.wording.rules, lines=[*lines, *left])


def rule_lines(*, merchant_id: int, terms: Terms, revisions: Mapping[str, int]) -> list[str]:
    """One line for each rule, always in the same order: what, how many, how long, and else."""
    told = _names(merchant_id, revisions)
    lines = [
        "主卡里的券付款后立即放入卡包，不需要助力就能用",
        *(
            f"每份主卡另有{told[sub.benefit]}{count}张，"
            f"{'每张由' if count > 1 else ''}{sub.helpers}位好友确认助力后解锁，解锁后才能使用"
            for sub, count in Counter(terms.subs).items()
        ),
        f"助力时间：付款后{terms.hours}小时内{_until(merchant_id, terms)}",
        f"每位好友确认助力后，得到{told[terms.reward]}1张；同一位好友在本次活动中只能助力一次",
        "仅限此前未来过本店的好友助力" if terms.new_users_only else "",
        _caps(terms),
        f"到期未完成：未解锁的券作废，改发{told[terms.fallback]}1张"
        if terms.fallback
        else "到期未完成：未解锁的券作废，不另补发",
        NOT_PAID_FOR,
        _KILLED[terms.kill_rule],
    ]
    return [line for line in lines if line]


def _names(merchant_id: int, revisions: Mapping[str, int]) -> dict[str, str]:
    """「拿铁兑换券」（大杯拿铁1杯） by the benefit's number."""
    found = catalog.find_revisions(merchant_id=merchant_id, revision_ids=set(revisions.values()))
    return {number: _name(found[revision]) for number, revision in revisions.items()}


def _name(terms: catalog.RevisionTerms) -> str:
    face = terms.face_text
    return f"「{terms.name}」" if not face or face in terms.name else f"「{terms.name}」（{face}）"


def _until(merchant_id: int, terms: Terms) -> str:
    return f"，最晚到{_moment(merchant_id, terms.ends_at)}" if terms.ends_at else ""


def _over(merchant_id: int, terms: Terms) -> str:
    ended = _moment(merchant_id, terms.ends_at) if terms.ends_at else ""
    return f"好友助力已于{ended}截止，现在购买只得到主卡里的券"


def _moment(merchant_id: int, at: datetime) -> str:
    return calendar.moment_words(at, zone=merchants.profile(merchant_id=merchant_id).zone)


def _caps(terms: Terms) -> str:
    caps = [
        f"每人每天最多为别人助力{terms.helper_daily_cap}次" if terms.helper_daily_cap else "",
        f"每位购买人每天最多得到{terms.sharer_daily_cap}次助力" if terms.sharer_daily_cap else "",
    ]
    return "；".join(cap for cap in caps if cap)


def _left(terms: Terms, *, rewards: int, unlocks: int) -> list[str]:
    """Whoever buys must know when nobody can help any more."""
    return [
        f"{name}还剩{max(0, most - gone)}份，用完后不能再助力"
        for name, most, gone in (
            ("给好友的券", terms.rewards, rewards),
            ("可解锁的券", terms.unlocks, unlocks),
        )
        if most is not None
    ]
