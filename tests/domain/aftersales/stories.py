"""What happens to an order before its money is asked back: a method for each story."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain import vouchers
from app.domain.catalog import OfferKind, RefundPolicy
from app.kernel.db import fetch_all, transaction
from tests.builders.aftersales import ASKED_AT
from tests.builders.bookings import a_club, a_session, booked, cancelled
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.gifting import a_claim, a_gift
from tests.builders.membership import tiers_in
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order
from tests.builders.pools import a_code_benefit, a_code_offer, fresh_codes, revealed, stock
from tests.builders.redemption import a_redemption
from tests.builders.stored_value import held
from tests.builders.subscriptions import (
    a_monthly_offer,
    an_address,
    card_of,
    later,
    opened,
)
from tests.builders.tenders import a_discount, paid, points_pay, with_points, with_value

LONG_AFTER = NOON + timedelta(days=40)


@dataclass
class Named:
    number: str
    id: int


BOUGHT = """
SELECT v.number, v.id FROM orders o
JOIN cards c ON c.merchant_id = o.merchant_id AND c.order_id = o.id
JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
WHERE o.merchant_id = %(m)s AND o.number = %(n)s ORDER BY v.id
"""


class Story:
    """Two lattes for 49 yuan unless the story says otherwise. Each method gives an order's number.

    `mine` are its vouchers, `wanted` those to ask for (all when empty), `at` when.
    """

    at = ASKED_AT

    def __init__(self, **offer):
        self.shop = a_shop(offer={"refund_policy": RefundPolicy.ANY_TIME_AND_EXPIRED, **offer})
        self.buyer = a_buyer(self.shop)
        self.mine, self.wanted, self.coupon, self.others = [], [], None, None

    def bought(self, **wish):
        placed = an_order(self.shop, buyer=self.buyer, **wish)
        if placed.payment_number:
            paid(self.shop, placed)
        self.mine = fetch_all(Named, BOUGHT, {"m": self.shop.id, "n": placed.order_number})
        return placed.order_number

    def offered(self, **said):
        self.shop.offer = an_offer(
            merchant=self.shop.merchant, refund_policy=RefundPolicy.ANY_TIME_AND_EXPIRED, **said
        )

    # Vouchers

    def before_use(self):
        return self.bought()

    def one_voucher_of_two(self):
        number = self.bought()
        self.wanted = self.mine[:1]
        return number

    def after_part_use(self):
        number = self.bought()
        a_redemption(self.shop, self.mine[0])
        return number

    def after_a_gift(self):
        number = self.bought()
        gift = a_gift(self.shop, giver=self.buyer, vouchers=[self.mine[0]])
        a_claim(self.shop, gift, a_buyer(self.shop))
        return number

    def after_its_end(self):
        number, self.at = self.bought(), LONG_AFTER
        with transaction():
            vouchers.expire_due(at=self.at, limit=1_000)
        return number

    def count_card_used_thrice(self):
        latte = a_benefit(merchant=self.shop.merchant)
        self.offered(items=[(latte.benefit_id, 10)], title="咖啡十次卡", price_fen=199_00)
        number = self.bought()
        for use in self.mine[:3]:
            a_redemption(self.shop, use)
        return number

    # Pots

    def stored_value(self):
        with_value(self.shop, self.buyer, paid=100_00, bonus=20_00)
        return self.bought(value_fen=49_00)

    def stored_value_after_part_use(self):
        number = self.stored_value()
        a_redemption(self.shop, self.mine[0])
        return number

    def points_for_a_part(self):
        points_pay(self.shop)
        with_points(self.shop, self.buyer, 2_000)
        return self.bought(points=2_000)

    def points_alone(self):
        points_pay(self.shop, bp=10_000)
        with_points(self.shop, self.buyer, 4_900)
        return self.bought(points=4_900)

    def points_alone_after_part_use(self):
        number = self.points_alone()
        a_redemption(self.shop, self.mine[0])
        return number

    def mixed(self):
        """49 less 5 for the voucher and 10 for points are 34: 14 of stored value, 20 of WeChat."""
        points_pay(self.shop)
        with_points(self.shop, self.buyer, 1_000)
        with_value(self.shop, self.buyer, paid=100_00, bonus=20_00)
        self.coupon = a_discount(self.shop, self.buyer, stackable=True)
        return self.bought(points=1_000, value_fen=14_00, voucher_number=self.coupon.number)

    def mixed_after_part_use(self):
        number = self.mixed()
        a_redemption(self.shop, self.mine[0])
        return number

    # Goods

    def top_up(self):
        self.offered(
            kind=OfferKind.TOPUP,
            title="储值",
            price_fen=100_00,
            items=[],
            terms={"bonus_fen": 20_00},
        )
        return self.bought()

    def top_up_partly_spent(self):
        latte, number = self.shop.offer, self.top_up()
        an_order(self.shop, buyer=self.buyer, offer=latte, value_fen=49_00)
        return number

    def top_up_held_for_an_order(self):
        number = self.top_up()
        held(self.shop, self.buyer, 60_00)
        return number

    def monthly_card(self):
        """Three months for 100 yuan; the first has begun, five days after the payment."""
        self.shop.offer, self.at = a_monthly_offer(self.shop), later(6)
        an_address(self.shop, self.buyer)
        number = self.bought()
        assert opened(self.shop, card_of(self.shop, number), at=later(5)) == 1
        return number

    def term(self):
        """A year for 365 yuan, of which five days are over."""
        tiers_in(self.shop.merchant)
        self.offered(
            kind=OfferKind.MEMBERSHIP,
            title="年卡",
            price_fen=365_00,
            items=[],
            terms={"tier": "silver", "term_days": 365},
        )
        self.at = NOON + timedelta(days=5)
        return self.bought()

    def gift_cards(self):
        self.offered(
            kind=OfferKind.GIFT_CARD,
            title="礼品卡",
            price_fen=200_00,
            items=[],
            terms={"is_named": False},
        )
        return self.bought(quantity=2)

    # Codes and seats

    def code(self, *codes):
        benefit = a_code_benefit(merchant=self.shop.merchant)
        self.shop.offer = a_code_offer(
            merchant=self.shop.merchant, benefit=benefit, codes=codes or fresh_codes(1)
        )
        self.shop.benefit = benefit
        return self.bought()

    def code_revealed(self):
        number = self.code(*fresh_codes(2))
        revealed(self.shop, self.buyer, self.mine[0].number)
        return number

    def code_that_never_came(self):
        """The only code in stock was another's."""
        self.code()
        return self.bought()

    def code_in_stock_again(self):
        number = self.code_that_never_came()
        stock(self.shop.merchant, self.shop.benefit, *fresh_codes(1))
        return number

    def seat(self):
        self.shop = a_club()
        self.buyer = a_buyer(self.shop)
        return self.bought()

    def seat_booked(self):
        """Somebody else waits for the only one."""
        number = self.seat()
        session = a_session(self.shop, seats=1)
        self.booking = booked(self.shop, (self.buyer, self.mine[0]), session)
        friend = a_buyer(self.shop)
        mine, _ = self.mine, a_paid_order(self.shop, buyer=friend)
        ticket = fetch_all(Named, HELD_BY, {"m": self.shop.id, "i": friend.id})[0]
        self.others = (friend, ticket), booked(self.shop, (friend, ticket), session)
        self.mine = mine
        return number

    def seat_given_up(self):
        number = self.seat_booked()
        cancelled(self.shop, (self.buyer, self.mine[0]), self.booking)
        return number


HELD_BY = """
SELECT number, id FROM vouchers WHERE merchant_id = %(m)s AND holder_id = %(i)s ORDER BY id
"""
