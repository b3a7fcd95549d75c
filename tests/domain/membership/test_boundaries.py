"""One below, at and above each threshold; each window, notice, grace and pack at its midnight."""

from datetime import datetime, timedelta

import pytest

from app.domain import membership, orders, pools
from app.domain.catalog import NotOnSale
from app.domain.membership import Occasion, Step
from app.kernel.db import fetch_all
from tests.builders.catalog import an_offer
from tests.builders.membership import (
    a_ladder,
    a_tier,
    base,
    buying,
    earning,
    give_back,
    grow,
    presents,
    settle,
    spending,
    tier,
    tiers_in,
    visits,
)
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, a_wish
from tests.builders.pools import a_code_benefit, fresh_codes, stock
from tests.builders.tenders import quoted
from tests.builders.transactions import joined
from tests.domain.membership.test_packs import give_due, set_birthday
from tests.domain.membership.test_tiers import shanghai

pytestmark = pytest.mark.usefixtures("database")

A_MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def member(shop):
    return a_buyer(shop)


def one_rule(shop, **tier_words):
    tiers_in(shop.merchant, {"tiers": [base(), a_tier(**tier_words)]}, at=shanghai(2024, 1, 1))


# Thresholds


@pytest.mark.parametrize("more", [-1, 0, 1])
@pytest.mark.parametrize(
    ("kind", "condition", "at_least"),
    [("spend", spending, 500_00), ("points", earning, 300), ("visit", visits, 3)],
)
def test_one_less_is_too_little_and_the_threshold_is_enough(
    shop, member, kind, condition, at_least, more
):
    one_rule(shop, conditions=[condition(at_least)])
    if kind == "visit":
        for n in range(at_least + more):
            grow(member, kind, 1, source=f"r:{n}", at=NOON + n * DAY)
    else:
        grow(member, kind, at_least + more)
    assert tier(member, at=NOON + 9 * DAY) == ("base" if more < 0 else "silver")


@pytest.mark.parametrize(("pieces", "reached"), [(1, "base"), (2, "silver"), (3, "silver")])
def test_pieces_of_one_offer_count_like_everything_else(shop, member, pieces, reached):
    offer = an_offer(merchant=shop.merchant)
    one_rule(shop, conditions=[buying(offer.number, 2)])
    grow(member, "purchase", pieces, offer=offer.number)
    assert tier(member) == reached


@pytest.mark.parametrize(
    ("needs", "spent", "seen", "reached"),
    [
        ("any", 499_99, 2, "base"),
        ("any", 500_00, 0, "silver"),
        ("any", 0, 3, "silver"),
        ("all", 500_00, 2, "base"),
        ("all", 499_99, 3, "base"),
        ("all", 500_00, 3, "silver"),
    ],
)
def test_any_wants_one_condition_and_all_wants_each(shop, member, needs, spent, seen, reached):
    one_rule(shop, needs=needs, conditions=[spending(500_00), visits(3)])
    grow(member, amount=spent)
    for n in range(seen):
        grow(member, "visit", 1, source=f"r:{n}", at=NOON + n * DAY)
    assert tier(member, at=NOON + 9 * DAY) == reached


# Windows


@pytest.mark.parametrize(
    ("days", "fact", "now", "reached"),
    [
        (1, (2026, 6, 30, 0, 0), (2026, 6, 30, 23, 59, 59), "silver"),
        (1, (2026, 6, 29, 23, 59, 59), (2026, 6, 30, 0, 0), "base"),
        (365, (2027, 3, 1, 0, 0), (2028, 2, 28, 23, 59), "silver"),
        # A leap day takes a place of its own.
        (365, (2027, 3, 1, 0, 0), (2028, 2, 29, 0, 0), "base"),
        (366, (2027, 3, 1, 0, 0), (2028, 2, 29, 0, 0), "silver"),
        (30, (2027, 1, 31, 0, 0), (2027, 3, 1, 23, 59), "silver"),
        (30, (2027, 1, 31, 0, 0), (2027, 3, 2, 0, 0), "base"),
    ],
)
def test_a_window_is_whole_days_of_shanghai_today_among_them(
    shop, member, days, fact, now, reached
):
    one_rule(shop, conditions=[spending(1, days=days)])
    with joined():
        membership.note_growth(
            merchant_id=shop.id,
            member_id=member.id,
            kind="spend",
            amount=1,
            source="order:1",
            at=shanghai(*fact),
        )
    settle(member, at=shanghai(*now))
    assert tier(member, at=shanghai(*now)) == reached


# The end of a period


class Standing:
    def __init__(self, warn_at, period_ends_at, grace_ends_at):
        self.warn, self.ends, self.grace = warn_at, period_ends_at, grace_ends_at


def standing(member) -> Standing:
    return fetch_all(
        Standing,
        """SELECT warn_at, period_ends_at, grace_ends_at FROM member_standings
        WHERE merchant_id = %(m)s AND member_id = %(id)s""",
        {"m": member.merchant_id, "id": member.id},
    )[0]


