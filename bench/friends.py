"""Gifts that wait for a friend and tasks that wait for a help, made by our verbs."""

from datetime import datetime

from app.domain import assist, campaigns, catalog, gifting
from app.domain.campaigns import Copy, Sub, Terms
from app.kernel.db import fetch_all
from app.kernel.request_keys import RequestKey
from bench.crowd import Owned

# One help unlocks one voucher, so that every help writes the same; the platform allows four.
HELPS_EACH = 4
FRIENDS_CARD = "好友拿铁卡"
RULES = (
    "购买后24小时内，每邀请1位好友在小程序内登录并确认助力，解锁一张热拿铁兑换券（价值32元）；"
    "好友每人立即获得热拿铁兑换券1张（价值32元）。到期未完成的不再发放。购买和使用主卡不需要助力。"
)

_HELD_BY = """
SELECT v.id, v.number, v.holder_id FROM vouchers v
WHERE v.merchant_id = %(merchant_id)s AND v.id = ANY(%(ids)s) ORDER BY v.id
"""
_ORDERS = """
SELECT o.id, o.number, o.member_id FROM orders o
WHERE o.merchant_id = %(merchant_id)s ORDER BY o.id LIMIT %(limit)s
"""
_TASKS = """
SELECT t.id, t.number, t.sharer_id FROM assist_tasks t
WHERE t.merchant_id = %(merchant_id)s ORDER BY t.id
"""


def wrap(*, merchant_id: int, voucher_ids: list[int], at: datetime) -> list[str]:
    """One gift of each voucher; what opens them, in the same order."""
    which: dict[str, object] = {"merchant_id": merchant_id, "ids": voucher_ids}
    return [_wrap(merchant_id, each, at=at) for each in fetch_all(Owned, _HELD_BY, which)]


def _wrap(merchant_id: int, voucher: Owned, *, at: datetime) -> str:
    number = gifting.give(
        merchant_id=merchant_id,
        member_id=voucher.member_id,
        wanted=gifting.Wanted(vouchers=[voucher.number]),
        wrapping=gifting.Wrapping(message=None, cover=None, gives_at=None),
        key=RequestKey(
            merchant_id=merchant_id,
            actor=f"member:{voucher.member_id}",
            key=f"bench-gift-{voucher.id}",
            body_hash=b"",
        ),
        at=at,
    )
    return gifting.link_token(merchant_id=merchant_id, number=number)


def ask_for_help(
    *, merchant_id: int, benefit_id: int, benefit_number: str, tasks: int, at: datetime
) -> list[str]:
    """So many tasks of the first members; what opens them, in order of the tasks."""
    card = run_campaign(merchant_id, benefit_id, benefit_number, at=at)
    which: dict[str, object] = {"merchant_id": merchant_id, "limit": tasks // HELPS_EACH}
    running = campaigns.find_running(merchant_id=merchant_id, offer_ids=[card.id], ordered_at=at)
    for order in fetch_all(Owned, _ORDERS, which):
        bought = assist.Bought(
            merchant_id=merchant_id,
            order_id=order.id,
            order_number=order.number,
            member_id=order.member_id,
            pieces={card.id: 1},
        )
        assist.open_tasks(bought, running, at=at)
    return [assist.token_of(task.number) for task in fetch_all(Owned, _TASKS, which)]


def run_campaign(
    merchant_id: int, benefit_id: int, benefit_number: str, *, at: datetime
) -> catalog.Offer:
    """A published friend-assist card of this benefit."""
    draft = catalog.add_offer(
        merchant_id=merchant_id,
        kind=catalog.OfferKind.ASSIST,
        title=FRIENDS_CARD,
        price_fen=2590,
        items=[(benefit_id, 1)],
        actor="system",
        at=at,
    )
    card = catalog.publish_offer(
        merchant_id=merchant_id, number=draft.number, actor="system", at=at
    )
    terms = Terms(
        offer=card.number,
        subs=(Sub(benefit=benefit_number, helpers=1),) * HELPS_EACH,
        reward=benefit_number,
        hours=24,
        sharer_daily_cap=20,
        rewards=100_000,
        wording=Copy(
            title="好友助力，解锁热拿铁",
            rules=RULES,
            share_title="帮我助力，你也得一张热拿铁兑换券",
        ),
    )
    campaign = campaigns.draft(merchant_id=merchant_id, terms=terms, actor="system", at=at)
    campaigns.publish(
        merchant_id=merchant_id,
        number=campaign.number,
        clean_text=terms.wording.text,
        actor="system",
        at=at,
    )
    return card
