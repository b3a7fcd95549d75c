"""Third-party codes: a benefit with a pool, and offers of it."""

import secrets

from app.domain import pools
from app.domain.catalog import BenefitKind
from tests.builders.catalog import BOSS, a_benefit, a_draft_offer
from tests.builders.moments import NOON
from tests.builders.transactions import joined


def a_code_benefit(*, merchant, **changes):
    """A taxi ride worth 10 yuan."""
    words = {
        "kind": BenefitKind.CODE,
        "name": "打车券",
        "market_value_fen": 10_00,
        "cost_fen": 8_00,
        "face": {"thing": "打车优惠码1个", "is_digital": False},
        "hand_over": "在卡包中查看兑换码",
    }
    return a_benefit(merchant=merchant, **words | changes)


def fresh_codes(count):
    return [f"TAXI-{secrets.token_hex(6)}" for _ in range(count)]


def stock(merchant, benefit, *codes, is_dry_run=False, at=NOON):
    with joined():
        return pools.import_codes(
            merchant_id=merchant.id,
            benefit_number=benefit.benefit_number,
            lines=list(codes),
            is_dry_run=is_dry_run,
            actor=BOSS,
            at=at,
        )


def a_code_offer(*, merchant, benefit, codes=(), **changes):
    """On sale. `codes` are in stock when it is published."""
    from app.domain import catalog

    if codes:
        stock(merchant, benefit, *codes)
    words = {"title": "打车优惠码", "price_fen": 8_00, "items": [(benefit.benefit_id, 1)]}
    draft = a_draft_offer(merchant=merchant, **words | changes)
    with joined():
        return catalog.publish_offer(
            merchant_id=merchant.id,
            number=draft.number,
            codes_in_stock=pools.stock_of_offer(
                merchant_id=merchant.id, offer_number=draft.number, at=NOON
            ),
            actor=BOSS,
            at=NOON,
        )


def revealed(shop, buyer, voucher_number, *, at=NOON):
    with joined():
        return pools.reveal(
            merchant_id=shop.id, member_id=buyer.id, voucher_number=voucher_number, at=at
        )
