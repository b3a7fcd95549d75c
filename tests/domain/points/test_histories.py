"""Whatever happens in whatever order: no point is made up, and none is lost."""

import random
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import ledger, points
from app.domain.ledger import AccountKind, Asset, house
from app.domain.points import NotEnoughPoints, NotHeld, member_debt, member_pending, member_points
from app.kernel.db import transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.points import a_cause, an_order_id, expire_due, mature_due

DAY = timedelta(days=1)


class History:
    """One member whom things happen to; every verb may be refused, none may break the sum."""

    def __init__(self, shop):
        self.shop, self.buyer = shop, a_buyer(shop)
        self.who = {"merchant_id": shop.id, "member_id": self.buyer.id}
        self.at, self.earned, self.waiting, self.orders = NOON, [], [], []

    def earn(self, chance):
        cause = a_cause("earn")
        ends = self.at + chance.randint(1, 60) * DAY
        amount = chance.randint(1, 100)
        points.earn(
            **self.who, points=amount, cause=cause, reason="earn", expires_at=ends, at=self.at
        )
        self.earned.append((cause, amount))

    def buy(self, chance):
        cause = a_cause("purchase")
        matures = self.at + chance.randint(0, 20) * DAY
        points.earn_pending(
            **self.who,
            points=chance.randint(1, 100),
            cause=cause,
            reason="消费奖励",
            matures_at=matures,
            expires_at=matures + 30 * DAY,
            at=self.at,
        )
        self.waiting.append(cause)

    def return_goods(self, chance):
        if self.waiting:
            points.cancel_pending(
                merchant_id=self.shop.id,
                earned_by=chance.choice(self.waiting),
                share_bp=chance.choice([2_500, 3_333, 10_000]),
                cause=a_cause("return"),
                at=self.at,
            )

    def reverse(self, chance):
        if self.earned:
            cause, amount = self.earned.pop(chance.randrange(len(self.earned)))
            points.take_back(
                **self.who, points=amount, earned_by=cause, cause=a_cause("reversal"), at=self.at
            )

    def spend(self, chance):
        points.spend(**self.who, points=chance.randint(1, 80), cause=a_cause("spend"), at=self.at)

    def order(self, chance):
        order_id = an_order_id(self.shop, self.buyer)
        points.hold(**self.who, order_id=order_id, points=chance.randint(1, 60), at=self.at)
        self.orders.append(order_id)

    def settle(self, chance):
        if self.orders:
            verb = chance.choice([points.capture, points.release])
            verb(merchant_id=self.shop.id, order_id=chance.choice(self.orders), at=self.at)

    def give_back(self, chance):
        if self.orders:
            points.give_back(
                merchant_id=self.shop.id,
                order_id=chance.choice(self.orders),
                points=chance.randint(1, 40),
                cause=a_cause("return"),
                at=self.at,
            )

    def wait(self, chance):
        self.at += chance.randint(1, 15) * DAY
        mature_due(at=self.at, limit=10_000)
        expire_due(at=self.at, limit=10_000)

    def step(self, chance):
        verb = chance.choice([
            self.earn, self.buy, self.return_goods, self.reverse, self.spend,
            self.order, self.settle, self.give_back, self.wait,
        ])  # fmt: skip
        try:
            with transaction():
                verb(chance)
        except (NotEnoughPoints, NotHeld):
            """Refused, and so nothing happened."""

    def balance(self, account):
        return ledger.balance_of(merchant_id=self.shop.id, account=account)


def house_of(kind):
    return house(kind, Asset.POINT)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_every_point_issued_is_somewhere(database, seed):
    chance, story = random.Random(seed), History(a_shop())
    for _ in range(40):
        story.step(chance)

    issued = -story.balance(house_of(AccountKind.POINTS_ISSUED))
    held, spent, expired = (story.balance(house_of(kind)) for kind in HOUSES)
    spendable = story.balance(member_points(story.buyer.id))
    waiting = story.balance(member_pending(story.buyer.id))
    owed = -story.balance(member_debt(story.buyer.id))
    assert issued == spendable + waiting + held + spent + expired - owed
    assert min(spendable, waiting, held, spent, expired, owed) >= 0
    assert ledger.verify() == []


HOUSES = (AccountKind.POINTS_HELD, AccountKind.POINTS_SPENT, AccountKind.POINTS_EXPIRED)
