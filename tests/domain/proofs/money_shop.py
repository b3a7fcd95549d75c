"""The shop of the walk over money, as it is in the database and as the model knows it."""

from dataclasses import dataclass
from datetime import timedelta

from app.domain import points, stored_value
from app.domain.catalog import BenefitKind, Conditions, Days, OfferKind, RefundPolicy
from app.domain.merchants import Role
from app.kernel.db import transaction
from tests.api.calling import real_app, real_channel
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.merchants import a_clerk, a_merchant, a_store
from tests.builders.moments import NOON
from tests.builders.points import a_rule
from tests.builders.tenders import points_pay
from tests.domain.proofs.money_model import (
    PAY_BY_POINTS_BP,
    POINTS_FOR_PAYING,
    POINTS_OF_A_YUAN,
)
from tests.domain.proofs.money_things import WHOLE_BP, Gives, Sold

# Nobody has to confirm a spending here.
NO_LIMIT_FEN = 10_000_000


@dataclass(kw_only=True)
class Shop:
    """As the builders' shop, with keys that work."""

    merchant: object
    app: object
    channel: object
    store: object
    clerk: object
    manager: object
    offers: dict

    @property
    def id(self):
        return self.merchant.id

    @property
    def appid(self):
        return self.app.appid


def a_shop_of_money():
    merchant = a_merchant()
    store = a_store(merchant=merchant)
    with transaction():
        app, channel = real_app(merchant), real_channel(merchant)
        limits = {"order_fen": NO_LIMIT_FEN, "day_fen": NO_LIMIT_FEN}
        stored_value.set_spend_limits(merchant_id=merchant.id, **limits, actor="system", at=NOON)
    shop = Shop(
        merchant=merchant,
        app=app,
        channel=channel,
        store=store,
        clerk=a_clerk(store),
        manager=a_clerk(store, role=Role.MANAGER),
        offers=_offers(merchant),
    )
    points_pay(shop, bp=PAY_BY_POINTS_BP, worth=POINTS_OF_A_YUAN)
    rate = {"points_per_yuan": POINTS_FOR_PAYING}
    a_rule(shop, source=points.RuleSource.PURCHASE, name="消费积分", **rate)
    return shop


def _offers(merchant):
    pair = (("拿铁", 32_00, 2),)
    set_of = (("拿铁", 32_00, 1), ("司康", 6_01, 3), ("贴纸", 1, 1))
    over = {"is_back_when_over": True}
    return {
        "pair": _sold(merchant, 49_01, pair, stock=7, limit=4, **over),
        "set": _sold(merchant, 33_33, set_of, stock=20),
        "cheap": _sold(merchant, 77, (("小样", 50, 3),), limit=3),
        "five off": _sold(merchant, 1_00, (("五元券", 5_00, 1),), saves=_off(5_00), face={"off_fen": 5_00}),
        "with points": _sold(
            merchant, 2_00, (("三元券", 3_00, 2),), saves=_off(3_00), face={"off_fen": 3_00},
            goes_with_points=True, **over),
        "15% off": _sold(
            merchant, 1_50, (("八五折", 9_00, 1),), saves=_rate(8_500), face={"rate_bp": 8_500}),
        "top up": _topup(merchant, Gives(bonus_fen=20_01, first="proportional", cap_fen=30_00)),
        "paid first": _topup(merchant, Gives(bonus_fen=13_07, first="paid_first")),
        "bonus first": _topup(merchant, Gives(bonus_fen=7_77, first="bonus_first")),
    }  # fmt: skip


def _sold(merchant, price_fen, inside, *, stock=None, limit=None, face=None, **more):
    """Each voucher ends in thirty days, or in ten where what is over goes back by itself."""
    days = 10 if more.get("is_back_when_over") else 30
    kind = BenefitKind.EXCHANGE
    if face:
        kind = BenefitKind.DISCOUNT if "rate_bp" in face else BenefitKind.CASH
    items = [
        (
            a_benefit(
                merchant=merchant,
                kind=kind,
                name=name,
                market_value_fen=worth,
                face=face or {"thing": name},
                conditions=Conditions(
                    validity=Days(count=days), stackable=bool(more.get("goes_with_points"))
                ),
            ).benefit_id,
            count,
        )
        for name, worth, count in inside
    ]
    over = more.get("is_back_when_over")
    policy = RefundPolicy.ANY_TIME_AND_EXPIRED if over else RefundPolicy.ANY_TIME_UNUSED
    made = an_offer(
        merchant=merchant,
        kind=OfferKind.BUNDLE if len(items) > 1 else OfferKind.SINGLE,
        items=items,
        price_fen=price_fen,
        stock=stock,
        per_member_limit=limit,
        refund_policy=policy,
    )
    known = {"price_fen": price_fen, "inside": inside, "stock": stock, "limit": limit}
    return Sold(number=made.number, **known, **more)


def _topup(merchant, gives):
    said = {
        "bonus_fen": gives.bonus_fen,
        "usage_order": gives.first,
        "bonus_cap_fen": gives.cap_fen,
    }
    made = an_offer(
        merchant=merchant,
        kind=OfferKind.TOPUP,
        title="储值",
        price_fen=100_00,
        items=[],
        terms=said,
    )
    return Sold(number=made.number, price_fen=100_00, gives=gives)


def _off(fen):
    return lambda list_fen: min(fen, list_fen)


def _rate(bp):
    return lambda list_fen: list_fen * (WHOLE_BP - bp) // WHOLE_BP


HALF_A_MINUTE = timedelta(seconds=30)