@pytest.mark.parametrize(
    ("reached", "months", "ends", "grace"),
    [
        ((2027, 1, 31, 12), 1, (2027, 3, 1), (2027, 3, 12)),
        ((2028, 1, 31, 12), 1, (2028, 3, 1), (2028, 3, 12)),
        ((2028, 1, 30, 12), 1, (2028, 3, 1), (2028, 3, 12)),
        ((2028, 2, 29, 12), 12, (2029, 3, 1), (2029, 3, 12)),
        ((2028, 2, 29, 12), 48, (2032, 3, 1), (2032, 3, 12)),
        ((2026, 10, 31, 23, 59, 59), 1, (2026, 12, 1), (2026, 12, 12)),
        ((2026, 11, 1, 0, 0), 1, (2026, 12, 2), (2026, 12, 13)),
    ],
)
def test_notice_grace_and_end_each_come_at_their_midnight(
    shop, member, reached, months, ends, grace
):
    rules = a_ladder(
        keeps_months=months,
        warn_days=7,
        grace_days=10,
        silver={"conditions": [spending(1, days=10)]},
    )
    tiers_in(shop.merchant, rules, at=shanghai(2024, 1, 1))
    grow(member, amount=1, at=shanghai(*reached))
    end, over = shanghai(*ends), shanghai(*grace)

    assert (standing(member).warn, standing(member).ends) == (end - 7 * DAY, end)
    assert told(member, at=end - 7 * DAY - A_MOMENT) is False
    assert told(member, at=end - 7 * DAY) is True
    assert told(member, at=end - 7 * DAY) is False
    assert settle(member, at=end - A_MOMENT) == Step.STAY
    assert settle(member, at=end) == Step.GRACE
    assert standing(member).grace == over
    assert settle(member, at=over - A_MOMENT) == Step.STAY
    assert settle(member, at=over) == Step.DOWN
    assert tier(member, at=over) == "base"


def told(member, *, at):
    with joined():
        return membership.warn(merchant_id=member.merchant_id, member_id=member.id, at=at)


# Packs


def a_pack_of(shop, occasion, items):
    words = {"packs": {occasion: items}, "conditions": [spending(500_00)]}
    tiers_in(shop.merchant, a_ladder(silver=words))


def coded(shop, member):
    """The codes that the member's vouchers have, and how many wait for one."""
    held = presents(member)
    with joined():
        free = sum(each.free for each in pools.list_pools(merchant_id=shop.id, at=NOON))
    return [state for _, state in held], free


def test_a_code_in_a_pack_is_there_at_once_and_what_the_pool_lacks_comes_later(shop, member):
    taxi = a_code_benefit(merchant=shop.merchant)
    a_pack_of(shop, "upgrade", [{"benefit": taxi.benefit_number, "quantity": 2}])
    stock(shop.merchant, taxi, *fresh_codes(1))

    grow(member)

    assert coded(shop, member) == (["active", "issuing"], 0)
    stock(shop.merchant, taxi, *fresh_codes(3))
    assert coded(shop, member) == (["active", "active"], 2)


def test_codes_of_a_pack_that_is_taken_back_go_back_to_their_pool(shop, member):
    taxi = a_code_benefit(merchant=shop.merchant)
    a_pack_of(shop, "upgrade", [{"benefit": taxi.benefit_number, "quantity": 2}])
    stock(shop.merchant, taxi, *fresh_codes(1))
    grow(member)

    assert give_back(member) == Step.TAKEN_BACK
    with joined():
        pools.settle(merchant_id=shop.id, benefit_id=taxi.benefit_id, at=NOON)

    assert coded(shop, member) == (["void", "void"], 1)
    grow(member, source="order:2")
    assert coded(shop, member) == (["void", "void", "active", "issuing"], 0)


@pytest.mark.parametrize(
    ("before", "day"),
    [
        ((2027, 2, 27, 23, 59, 59), (2027, 2, 28)),
        ((2028, 2, 28, 23, 59, 59), (2028, 2, 29)),
    ],
)
def test_a_gift_for_the_29th_of_february_comes_once_in_every_year(shop, member, before, day):
    taxi = a_code_benefit(merchant=shop.merchant)
    a_pack_of(shop, "birthday", [{"benefit": taxi.benefit_number}])
    grow(member)
    set_birthday(member, 2, 29)
    assert give_due(shop, Occasion.BIRTHDAY, at=shanghai(*before)) == 0
    assert give_due(shop, Occasion.BIRTHDAY, at=shanghai(*day)) == 1
    assert give_due(shop, Occasion.BIRTHDAY, at=shanghai(*day) + DAY) == 0


# Early access, from the order to the bill


STARTS_AT = NOON + 10 * DAY
HIS = STARTS_AT - timedelta(hours=24)


@pytest.fixture
def early(shop, member):
    """An offer that silver may buy a day early, and a silver member."""
    tiers_in(shop.merchant)
    grow(member)
    return an_offer(merchant=shop.merchant, sale_starts_at=STARTS_AT)


def place(shop, offer, member, *, at: datetime):
    with joined():
        return orders.place(a_wish(shop, buyer=member, offer=offer), key=None, at=at)


def bill(shop, member, order, *, at):
    with joined():
        return orders.to_pay(
            merchant_id=shop.id, member_id=member.id, number=order, on_ios=False, at=at
        )


def test_an_early_order_has_its_bill_before_the_sale_begins(shop, member, early):
    placed = place(shop, early, member, at=HIS)
    assert bill(shop, member, placed.order_number, at=HIS).bill.amount_fen == placed.wechat_fen


def test_an_order_that_was_taken_stands_though_the_tier_is_lost(shop, member, early):
    placed = place(shop, early, member, at=HIS)
    give_back(member, at=HIS)
    assert bill(shop, member, placed.order_number, at=HIS)
    with pytest.raises(NotOnSale):
        place(shop, early, member, at=HIS)


@pytest.mark.parametrize(("at", "may"), [(HIS - A_MOMENT, False), (HIS, True)])
def test_the_quote_opens_with_the_order_and_not_before(shop, member, early, at, may):
    if may:
        assert quoted(shop, member, offer=early, at=at).price.list_fen
    else:
        with pytest.raises(NotOnSale):
            quoted(shop, member, offer=early, at=at)
