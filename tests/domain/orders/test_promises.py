"""What was promised when an order was placed is kept, whatever becomes of its offer."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest

from app.domain import catalog, orders, shipping
from app.domain.catalog import GoodsKind, RefundPolicy
from app.kernel.db import db, execute, fetch_all, fetch_one, transaction
from app.kernel.errors import DomainError
from tests.builders.aftersales import a_done_refund, a_refund
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, order_id_of

# After the days in which everybody may change his mind, and before the vouchers end.
LATER = NOON + timedelta(days=10)
FROZEN = import_module("app.migrations.versions.2026_11_30_frozen_lines")


@pytest.fixture
def shop(database):
    return a_shop(offer={"refund_policy": RefundPolicy.ANY_TIME_AND_EXPIRED})


def sell_otherwise(shop, *, items=None, **changes):
    """Off sale, changed and on sale again, as the shop does it."""
    which = {"merchant_id": shop.id, "number": shop.offer.number, "actor": BOSS, "at": NOON}
    words = {
        "title": "热拿铁双杯",
        "price_fen": 49_00,
        "goods_kind": GoodsKind.ON_SITE,
        "refund_policy": RefundPolicy.ANY_TIME_AND_EXPIRED,
    }
    sheet = catalog.open_offer(merchant_id=shop.id, number=shop.offer.number, at=NOON)
    with transaction():
        catalog.stop_offer(**which)
    with transaction():
        catalog.edit_offer(**which, items=items or sheet.items, **words | changes)
    with transaction():
        catalog.publish_offer(**which)


class Line:
    def __init__(self, goods_kind, refund_policy, contents, from_stock):
        self.goods_kind, self.refund_policy = goods_kind, refund_policy
        self.contents, self.from_stock = contents, from_stock


def lines_of(shop):
    return fetch_all(
        Line,
        """SELECT goods_kind, refund_policy, contents, from_stock FROM order_lines
        WHERE merchant_id = %(m)s ORDER BY id""",
        {"m": shop.id},
    )


def forget_promises(shop):
    """As a release left them that did not write them down."""
    with transaction():
        execute(
            """UPDATE order_lines SET goods_kind = NULL, refund_policy = NULL
            WHERE merchant_id = %(m)s""",
            {"m": shop.id},
        )


def test_a_way_back_that_was_promised_is_not_taken_away(shop):
    buyer = a_buyer(shop)
    old = a_paid_order(shop, buyer=buyer).order_number

    sell_otherwise(shop, refund_policy=RefundPolicy.NONE)

    new = a_paid_order(shop, buyer=buyer).order_number
    with pytest.raises(DomainError) as refused:
        a_refund(shop, buyer, new, at=LATER)
    assert refused.value.code == "nothing_to_refund"
    assert a_done_refund(shop, buyer, old, at=LATER)


def test_points_wait_as_long_as_the_order_may_go_back(shop):
    old = a_paid_order(shop).order_number
    sell_otherwise(shop, refund_policy=RefundPolicy.NONE)
    new = a_paid_order(shop).order_number

    found = [
        orders.purchase_of(merchant_id=shop.id, order_id=order_id_of(shop, each)).policies
        for each in (old, new)
    ]

    assert found == [["any_time_and_expired"], ["none"]]


class Delivery:
    def __init__(self, delivery):
        self.delivery = delivery


def test_what_was_sold_at_the_counter_is_not_reported_as_posted(shop):
    number = a_paid_order(shop).order_number
    with transaction():
        execute(
            "UPDATE offers SET goods_kind = 'physical' WHERE merchant_id = %(m)s", {"m": shop.id}
        )

    with transaction():
        shipping.start(merchant_id=shop.id, order_id=order_id_of(shop, number), at=NOON)

    which = {"m": shop.id}
    said = "SELECT delivery FROM shipping_reports WHERE merchant_id = %(m)s"
    assert fetch_one(Delivery, said, which).delivery != "express"


def test_an_order_of_an_older_release_is_kept_to_what_its_offer_says(shop):
    buyer = a_buyer(shop)
    number = a_paid_order(shop, buyer=buyer).order_number
    forget_promises(shop)
    order_id = order_id_of(shop, number)

    assert orders.purchase_of(merchant_id=shop.id, order_id=order_id).policies == [
        "any_time_and_expired"
    ]
    assert a_done_refund(shop, buyer, number)


def test_the_migration_writes_down_what_every_offer_says(shop, monkeypatch):
    other = a_shop()
    for _ in range(5):
        an_order(shop)
    an_order(other)
    forget_promises(shop)
    forget_promises(other)
    monkeypatch.setattr(FROZEN, "AT_ONCE", 2)
    monkeypatch.setattr(FROZEN, "op", SimpleNamespace(get_bind=db.session.connection))

    FROZEN._fill()

    assert [each.refund_policy for each in lines_of(shop)] == ["any_time_and_expired"] * 5
    assert [each.goods_kind for each in lines_of(other)] == ["on_site"]


def test_contents_that_changed_a_moment_ago_are_what_is_sold(shop):
    an_order(shop)
    cake = a_benefit(merchant=shop.merchant, name="蛋糕券", market_value_fen=60_00)

    sell_otherwise(shop, items=[(cake.benefit_id, 1)])
    an_order(shop)

    before, after = lines_of(shop)
    assert before.contents != after.contents
    assert [each["benefit_id"] for each in after.contents] == [cake.benefit_id]


def test_a_limit_that_was_set_a_moment_ago_counts(shop):
    an_order(shop)
    with transaction():
        orders.set_stock(
            merchant_id=shop.id, number=shop.offer.number, quota=2, actor=BOSS, at=NOON
        )

    an_order(shop)

    assert [each.from_stock for each in lines_of(shop)] == [True, True]
    with pytest.raises(catalog.SoldOut):
        an_order(shop)
