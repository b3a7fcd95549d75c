"""Campaigns in which friends help, tasks of paid orders, and the friends."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain import assist, campaigns
from app.domain.assist import HelpWish
from app.domain.campaigns import Copy, Sub, Terms
from app.domain.catalog import OfferKind
from app.kernel.db import fetch_all
from tests.builders.catalog import BOSS, a_benefit, an_offer
from tests.builders.members import a_member
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop
from tests.builders.transactions import joined

RULES = (
    "购买后 {hours} 小时内，每邀请 {helpers} 位好友在小程序内登录并确认助力，"
    "解锁一张蛋糕券（价值28元）；好友每人立即获得热美式小杯券1张（价值12元）。"
    "到期未完成的改发曲奇券1张。购买和使用主卡不需要助力。"
)
SOON = NOON + timedelta(minutes=5)


@dataclass(kw_only=True)
class Told:
    """What a campaign's offer, prize, reward and fallback are called."""

    offer: str
    prize: str
    reward: str
    fallback: str


def promises(shop, *, at=NOON):
    """A main card on sale, and three published benefits."""
    prize = a_benefit(merchant=shop.merchant, name="蛋糕券", market_value_fen=28_00, at=at)
    reward = a_benefit(merchant=shop.merchant, name="热美式小杯券", market_value_fen=12_00, at=at)
    fallback = a_benefit(merchant=shop.merchant, name="曲奇券", market_value_fen=6_00, at=at)
    main = a_benefit(merchant=shop.merchant, at=at)
    card = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.ASSIST,
        title="好友拿铁卡",
        items=[(main.benefit_id, 2)],
        at=at,
    )
    shop.offer = card
    return Told(
        offer=card.number,
        prize=prize.benefit_number,
        reward=reward.benefit_number,
        fallback=fallback.benefit_number,
    )


def terms(told, *, helpers=2, subs=1, **changes):
    hours = changes.get("hours", 24)
    wording = changes.pop("wording", {})
    said = {
        "offer": told.offer,
        "subs": (Sub(benefit=told.prize, helpers=helpers),) * subs,
        "reward": told.reward,
        "hours": hours,
        "sharer_daily_cap": 20,
        "rewards": 1000,
        "fallback": told.fallback,
        "wording": Copy(
            **{
                "title": "好友助力，解锁蛋糕券",
                "rules": RULES.format(hours=hours, helpers=helpers),
                "share_title": "帮我助力，你也得一张热美式小杯券",
            }
            | wording
        ),
    }
    return Terms(**said | changes)


def a_draft(shop, *, at=NOON, told=None, **changes):
    told = told or promises(shop, at=at)
    with joined():
        return campaigns.draft(merchant_id=shop.id, terms=terms(told, **changes), actor=BOSS, at=at)


def publish(shop, campaign, *, at=NOON, clean=True):
    text = campaigns.parse(campaign.terms).wording.text
    with joined():
        return campaigns.publish(
            merchant_id=shop.id,
            number=campaign.number,
            clean_text=text if clean else None,
            actor=BOSS,
            at=at,
        )


def a_campaign(shop, *, at=NOON, **changes):
    """Published; the shop's offer is its main card."""
    return publish(shop, a_draft(shop, at=at, **changes), at=at)


def kill(shop, campaign, *, at=SOON):
    with joined():
        return campaigns.kill(
            merchant_id=shop.id, number=campaign.number, reason="停一停", actor=BOSS, at=at
        )


@dataclass
class Task:
    id: int
    number: str
    state: str
    voucher_id: int
    sharer_id: int
    order_id: int

    @property
    def token(self):
        return assist.token_of(self.number)


def tasks_of(shop, buyer=None):
    return fetch_all(
        Task,
        """SELECT id, number, state, voucher_id, sharer_id, order_id FROM assist_tasks
        WHERE merchant_id = %(m)s AND (%(b)s::bigint IS NULL OR sharer_id = %(b)s) ORDER BY id""",
        {"m": shop.id, "b": buyer.id if buyer else None},
    )


def a_task(shop=None, *, buyer=None, at=NOON, **changes):
    """An open task of a campaign of its own; gives shop, buyer and task."""
    shop = shop or a_shop()
    a_campaign(shop, at=at, **changes)
    buyer = buyer or a_buyer(shop, at=at)
    a_paid_order(shop, buyer=buyer, at=at)
    return shop, buyer, tasks_of(shop, buyer)[0]


def a_friend(shop, *, at=NOON, **more):
    return a_member(merchant=shop.merchant, appid=shop.appid, at=at, **more)


def a_help_wish(shop, task, friend, **changes):
    said = {
        "merchant_id": shop.id,
        "member_id": friend.id,
        "epoch": None,
        "token": task.token,
        "appid": shop.appid,
        "openid": f"o_{friend.id}",
        "risk_rank": 0,
    }
    return HelpWish(**said | changes)


def helped(shop, task, friend=None, *, at=SOON, **changes):
    friend = friend or a_friend(shop)
    with joined():
        return assist.help_out(a_help_wish(shop, task, friend, **changes), at=at)
