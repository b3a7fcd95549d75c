"""Merchant coupons on the phone follow our books, there and back."""

import json
from datetime import timedelta

import pytest
from wechatpayv3.type import RequestType

from app.domain import card_bag, redemption, vouchers
from app.domain.card_bag import BagCard, BagEvent, Capability, Kind
from app.domain.merchants import Role
from app.domain.vouchers import Move, Voucher
from app.kernel import clock
from app.kernel.db import fetch_one, transaction
from app.web import bags
from jobs import bag_comparison
from jobs import card_bag as jobs
from tests.builders.card_bag import BOSS, set_up
from tests.builders.merchants import a_clerk, a_store
from tests.builders.redemption import a_redemption
from tests.jobs.shop import BUYER
from tests.jobs.test_messages import a_paid_order
from tests.simulator.test_busifavor import stock_body
from tests.simulator.world import APP, MERCHANT
from tests.walks.calls import Named

FOLLOW, SETTLE = "card_bag.follow_redemption", "card_bag.settle_card"
USE = "/v3/marketing/busifavor/coupons/use"


class Coupons:
    """A shop whose latte is a merchant coupon, which stands on the customer's phone."""

    capability = Capability.BUSIFAVOR

    def __init__(self, shop):
        self.shop, self.id, self.merchant = shop, shop.merchant.id, shop.merchant
        with shop.house.app.app_context():
            self.store = a_store(merchant=self.merchant)
            self.clerk = a_clerk(self.store)
            core = shop.till()._client._core
            body = stock_body(coupon_code_mode="MERCHANT_API")
            status, answer = core.request(
                "/v3/marketing/busifavor/stocks", method=RequestType.POST, data=body
            )
            assert status == 200, answer
            self.stock_id = json.loads(answer)["stock_id"]
            benefit = fetch_one(
                Named,
                "SELECT number FROM benefits WHERE merchant_id = %(m)s ORDER BY id DESC LIMIT 1",
                {"m": self.id},
            )
            set_up(
                self,
                capability=Capability.BUSIFAVOR,
                appid=APP.appid,
                channel_id=shop.channel_id,
                secret=MERCHANT.apiv2_key,
                benefit_number=benefit.number,
                platform_id=self.stock_id,
            )
        a_paid_order(shop)
        self.voucher = shop.rows(Voucher)[0]

    def take(self, *, is_told=True):
        at = clock.now()
        with self.shop.house.app.app_context():
            with transaction():
                offered = card_bag.offer_voucher(
                    merchant_id=self.id,
                    member_id=self.shop.buyer.id,
                    number=self.voucher.number,
                    at=at,
                )
            parameters = bags.sign(offered, merchant_id=self.id)
        said = self.shop.ask("POST", f"/_sim/users/{BUYER}/send-coupon", **parameters)
        assert said["send_coupon_result"][0]["code"] == "SUCCESS", said
        if not is_told:
            return
        event = BagEvent(kind=Kind.GOT, platform_id=self.stock_id, code=offered.code, at=at)
        with self.shop.house.app.app_context(), transaction():
            card_bag.apply_event(merchant_id=self.id, event=event, at=at)

    def redeem(self):
        with self.shop.house.app.app_context():
            self.number = a_redemption(self, self.voucher, at=clock.now()).number
        self.settle()

    def reverse(self):
        with self.shop.house.app.app_context(), transaction():
            redemption.reverse(
                merchant_id=self.id,
                number=self.number,
                reason="点错了",
                actor=BOSS,
                role=Role.MANAGER,
                at=clock.now(),
            )
        self.settle()

    def settle(self):
        self.shop.run(FOLLOW)
        self.shop.run(SETTLE)

    def there(self):
        return [each["state"] for each in self.shop.ask("GET", f"/_sim/users/{BUYER}/coupons")]

    def card(self):
        return self.shop.rows(BagCard)[-1]


@pytest.fixture
def coupons(shop):
    return Coupons(shop)


def test_a_redemption_uses_the_coupon_and_its_reversal_returns_it(coupons):
    coupons.take()

    coupons.redeem()
    assert (coupons.there(), coupons.card().seen) == (["USED"], "consumed")
    coupons.reverse()
    assert (coupons.there(), coupons.card().seen) == (["SENDED"], "held")
    coupons.redeem()
    assert (coupons.there(), coupons.card().seen) == (["USED"], "consumed")


def test_a_lost_answer_is_asked_about(coupons):
    coupons.take()
    coupons.shop.fault("reset", scope=USE)

    coupons.redeem()
    coupons.settle()

    assert (coupons.there(), coupons.shop.asked(USE)) == (["USED"], 1)
    assert coupons.card().seen == "consumed"


def test_a_void_voucher_takes_its_coupon_along(coupons):
    coupons.take()
    with coupons.shop.house.app.app_context(), transaction():
        vouchers.move(
            merchant_id=coupons.id,
            voucher_id=coupons.voucher.id,
            what=Move.CANCEL,
            actor="system",
            at=clock.now(),
        )

    coupons.shop.sweep(jobs.follow_vouchers)
    coupons.settle()

    assert coupons.there() == ["DEACTIVATED"]


def test_a_coupon_of_which_nobody_told_is_found_at_night(coupons):
    coupons.take(is_told=False)

    coupons.shop.sweep(bag_comparison.compare_bags, after=timedelta(days=1))

    assert coupons.card().seen == "held"
    with coupons.shop.house.app.app_context():
        (line,) = card_bag.list_differences(merchant_id=coupons.id, with_mended=True, limit=9)
    assert (line.kind, line.mended_at is not None) == ("got_there", True)
