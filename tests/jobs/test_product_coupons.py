"""Product coupons of a brand follow our books, and our books what the brand does elsewhere."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.domain import card_bag, redemption, vouchers
from app.domain.card_bag import BagCard, Capability, NotForCardBag
from app.domain.merchants import Role
from app.domain.vouchers import Move, Voucher
from app.kernel import clock, inbox
from app.kernel.db import execute, fetch_one, transaction
from app.web import bags
from jobs import bag_comparison, notices
from jobs import card_bag as jobs
from tests.builders.card_bag import BOSS, set_up
from tests.builders.merchants import a_clerk, a_store
from tests.builders.redemption import a_redemption
from tests.jobs.conftest import eventually
from tests.jobs.listening import listening
from tests.jobs.shop import BUYER
from tests.jobs.test_messages import a_paid_order
from tests.simulator.test_product_coupons import Brand, stock
from tests.simulator.world import APP, MERCHANT
from tests.walks.calls import Named

FOLLOW, SETTLE = "card_bag.follow_redemption", "card_bag.settle_card"
BRAND = "/brand/marketing/product-coupon"


class Coupons:
    """A shop whose latte is a product coupon; WeChat tells its real door."""

    def __init__(self, shop, home, **changes):
        self.shop, self.id, self.merchant = shop, shop.merchant.id, shop.merchant
        self.app = shop.house.app
        self.brand = Brand(SimpleNamespace(url=shop.wechat.url, openid=shop.openid))
        self.product = self.brand.product(stock=stock(**changes))
        self.stock_id = self.product["stock"]["stock_id"]
        with self.app.app_context():
            self.store = a_store(merchant=self.merchant)
            self.clerk = a_clerk(self.store)
            self._set_up()
            self.door = home + bags.COUPONS_DOOR.format(channel=shop.channel_number)
            self.mirror().be_told_at(self.door)
        a_paid_order(shop)
        self.voucher = shop.rows(Voucher)[0]

    def _set_up(self):
        benefit = fetch_one(
            Named, "SELECT number FROM benefits WHERE merchant_id = %(m)s", {"m": self.id}
        )
        set_up(
            self,
            capability=Capability.PRODUCT_COUPON,
            appid=APP.appid,
            channel_id=self.shop.channel_id,
            brand_id=MERCHANT.brand_id,
            benefit_number=benefit.number,
            platform_id=f"{self.product['product_coupon_id']}/{self.stock_id}",
            has_own_codes=False,
        )

    def mirror(self):
        return bags.mirror_of(merchant_id=self.id, capability=Capability.PRODUCT_COUPON)

    def offer(self):
        with self.app.app_context():
            with transaction():
                offered = card_bag.offer_voucher(
                    merchant_id=self.id,
                    member_id=self.shop.buyer.id,
                    number=self.voucher.number,
                    at=clock.now(),
                )
            return bags.sign(offered, merchant_id=self.id)["token"]

    def take(self, *, is_told=True):
        """Take it in the component; our door hears of it, and our job confirms."""
        token = self.offer()
        said = self.shop.ask("POST", f"/_sim/users/{BUYER}/receive-product-coupon", token=token)
        assert said["received"] == "new", said
        if is_told:
            eventually(lambda: self.card().seen == "confirming")
            self.settle()
        return said["coupon_code"]

    def redeem(self):
        with self.app.app_context():
            self.number = a_redemption(self, self.voucher, at=clock.now()).number
        self.settle()

    def reverse(self):
        with self.app.app_context(), transaction():
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
        self.shop.run(SETTLE)

    def there(self):
        return [each["state"] for each in self.shop.ask("GET", f"/_sim/users/{BUYER}/coupons")]

    def change_there(self, code, **changes):
        self.shop.ask("POST", f"/_sim/coupons/product_coupon/{code}", **changes)

    def compare(self):
        self.shop.sweep(bag_comparison.compare_bags, after=timedelta(days=1))

    def differences(self):
        with self.app.app_context():
            found = card_bag.list_differences(merchant_id=self.id, with_mended=True, limit=9)
        return [(line.kind, line.mended_at is not None) for line in found]

    def be_brand(self, brand_id):
        sql = "UPDATE bags SET brand_id = %(b)s WHERE merchant_id = %(m)s"
        with self.app.app_context(), transaction():
            execute(sql, {"m": self.id, "b": brand_id})

    def card(self):
        return self.shop.rows(BagCard)[-1]

    def state(self):
        return self.shop.rows(Voucher)[0].state.value

    def paid(self):
        return self.shop.ask("GET", "/_sim/transactions")[0]["transaction_id"]


@pytest.fixture
def home(shop):
    with listening(shop.house.app) as url:
        yield url


@pytest.fixture
def coupons(shop, home):
    return Coupons(shop, home)


def test_it_is_confirmed_used_for_the_order_that_bought_it_and_returned(coupons):
    code = coupons.take()
    assert (coupons.there(), coupons.card().seen) == (["EFFECTIVE"], "held")

    coupons.redeem()
    assert (coupons.there(), coupons.card().seen) == (["USED"], "consumed")
    usage = coupons.brand.coupon(coupons.product, code)["single_usage_detail"]
    assert usage["associated_order_info"] == {"transaction_id": coupons.paid()}

    coupons.reverse()
    assert (coupons.there(), coupons.card().seen) == (["EFFECTIVE"], "held")
    coupons.redeem()
    assert (coupons.there(), coupons.card().seen) == (["USED"], "consumed")
    assert coupons.differences() == []


def test_a_coupon_redeemed_before_it_was_confirmed_is_confirmed_and_used(coupons):
    coupons.take(is_told=False)
    eventually(lambda: coupons.card().seen == "confirming")

    coupons.redeem()
    coupons.settle()

    assert (coupons.there(), coupons.card().seen) == (["USED"], "consumed")


def test_a_coupon_whose_time_has_not_come_waits(shop, home):
    rule = stock()["single_usage_rule"]
    period = rule["coupon_available_period"]
    period |= {"available_days": 5, "wait_days_after_receive": 1}
    coupons = Coupons(shop, home, single_usage_rule=rule)

    coupons.take()
    assert (coupons.there(), coupons.card().seen) == (["PENDING"], "pending")
    shop.ask("POST", "/_sim/clock", offset_seconds=86_400)
    coupons.compare()

    assert (coupons.card().seen, coupons.differences()) == ("held", [])


@pytest.mark.parametrize("verb", ["confirm", "use"])
def test_a_lost_answer_is_asked_about_and_nothing_is_done_twice(coupons, verb):
    path = f"{BRAND}/users/{coupons.shop.openid}/coupons/"
    if verb == "confirm":
        coupons.shop.fault("reset", scope=path)
    coupons.take()
    if verb == "use":
        coupons.shop.fault("reset", scope=path)
    coupons.redeem()
    coupons.settle()
    coupons.settle()

    assert (coupons.there(), coupons.card().seen) == (["USED"], "consumed")
    assert coupons.differences() == []


def test_a_void_voucher_takes_its_coupon_along(coupons):
    coupons.take()
    with coupons.app.app_context(), transaction():
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


def test_a_voucher_for_which_nothing_was_paid_is_not_offered(coupons):
    with coupons.app.app_context(), transaction():
        # All of what was paid went into the other voucher, so that the books still add up.
        sql = """UPDATE vouchers SET allocated_fen = CASE WHEN id = %(id)s THEN 0 ELSE 4900 END
        WHERE merchant_id = %(m)s"""
        execute(sql, {"m": coupons.id, "id": coupons.voucher.id})
    with pytest.raises(NotForCardBag) as refused:
        coupons.offer()
    assert refused.value.details["reason"] == "not_paid"


def test_a_use_and_a_return_elsewhere_are_followed_here(coupons):
    code = coupons.take()
    order = {"transaction_id": coupons.paid()}

    used = coupons.brand.use(coupons.product, code, associated_order_info=order)
    assert used.status_code == 200, used.text
    eventually(lambda: coupons.state() == "redeemed")
    back = coupons.brand.do("return", coupons.product, code)
    assert back.status_code == 200, back.text

    eventually(lambda: coupons.state() == "active")
    coupons.settle()
    assert (coupons.there(), coupons.differences()) == (["EFFECTIVE"], [])


@pytest.mark.parametrize("fault", ["duplicate", "reorder", "delay"])
def test_notices_may_come_twice_late_and_in_any_order(coupons, fault):
    coupons.shop.fault(fault, scope="PRODUCT_COUPON.SEND", seconds=0.3)
    code = coupons.take(is_told=False)
    order = {"transaction_id": coupons.paid()}
    if fault == "reorder":
        assert coupons.brand.do("confirm", coupons.product, code).status_code == 200
        used = coupons.brand.use(coupons.product, code, associated_order_info=order)
        assert used.status_code == 200, used.text
        eventually(lambda: coupons.state() == "redeemed")
    eventually(lambda: coupons.card().openid)
    coupons.settle()

    expected = "USED" if fault == "reorder" else "EFFECTIVE"
    assert (coupons.there(), coupons.differences()) == ([expected], [])


@pytest.mark.parametrize(
    ("state", "kind", "is_mended", "ours"),
    [
        ("USED", "consumed_there", True, "redeemed"),
        ("DELETED", "deleted_there", True, "active"),
        ("DEACTIVATED", "unavailable_there", False, "active"),
        ("CONFIRMING", "not_confirmed_there", True, "active"),
    ],
)
def test_what_changed_there_behind_our_back_is_found_at_night(
    coupons, state, kind, is_mended, ours
):
    code = coupons.take()
    coupons.change_there(code, state=state)

    coupons.compare()

    assert coupons.differences() == [(kind, is_mended)]
    assert coupons.state() == ours


def test_a_used_coupon_that_was_made_good_again_there_is_used_at_night(coupons):
    code = coupons.take()
    coupons.redeem()
    coupons.change_there(code, state="EFFECTIVE")

    coupons.compare()

    assert coupons.differences() == [("not_consumed_there", True)]
    assert coupons.there() == ["USED"]


def test_a_coupon_that_is_lost_there_waits_for_a_person(coupons):
    code = coupons.take()
    coupons.change_there(code, drop=True)
    coupons.compare()
    assert coupons.differences() == [("unknown_there", False)]


def test_a_notice_that_cannot_be_applied_is_kept_and_applied_later(coupons):
    token = coupons.offer()
    coupons.be_brand("1")
    coupons.shop.ask("POST", f"/_sim/users/{BUYER}/receive-product-coupon", token=token)
    kept = eventually(lambda: coupons.shop.rows(inbox.InboxRow))
    assert (kept[0].applied_at, kept[0].failure) == (None, "invalid")

    coupons.be_brand(MERCHANT.brand_id)
    coupons.shop.sweep(notices.apply_kept_notices, after=timedelta(minutes=2))

    assert coupons.card().seen == "confirming"


def test_the_command_line_sets_our_address_and_has_bags_compared_again(coupons):
    runner, number = coupons.app.test_cli_runner(), coupons.merchant.number
    coupons.compare()

    told = runner.invoke(args=["card-bag", "callbacks", number])
    compared = runner.invoke(args=["card-bag", "compare", number])

    assert told.exit_code == 0, told.output
    address = told.output.split()[-1]
    assert address.endswith(f"/wechat/pay/{coupons.shop.channel_number}/coupons")
    assert coupons.brand.told("GET", "/notify-configs")["notify_url"] == address
    assert compared.output == "1 to compare\n"
    assert coupons.shop.sweep(bag_comparison.compare_bags) == 1
