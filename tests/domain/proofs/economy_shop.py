"""What the walk over money and points sells, and what it looks at to choose its next step."""

from dataclasses import dataclass

from app.domain.catalog import OfferKind, RefundPolicy
from tests.builders.catalog import an_offer
from tests.builders.subscriptions import a_monthly_offer


@dataclass
class Row:
    """An order or a voucher, as it stands."""

    id: int
    number: str
    member_id: int
    state: str


def offers_of(shop):
    """Everything that can be bought here, by kind."""
    said = {"merchant": shop.merchant}
    topups = [
        {"bonus_fen": 20_01, "usage_order": usage}
        for usage in ("proportional", "paid_first", "bonus_first")
    ]
    return {
        "vouchers": [
            an_offer(**said, price_fen=49_01, refund_policy=RefundPolicy.ANY_TIME_AND_EXPIRED),
            an_offer(**said, price_fen=33_33),
        ],
        "topup": [
            an_offer(
                **said, kind=OfferKind.TOPUP, title="储值", price_fen=100_00, items=[], terms=terms
            )
            for terms in topups
        ],
        "plan": [a_monthly_offer(shop, price_fen=100_01)],
        "term": [
            an_offer(
                **said,
                kind=OfferKind.MEMBERSHIP,
                title="年卡",
                price_fen=99_00,
                items=[],
                terms={"tier": "silver", "term_days": 90},
            )
        ],
        "card": [
            an_offer(
                **said,
                kind=OfferKind.GIFT_CARD,
                title="礼品卡",
                price_fen=50_00,
                items=[],
                terms={"is_named": False},
            )
        ],
    }


VOUCHERS = """
SELECT id, number, holder_id, state FROM vouchers
WHERE merchant_id = %(m)s AND state = %(state)s ORDER BY id
"""
USED = """
SELECT id, number, member_id, '' FROM redemptions
WHERE merchant_id = %(m)s AND reversed_at IS NULL ORDER BY id
"""
GIFT_CARDS = """
SELECT id, number, buyer_id, state FROM gift_cards WHERE merchant_id = %(m)s ORDER BY id
"""
PARCELS = """
SELECT id, number, member_id, state FROM parcels
WHERE merchant_id = %(m)s AND state = 'to_send' ORDER BY id
"""
PAID_ORDERS = """
SELECT id, number, member_id, state FROM orders
WHERE merchant_id = %(m)s AND state NOT IN ('pending', 'closed') ORDER BY id
"""
BOUGHT = """
SELECT v.id, v.number, v.holder_id, v.state FROM cards c
JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
WHERE c.merchant_id = %(m)s AND c.order_id = %(o)s ORDER BY v.id
"""
TASKS = """
SELECT id FROM outbox WHERE merchant_id = %(m)s AND job = %(job)s AND done_at IS NULL ORDER BY id
"""
