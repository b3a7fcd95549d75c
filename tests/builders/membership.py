"""Tiers as tests want them: silver for 500 yuan or 3 visits, gold for 2,000 yuan and 5 visits."""

from app.domain import membership
from app.domain.catalog import OfferKind
from app.domain.membership import parse
from app.kernel.db import fetch_all
from tests.builders.catalog import BOSS, a_benefit, an_offer
from tests.builders.moments import NOON
from tests.builders.transactions import joined

YEAR = 365


def spending(fen, days=YEAR):
    return {"kind": "spend", "at_least": fen, "window_days": days}


def visits(count, days=YEAR):
    return {"kind": "visit", "at_least": count, "window_days": days}


def earning(points, days=YEAR):
    return {"kind": "points", "at_least": points, "window_days": days}


def buying(offer, pieces=1, days=YEAR):
    return {"kind": "purchase", "at_least": pieces, "window_days": days, "offer": offer}


def a_tier(number="silver", rank=1, name="银卡", **more):
    return {"number": number, "rank": rank, "name": name, **more}


def base(**more):
    return a_tier("base", 0, "普通会员", **more)


def a_ladder(*, silver=None, gold=None, **more):
    """Base, silver and gold, with changes."""
    ladder = [
        base(),
        a_tier(
            **{
                "conditions": [spending(500_00), visits(3)],
                "points_multiplier_bp": 12_000,
                "early_access_hours": 24,
            }
            | (silver or {})
        ),
        a_tier(
            "gold",
            2,
            "金卡",
            **{
                "needs": "all",
                "conditions": [spending(2000_00), visits(5)],
                "points_multiplier_bp": 20_000,
                "early_access_hours": 48,
                "privileges": ["专属客服"],
            }
            | (gold or {}),
        ),
    ]
    return {"tiers": ladder, **more}


def a_pack(merchant, *, quantity=1, **more):
    """One latte, as a pack's items."""
    benefit = a_benefit(merchant=merchant, **more)
    return [{"benefit": benefit.benefit_number, "quantity": quantity}]


def tiers_in(merchant, rules=None, *, at=NOON):
    with joined():
        return membership.publish_rules(
            merchant_id=merchant.id, rules=parse(rules or a_ladder()), actor=BOSS, at=at
        )


def grow(member, kind="spend", amount=500_00, *, source="order:1", at=NOON, offer=""):
    """A fact, and what follows from it."""
    with joined():
        membership.note_growth(
            merchant_id=member.merchant_id,
            member_id=member.id,
            kind=kind,
            amount=amount,
            source=source,
            at=at,
            offer=offer,
        )
    return settle(member, at=at)


def settle(member, *, at=NOON):
    with joined():
        return membership.settle(merchant_id=member.merchant_id, member_id=member.id, at=at)


def give_back(member, *, source="order:1", share_bp=10_000, at=NOON):
    """The growth goes, and the tier is looked at, as the job does."""
    with joined():
        membership.take_growth_back(
            merchant_id=member.merchant_id, source=source, share_bp=share_bp, at=at
        )
    return settle(member, at=at)


def tier(member, *, at=NOON):
    """The number of the tier that counts."""
    with joined():
        found = membership.tier_of(merchant_id=member.merchant_id, member_id=member.id, at=at)
    return found.number if found else None


def moves(member):
    """(from, to, why), the oldest first."""
    with joined():
        found = membership.list_moves(merchant_id=member.merchant_id, member_id=member.id)
    return [(one.from_tier, one.to_tier, one.why) for one in reversed(found)]


class Wallet:
    def __init__(self, title, state, allocated_fen):
        self.title, self.state, self.allocated_fen = title, state, allocated_fen


def presents(member):
    """(title, state) of each voucher in cards that no order brought."""
    with joined():
        rows = fetch_all(
            Wallet,
            """SELECT c.title, v.state, v.allocated_fen FROM vouchers v
            JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
            WHERE v.merchant_id = %(m)s AND v.holder_id = %(id)s AND c.order_id IS NULL
            ORDER BY v.id""",
            {"m": member.merchant_id, "id": member.id},
        )
    assert all(row.allocated_fen == 0 for row in rows)
    return [(row.title, row.state) for row in rows]


def a_term_offer(shop, *, price_fen=100_00, days=30, tier="gold", **changes):
    """A membership on sale, without vouchers."""
    words = {"kind": OfferKind.MEMBERSHIP, "title": "金卡会员", "price_fen": price_fen, "items": []}
    terms = {"tier": tier, "term_days": days}
    return an_offer(merchant=shop.merchant, **words | {"terms": terms} | changes)
