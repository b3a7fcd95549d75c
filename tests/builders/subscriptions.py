"""Monthly cards: an offer, a bought card, an address, and their sweeps."""

from datetime import timedelta

from app.domain import catalog, subscriptions
from app.domain.catalog import BenefitKind, GoodsKind, OfferKind
from app.domain.subscriptions import Address
from app.kernel.db import fetch_one
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.moments import NOON
from tests.builders.orders import Epoch, a_paid_order, a_shop, order_id_of
from tests.builders.transactions import joined

PRICE_FEN = 100_00
HOME = Address(
    name="王小明",
    phone="13800138000",
    province="上海市",
    city="上海市",
    county="徐汇区",
    street="漕溪北路1号2室",
)


def a_sample(shop, name="面霜小样", *, worth_fen=20_00):
    return a_benefit(
        merchant=shop.merchant,
        kind=BenefitKind.DELIVERY,
        name=name,
        face={"thing": f"{name}1份"},
        market_value_fen=worth_fen,
        hand_over="寄出",
    )


def a_monthly_offer(
    shop, *, periods=3, points=10, lock_days=5, skip_limit=3, items=None, price_fen=PRICE_FEN
):
    """A card of so many months; without `items` one sample and one latte voucher in each."""
    if items is None:
        latte = a_benefit(merchant=shop.merchant)
        items = [a_place(a_sample(shop)), a_place(latte)]
    with joined():
        draft = catalog.add_offer(
            merchant_id=shop.id,
            kind=OfferKind.SUBSCRIPTION,
            title="焕颜月卡",
            price_fen=price_fen,
            items=[],
            goods_kind=GoodsKind.PHYSICAL,
            terms={
                "periods": periods,
                "points_per_period": points,
                "lock_days": lock_days,
                "skip_limit": skip_limit,
                "items": items,
            },
            actor=BOSS,
            at=NOON,
        )
        return catalog.publish_offer(merchant_id=shop.id, number=draft.number, actor=BOSS, at=NOON)


def a_place(*choices, quantity=1):
    return {"benefit_ids": [each.benefit_id for each in choices], "quantity": quantity}


def a_monthly_shop(**offer):
    shop = a_shop()
    shop.offer = a_monthly_offer(shop, **offer)
    return shop


def an_address(shop, member, *, at=NOON, prefer=False, **changes):
    told = {name: getattr(HOME, name) for name in HOME.__struct_fields__} | changes
    with joined():
        return subscriptions.add_address(
            merchant_id=shop.id,
            member_id=member.id,
            address=Address(**told),
            prefer=prefer,
            at=at,
        )


def a_monthly_card(shop, buyer, *, at=NOON, offer=None):
    """Bought and paid; its number."""
    placed = a_paid_order(shop, buyer=buyer, at=at, offer=offer)
    return card_of(shop, placed.order_number)


def card_of(shop, order_number):
    found = fetch_one(
        Epoch,
        "SELECT number FROM subscriptions WHERE merchant_id = %(m)s AND order_id = %(o)s",
        {"m": shop.id, "o": order_id_of(shop, order_number)},
    )
    return found.number


def card_id_of(shop, number):
    found = fetch_one(
        Epoch,
        "SELECT id FROM subscriptions WHERE merchant_id = %(m)s AND number = %(n)s",
        {"m": shop.id, "n": number},
    )
    return found.number


def order_of_card(shop, number):
    found = fetch_one(
        Epoch,
        "SELECT order_id FROM subscriptions WHERE merchant_id = %(m)s AND number = %(n)s",
        {"m": shop.id, "n": number},
    )
    return found.number


def view_of(shop, buyer, number, *, at=NOON):
    with joined():
        return subscriptions.get_own(merchant_id=shop.id, member_id=buyer.id, number=number, at=at)


def opened(shop, number, *, at):
    """Begin what is due of one card; how many periods began."""
    with joined():
        return subscriptions.open_periods(
            merchant_id=shop.id, subscription_id=card_id_of(shop, number), at=at
        )


def later(days):
    return NOON + timedelta(days=days)
