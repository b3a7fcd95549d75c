"""The whole way: WeChat tells our real door, the relay hands out, a worker books it."""

from datetime import timedelta

import pytest

from app.domain import merchants
from app.domain.catalog import Conditions, Days
from app.domain.merchants import MessageMode
from app.domain.vouchers import Voucher
from app.kernel import clock, inbox
from app.kernel.db import transaction
from app.web import bags
from jobs import bag_comparison
from tests.builders.catalog import a_benefit, an_offer
from tests.jobs.conftest import eventually
from tests.jobs.listening import listening
from tests.jobs.shop import BUYER
from tests.jobs.test_card_bag import CARD, Bag
from tests.jobs.test_card_bag_coupons import Coupons
from tests.simulator.world import OFFICIAL

BEN, CARL = "本本", "卡尔"


class Chain(Bag):
    """Nothing is told by hand: the official account's door is where WeChat tells it."""

    def __init__(self, shop, home):
        self.home = home
        for name in (BEN, CARL):
            shop.ask("POST", "/_sim/users", name=name)
        super().__init__(shop)

    def _set_up(self):
        super()._set_up()
        with transaction():
            number = merchants.open_message_door(
                merchant_id=self.id,
                appid=OFFICIAL.appid,
                mode=MessageMode.SECURE,
                token=OFFICIAL.message_token,
                aes_key=OFFICIAL.message_aes_key,
                original_id=OFFICIAL.original_id,
                actor="system",
                at=clock.now(),
            )
        url = f"{self.home}/wechat/apps/{number}/messages"
        self.shop.ask("POST", f"/_sim/apps/{OFFICIAL.appid}", message_url=url)

    def tell(self, *_, **__):
        """WeChat does."""

    def book(self, *, until):
        """Relay and workers, until it is so."""

        def look():
            self.shop.house.relay()
            self.shop.house.work()
            return until()

        eventually(look)

    def give(self, giver, friend):
        code = self.shop.ask("GET", f"/_sim/users/{giver}/cards")[0]["code"]
        gift = self.shop.ask("POST", f"/_sim/users/{giver}/cards/{CARD}/{code}/gift", friend=friend)
        self.shop.ask("POST", f"/_sim/users/{friend}/card-gifts/{gift['gift_id']}/accept")

    def use(self, holder):
        code = self.shop.ask("GET", f"/_sim/users/{holder}/cards")[0]["code"]
        self.shop.ask("POST", f"/_sim/cards/{CARD}/codes/{code}/consume", clerk=BUYER)

    def openid(self, name):
        return self.shop.ask("GET", f"/_sim/users/{name}")["openids"][OFFICIAL.appid]

    def holder(self):
        return self.shop.rows(Voucher)[0].holder_id


@pytest.fixture
def chain(shop):
    with shop.house.app.app_context():
        terms = Conditions(validity=Days(count=30), giftable=True)
        benefit = a_benefit(merchant=shop.merchant, conditions=terms)
        shop.offer = an_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 2)])
    with listening(shop.house.app) as home:
        yield Chain(shop, home)


def test_a_use_at_wechats_counter_comes_all_the_way_to_our_voucher(chain):
    chain.add()
    chain.use(BUYER)
    chain.book(until=lambda: chain.state() == "redeemed")
    assert chain.differences() == []


@pytest.mark.parametrize("fault", [None, "duplicate", "reorder", "delay"])
def test_a_gift_from_hand_to_hand_moves_the_holder(chain, fault):
    buyer = chain.holder()
    if fault:
        chain.shop.fault(fault, scope="user_get_card", seconds=0.3)
    offered = chain.add()
    chain.give(BUYER, BEN)
    chain.give(BEN, CARL)

    carl = chain.openid(CARL)
    chain.book(until=lambda: chain.card().openid == carl and chain.card().code != offered.code)

    assert chain.holder() == chain.card().member_id != buyer
    assert chain.state() == "active"
    (there,) = chain.shop.ask("GET", f"/_sim/users/{CARL}/cards")
    assert there["code"] == chain.card().code == chain.card().next_code
    assert chain.differences() == []


def test_a_code_that_we_do_not_know_is_listed_and_left_alone(chain):
    chain.add()
    chain.book(until=lambda: chain.card().seen == "held")
    chain.shop.ask("POST", f"/_sim/cards/{CARD}/codes/STRANGE0001", holder=BUYER, state="NORMAL")

    chain.shop.sweep(bag_comparison.compare_bags, after=timedelta(days=1))

    assert chain.differences() == [("unknown_code", False)]
    assert chain.state() == "active"


@pytest.mark.parametrize("fault", [None, "duplicate", "delay"])
def test_a_coupon_that_was_given_is_told_to_our_door(shop, fault):
    coupons = Coupons(shop)
    with listening(shop.house.app) as home, shop.house.app.app_context():
        keys = bags.keys_of(merchant_id=coupons.id, capability=coupons.capability)
        door = home + bags.COUPONS_DOOR.format(channel=shop.channel_number)
        bags.busifavor(merchant_id=coupons.id, keys=keys).be_told_at(door)
        if fault:
            shop.fault(fault, scope="COUPON.SEND", seconds=0.3)
        coupons.take(is_told=False)
        eventually(lambda: coupons.card().seen == "held")
    coupons.redeem()

    (kept,) = shop.rows(inbox.InboxRow)
    assert (kept.applied_at is not None, kept.source.split(".")[1]) == (True, "coupons")
    assert (coupons.there(), coupons.card().seen) == (["USED"], "consumed")
