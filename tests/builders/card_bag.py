"""A shop that puts its vouchers into the card bag, and what WeChat tells of them."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from app.domain import card_bag, merchants
from app.domain.card_bag import BagEvent, Capability, Kind
from app.domain.catalog import Conditions, Days
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, a_voucher
from tests.builders.transactions import joined

BOSS = "staff:1"
ANNA, BEN, CARL = "o_anna", "o_ben", "o_carl"


@dataclass(frozen=True, kw_only=True)
class InBag:
    """A voucher and its card: `told` says what WeChat would."""

    shop: object
    buyer: object
    voucher: object
    platform_id: str

    def offer(self, *, buyer=None, at=NOON):
        with joined():
            return card_bag.offer_voucher(
                merchant_id=self.shop.id,
                member_id=(buyer or self.buyer).id,
                number=self.voucher.number,
                at=at,
            )

    def tell(self, *events, at=NOON + timedelta(hours=3)):
        outcomes = []
        for event in events:
            with joined():
                outcomes.append(card_bag.apply_event(merchant_id=self.shop.id, event=event, at=at))
        return outcomes

    def event(self, kind, code, *, minute, openid=ANNA, **more):
        at = NOON + timedelta(minutes=minute)
        return BagEvent(
            kind=Kind(kind),
            platform_id=self.platform_id,
            code=code,
            at=at,
            openid=openid,
            **more,
        )


def an_account(shop):
    """The official account that owns the cards."""
    appid = f"wxoa{secrets.token_hex(6)}"
    with joined():
        merchants.add_app(
            merchant_id=shop.id,
            appid=appid,
            kind=merchants.AppKind.OFFICIAL_ACCOUNT,
            name="公众号",
            secret="secret",
            at=NOON,
        )
    return appid


def set_up(shop, *, appid, benefit_number, platform_id, has_own_codes=True, **more):
    """The bag is on; the benefit's card, or without a benefit the member card, stands in it."""
    capability = more.pop("capability", Capability.WECHAT_CARD)
    which = {"merchant_id": shop.id, "capability": capability, "actor": BOSS, "at": NOON}
    with joined():
        if not any(bag.capability is capability for bag in card_bag.list_bags(merchant_id=shop.id)):
            card_bag.add_bag(**which, appid=appid, store_number=shop.store.number, **more)
        card_bag.switch(**which, is_on=True)
    with joined():
        card_bag.add_template(
            **which,
            platform_id=platform_id,
            benefit_number=benefit_number,
            has_own_codes=has_own_codes,
        )


def a_voucher_for_the_bag(*, giftable=True, has_own_codes=False):
    """A bought voucher whose benefit has a card; codes are WeChat's unless said otherwise."""
    shop = a_shop()
    conditions = Conditions(validity=Days(count=30), giftable=giftable)
    benefit = a_benefit(merchant=shop.merchant, conditions=conditions)
    shop.offer = an_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 2)])
    platform_id = f"p{secrets.token_hex(8)}"
    set_up(
        shop,
        appid=an_account(shop),
        benefit_number=benefit.benefit_number,
        platform_id=platform_id,
        has_own_codes=has_own_codes,
    )
    buyer = a_buyer(shop)
    voucher = a_voucher(shop, buyer=buyer)
    return InBag(shop=shop, buyer=buyer, voucher=voucher, platform_id=platform_id)
