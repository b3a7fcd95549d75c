"""Each way in which money goes back, as one table: what came in, what happened, what each pot gets."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.domain import aftersales, ledger, points, proofs, vouchers
from app.domain.aftersales import Wanted
from app.domain.catalog import OfferKind, RefundPolicy
from app.kernel import outbox
from app.kernel.db import fetch_all, transaction
from jobs import points as point_jobs
from tests.builders.aftersales import ASKED_AT, a_done_refund, a_refund, seen, walk, wechat_says
from tests.builders.catalog import an_offer
from tests.builders.gifting import a_claim, a_gift
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, vouchers_of
from tests.builders.points import a_rule, look
from tests.builders.redemption import a_redemption
from tests.builders.stored_value import has
from tests.builders.tenders import a_discount, paid, points_pay, with_points, with_value

LONG_AFTER = NOON + timedelta(days=40)


@pytest.fixture
def shop(database):
    shop = a_shop(offer={"refund_policy": RefundPolicy.ANY_TIME_AND_EXPIRED})
    points_pay(shop)
    a_rule(shop, source=points.RuleSource.PURCHASE, name="消费积分", points_per_yuan=1)
    return shop


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


class Path:
    """An order of two lattes for 49 yuan, until it is asked back."""

    at = ASKED_AT

    def __init__(self, shop, buyer):
        self.shop, self.buyer = shop, buyer
        with_value(shop, buyer, paid=100_00, bonus=20_00)
        with_points(shop, buyer, 2_000)

    def plain(self, **pots):
        placed = an_order(self.shop, buyer=self.buyer, **pots)
        if placed.payment_number:
            paid(self.shop, placed)
        number = placed.order_number
        self.mine = fetch_all(Named, BOUGHT, {"m": self.shop.id, "n": number})
        return number

    def before_use(self):
        return self.plain()

    def after_part_use(self):
        number = self.plain()
        a_redemption(self.shop, self.mine[0])
        return number

    def after_a_gift(self):
        number = self.plain()
        gift = a_gift(self.shop, giver=self.buyer, vouchers=[self.mine[0]])
        a_claim(self.shop, gift, a_buyer(self.shop))
        return number

    def after_its_end(self):
        number, self.at = self.plain(), LONG_AFTER
        with transaction():
            vouchers.expire_due(at=self.at, limit=1_000)
        return number

    def stored_value(self):
        return self.plain(value_fen=49_00)

    def points_for_a_half(self):
        return self.plain(points=2_000)

    def mixed(self):
        coupon = a_discount(self.shop, self.buyer, stackable=True)
        return self.plain(points=1_000, value_fen=14_00, voucher_number=coupon.number)

    def mixed_after_part_use(self):
        number = self.mixed()
        a_redemption(self.shop, self.mine[0])
        return number

    def top_up_partly_spent(self):
        """The older credit pays first: 120 yuan of it, then 49 of the new one's 120."""
        offer = an_offer(
            merchant=self.shop.merchant,
            kind=OfferKind.TOPUP,
            title="储值",
            price_fen=100_00,
            items=[],
            terms={"bonus_fen": 20_00},
        )
        number = a_paid_order(self.shop, buyer=self.buyer, offer=offer).order_number
        an_order(self.shop, buyer=self.buyer, quantity=3, value_fen=147_00)
        an_order(self.shop, buyer=self.buyer, value_fen=22_00)
        return number


@dataclass
class Named:
    number: str
    id: int


@dataclass
class Found:
    id: int


BOUGHT = """
SELECT v.number, v.id FROM orders o
JOIN cards c ON c.merchant_id = o.merchant_id AND c.order_id = o.id
JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
WHERE o.merchant_id = %(m)s AND o.number = %(n)s ORDER BY v.id
"""
EARNING = """
SELECT id FROM outbox WHERE merchant_id = %(m)s AND job = 'points.earn_for_purchase'
  AND done_at IS NULL ORDER BY id
"""


def earn(shop):
    """The job comes: what was bought earns its points."""
    for found in fetch_all(Found, EARNING, {"m": shop.id}):
        with transaction():
            task = outbox.find_task(merchant_id=shop.id, task_id=found.id)
        point_jobs.earn_for_purchase(task)


@pytest.mark.parametrize(
    ("path", "wechat_fen", "value_fen", "back_points"),
    [
        (Path.before_use, 49_00, 0, 0),
        (Path.after_part_use, 24_50, 0, 0),
        (Path.after_a_gift, 24_50, 0, 0),
        (Path.after_its_end, 49_00, 0, 0),
        (Path.stored_value, 0, 49_00, 0),
        (Path.points_for_a_half, 29_00, 0, 2_000),
        # 49 less 5 and less 10 are 34: 14 of stored value, 20 of WeChat.
        (Path.mixed, 20_00, 14_00, 1_000),
        (Path.mixed_after_part_use, 10_00, 7_00, 500),
        (Path.top_up_partly_spent, 59_17, 0, 0),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_what_goes_back_on_each_path(shop, buyer, path, wechat_fen, value_fen, back_points):
    story = Path(shop, buyer)
    before = has(shop, buyer)
    number = path(story)
    earn(shop)

    refund = a_done_refund(shop, buyer, number, at=story.at)

    found = seen(shop, refund)
    assert (found.wechat_fen, found.value_fen, found.points) == (wechat_fen, value_fen, back_points)
    if path in {Path.stored_value, Path.mixed}:
        assert has(shop, buyer) == before
    assert ledger.verify() == []
    assert proofs.verify() == []


def a_half_back(shop, buyer, number, voucher):
    return a_done_refund(shop, buyer, number, vouchers=[voucher])


def test_points_that_paid_come_back_and_points_that_were_earned_go(shop, buyer):
    """Both are booked by one return, each under a cause of its own."""
    story = Path(shop, buyer)
    number = story.plain(points=2_000)
    earn(shop)
    assert look(shop, buyer).spendable == 0
    waiting = look(shop, buyer).pending

    a_done_refund(shop, buyer, number)

    after = look(shop, buyer)
    assert (after.spendable, waiting - after.pending) == (2_000, 29)


def test_a_purchase_that_earns_after_a_part_went_back_earns_on_the_rest(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    first, second = vouchers_of(shop, buyer)
    a_half_back(shop, buyer, number, first)

    earn(shop)
    assert look(shop, buyer).pending == 25

    a_half_back(shop, buyer, number, second)
    assert look(shop, buyer).pending == 0


def test_a_purchase_that_earns_while_a_part_is_on_its_way_back_loses_that_part_once(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    first, _ = vouchers_of(shop, buyer)
    refund = a_refund(shop, buyer, number, vouchers=[first])
    assert walk(shop, refund) == "paying"

    earn(shop)
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"

    assert look(shop, buyer).pending == 25


def test_a_purchase_that_is_back_before_it_earns_earns_nothing(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    with transaction():
        refund = aftersales.ask_for_buyer(
            merchant_id=shop.id,
            wanted=Wanted(order_number=number, reason="误购"),
            actor="staff:1",
            at=ASKED_AT,
        )
    walk(shop, refund)
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"

    earn(shop)

    assert look(shop, buyer).pending == 0
    assert ledger.verify() == []
