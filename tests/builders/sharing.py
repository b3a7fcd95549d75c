"""Cards of many uses, links, and friends who follow them."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain import sharing
from app.domain.catalog import Conditions, Days
from app.kernel.db import fetch_one
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.orders import a_paid_order, a_shop, epoch_of
from tests.builders.transactions import joined

OPENED = NOON + timedelta(minutes=30)
SHAREABLE = Conditions(validity=Days(count=30), shareable_once=True)


def a_sharing_shop(*, uses=10, **conditions):
    """It sells one card of ten lattes, which may be shared once."""
    merchant = a_merchant()
    terms = Conditions(**{"validity": Days(count=30), "shareable_once": True} | conditions)
    benefit = a_benefit(merchant=merchant, conditions=terms)
    shop = a_shop(merchant=merchant)
    shop.offer = an_offer(
        merchant=merchant, items=[(benefit.benefit_id, uses)], title="热拿铁十次卡"
    )
    return shop


def a_card(shop, buyer, *, at=NOON):
    """The number of a card that he bought."""
    return a_new_voucher(shop, buyer, at=at).card_number


def a_new_voucher(shop, buyer, *, at=NOON):
    """The newest of those he just bought."""
    a_paid_order(shop, buyer=buyer, at=at)
    with joined():
        return fetch_one(Bought, NEWEST, {"m": shop.id, "h": buyer.id})


@dataclass
class Bought:
    id: int
    number: str
    card_number: str
    valid_until: object


NEWEST = """
SELECT v.id, v.number, c.number, v.valid_until FROM vouchers v
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
WHERE v.merchant_id = %(m)s AND v.holder_id = %(h)s ORDER BY v.id DESC LIMIT 1
"""


def whose(shop, member):
    return {"merchant_id": shop.id, "member_id": member.id, "epoch": epoch_of(member)}


def a_share(shop, owner, voucher, *, at=OPENED):
    with joined():
        return sharing.share_once(**whose(shop, owner), voucher_number=voucher.number, at=at)


def a_sub_card(shop, owner, card, *, uses=3, at=OPENED):
    with joined():
        return sharing.give_sub_card(**whose(shop, owner), card_number=card, uses=uses, at=at)


def claimed(shop, friend, share, *, at=OPENED):
    with joined():
        return sharing.claim(**whose(shop, friend), token=share.token, at=at)


def taken_back(shop, owner, share, *, at=OPENED):
    with joined():
        return sharing.take_back(**whose(shop, owner), number=share.number, at=at)


def seen(shop, member, share):
    return sharing.get_share(merchant_id=shop.id, member_id=member.id, number=share.number)
