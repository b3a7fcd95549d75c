"""Tiers are reached at once, lost in time, and rest on what was earned."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.domain import membership, vouchers
from app.domain.membership import RulesRefused, Step, TierInUse, parse
from app.domain.vouchers import Move
from app.kernel.db import fetch_all
from app.kernel.errors import Invalid, NotFound
from tests.builders.catalog import a_draft_benefit, an_offer
from tests.builders.members import a_member
from tests.builders.membership import (
    a_ladder,
    a_pack,
    a_tier,
    base,
    buying,
    earning,
    give_back,
    grow,
    moves,
    presents,
    settle,
    spending,
    tier,
    tiers_in,
    visits,
)
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.transactions import joined

pytestmark = pytest.mark.usefixtures("database")

DAY = timedelta(days=1)


@pytest.fixture
def shop(database):
    return a_merchant()


@pytest.fixture
def member(shop):
    return a_member(merchant=shop)


def shanghai(*when):
    """That wall time in Shanghai, which has no summer time."""
    return datetime(*when, tzinfo=UTC) - timedelta(hours=8)


# Reaching a tier


@pytest.mark.parametrize(
    ("fen", "reached"), [(499_99, "base"), (500_00, "silver"), (500_01, "silver")]
)
def test_the_threshold_itself_is_enough_and_one_fen_less_is_not(shop, member, fen, reached):
    tiers_in(shop)
    grow(member, amount=fen)
    assert tier(member) == reached


def test_all_conditions_are_needed_where_the_rule_says_so(shop, member):
    tiers_in(shop)
    grow(member, amount=2000_00)
    assert tier(member) == "silver"
    for n in range(5):
        grow(member, "visit", 1, source=f"redemption:{n}", at=NOON + n * DAY)
    assert tier(member, at=NOON + 5 * DAY) == "gold"


def test_several_redemptions_of_one_day_are_one_visit(shop, member):
    tiers_in(shop)
    for n in range(9):
        grow(member, "visit", 1, source=f"redemption:{n}")
    assert tier(member) == "base"


def test_a_purchase_of_the_named_offer_reaches_a_tier_and_another_does_not(shop, member):
    offer = an_offer(merchant=shop)
    tiers_in(shop, {"tiers": [base(), a_tier(conditions=[buying(offer.number, 2)])]})
    grow(member, "purchase", 5, source="order:0", offer="GANOTHER")
    grow(member, "purchase", 1, source="order:1", offer=offer.number)
    assert tier(member) == "base"
    grow(member, "purchase", 1, source="order:2", offer=offer.number)
    assert tier(member) == "silver"


def test_points_that_were_earned_count_however_many_are_left(shop, member):
    tiers_in(shop, {"tiers": [base(), a_tier(conditions=[earning(100)])]})
    grow(member, "points", 100)
    assert tier(member) == "silver"


def test_one_source_counts_once(shop, member):
    tiers_in(shop)
    for _ in range(3):
        grow(member, amount=200_00)
    assert tier(member) == "base"


def test_without_rules_there_are_no_tiers(member):
    grow(member, amount=10_000_00)
    assert tier(member) is None


# The window


@pytest.mark.parametrize(
    ("first", "reached"),
    [((2026, 5, 31, 23, 59, 59), "base"), ((2026, 6, 1, 0, 0, 0), "silver")],
)
def test_the_window_begins_at_midnight_in_shanghai(shop, member, first, reached):
    tiers_in(shop, {"tiers": [base(), a_tier(conditions=[spending(100, days=30)])]})
    today = shanghai(2026, 6, 30, 9)
    grow(member, amount=99, source="order:0", at=shanghai(*first))
    grow(member, amount=1, source="order:1", at=today)
    assert tier(member, at=today) == reached


def test_visits_at_both_sides_of_midnight_are_two_days(shop, member):
    tiers_in(shop, {"tiers": [base(), a_tier(conditions=[visits(2)])]})
    grow(member, "visit", 1, source="r:1", at=shanghai(2026, 6, 1, 23, 59, 59))
    at = shanghai(2026, 6, 2, 0, 0, 0)
    grow(member, "visit", 1, source="r:2", at=at)
    assert tier(member, at=at) == "silver"


# Losing it


def standing(member):
    found = fetch_all(
        SimpleStanding,
        """SELECT tier, period_ends_at, grace_ends_at, next_check_at FROM member_standings
        WHERE merchant_id = %(m)s AND member_id = %(id)s""",
        {"m": member.merchant_id, "id": member.id},
    )
    return found[0]


class SimpleStanding(SimpleNamespace):
    def __init__(self, tier, period_ends_at, grace_ends_at, next_check_at):
        super().__init__(
            tier=tier, ends=period_ends_at, grace=grace_ends_at, next_check=next_check_at
        )


@pytest.mark.parametrize(
    ("reached", "months", "ends"),
    [
        ((2026, 1, 31, 12), 1, (2026, 3, 1)),
        ((2028, 1, 31, 12), 1, (2028, 3, 1)),
        ((2024, 2, 29, 12), 12, (2025, 3, 1)),
        ((2026, 12, 31, 23, 59), 2, (2027, 3, 1)),
        ((2026, 5, 15, 0, 0), 12, (2027, 5, 16)),
    ],
)
def test_a_period_ends_with_a_day_of_the_shop(shop, member, reached, months, ends):
    tiers_in(shop, a_ladder(keeps_months=months), at=shanghai(2024, 1, 1))
    grow(member, at=shanghai(*reached))
    assert standing(member).ends == shanghai(*ends)


def test_periods_are_counted_from_the_first_so_that_the_31st_comes_back(shop, member):
    tiers_in(shop, a_ladder(keeps_months=1, silver={"conditions": [spending(1)]}))
    grow(member, amount=1, at=shanghai(2026, 1, 31, 12))
    settle(member, at=shanghai(2026, 3, 1))
    assert standing(member).ends == shanghai(2026, 4, 1)


def test_a_tier_is_lost_after_notice_and_one_grace(shop, member):
    tiers_in(shop, a_ladder(keeps_months=1, silver={"conditions": [spending(1, days=10)]}))
    grow(member, amount=1, at=shanghai(2026, 5, 1, 12))
    warned_at = shanghai(2026, 5, 20)
    with joined():
        assert warn(member, at=warned_at)
        assert not warn(member, at=warned_at)
    ends = shanghai(2026, 6, 2)
    assert settle(member, at=ends - timedelta(seconds=1)) == Step.STAY
    assert settle(member, at=ends) == Step.GRACE
    assert settle(member, at=ends) == Step.STAY
    grace = standing(member).grace
    assert grace == shanghai(2026, 7, 3)
    assert tier(member, at=grace) == "silver"
    assert settle(member, at=grace) == Step.DOWN
    assert settle(member, at=grace) == Step.STAY
    assert moves(member) == [(None, "silver", "upgrade"), ("silver", None, "downgrade")]
    assert endings(member) == [ends.isoformat(), grace.isoformat()]


def warn(member, *, at):
    return membership.warn(merchant_id=member.merchant_id, member_id=member.id, at=at)


def endings(member):
    found = fetch_all(
        SimpleText,
        """SELECT payload ->> 'ends_at' FROM outbox
        WHERE merchant_id = %(m)s AND event = 'TierEnding' ORDER BY id""",
        {"m": member.merchant_id},
    )
    return [row.text for row in found]


class SimpleText:
    def __init__(self, text):
        self.text = text


def test_who_earns_it_again_in_the_grace_begins_a_new_period(shop, member):
    tiers_in(shop, a_ladder(keeps_months=1, silver={"conditions": [spending(1, days=10)]}))
    grow(member, amount=1, at=shanghai(2026, 5, 1, 12))
    settle(member, at=shanghai(2026, 6, 2))
    assert grow(member, amount=1, source="order:2", at=shanghai(2026, 6, 10)) == Step.RENEW
    now = standing(member)
    assert (now.grace, now.ends) == (None, shanghai(2026, 7, 11))


def test_who_still_deserves_it_is_not_warned_and_stays(shop, member):
    tiers_in(shop, a_ladder(keeps_months=1))
    grow(member, at=shanghai(2026, 5, 1, 12))
    with joined():
        assert not warn(member, at=shanghai(2026, 5, 25))
    assert settle(member, at=shanghai(2026, 6, 2)) == Step.RENEW
    assert moves(member) == [(None, "silver", "upgrade")]


# Giving back


def test_a_tier_that_rested_on_a_refunded_order_goes_at_once(shop, member):
    tiers_in(shop, a_ladder(silver={"packs": {"upgrade": a_pack(shop, quantity=2)}}))
    grow(member)
    assert presents(member) == [("银卡升级礼", "active")] * 2
    assert give_back(member, at=NOON + DAY) == Step.TAKEN_BACK
    assert tier(member) == "base"
    assert presents(member) == [("银卡升级礼", "void")] * 2


def test_a_tier_that_was_deserved_without_it_stays_for_its_period(shop, member):
    tiers_in(shop)
    grow(member, amount=600_00)
    grow(member, amount=100_00, source="order:2", at=NOON + DAY)
    assert give_back(member, source="order:2", at=NOON + 2 * DAY) == Step.STAY
    assert tier(member) == "silver"


def test_the_share_is_that_of_everything_given_back(shop, member):
    tiers_in(shop)
    grow(member, amount=1000_00)
    give_back(member, share_bp=5_000)
    assert tier(member) == "silver"
    give_back(member, share_bp=5_000)
    assert tier(member) == "silver"
    give_back(member, share_bp=5_001)
    assert tier(member) == "base"


def test_growth_that_is_noted_after_it_was_given_back_does_not_count(shop, member):
    tiers_in(shop)
    give_back(member)
    grow(member)
    assert tier(member) == "base"


def test_a_pack_whose_vouchers_were_used_is_not_given_again(shop, member):
    tiers_in(shop, a_ladder(silver={"packs": {"upgrade": a_pack(shop, quantity=2)}}))
    grow(member)
    use_one(member)
    give_back(member, at=NOON + DAY)
    grow(member, source="order:2", at=NOON + 2 * DAY)
    assert tier(member, at=NOON + 2 * DAY) == "silver"
    assert [state for _, state in presents(member)] == ["expired", "void"]


def use_one(member):
    """Any way out of the wallet will do; expiry needs no counter."""
    with joined():
        first = fetch_all(
            SimpleText,
            """SELECT id FROM vouchers WHERE merchant_id = %(m)s AND holder_id = %(id)s
            ORDER BY id LIMIT 1""",
            {"m": member.merchant_id, "id": member.id},
        )[0].text
        vouchers.move(
            merchant_id=member.merchant_id,
            voucher_id=first,
            what=Move.EXPIRE,
            actor="system",
            at=NOON,
        )


def test_a_pack_that_was_withdrawn_whole_comes_again(shop, member):
    tiers_in(shop, a_ladder(silver={"packs": {"upgrade": a_pack(shop)}}))
    grow(member)
    give_back(member, at=NOON + DAY)
    grow(member, source="order:2", at=NOON + 2 * DAY)
    assert [state for _, state in presents(member)] == ["void", "active"]


# Rules


def test_new_rules_hold_at_once_and_raise_those_whom_they_concern(shop, member):
    tiers_in(shop)
    grow(member, amount=300_00)
    book = tiers_in(shop, a_ladder(silver={"conditions": [spending(300_00)]}))
    assert book.revision == 2
    with joined():
        due = membership.list_due(at=NOON, limit=1000)
    assert member.id in {one.member_id for one in due if one.merchant_id == shop.id}
    settle(member)
    assert tier(member) == "silver"


def test_a_tier_that_somebody_has_cannot_be_dropped(shop, member):
    tiers_in(shop)
    grow(member)
    with pytest.raises(TierInUse) as refused:
        tiers_in(shop, {"tiers": [base()]})
    assert refused.value.details == {"tiers": ["silver"]}


@pytest.mark.parametrize(
    "rules",
    [
        {"tiers": []},
        {"tiers": [a_tier(conditions=[spending(0)])]},
        {"tiers": [base(), a_tier()]},
        {"tiers": [a_tier(rank=2, conditions=[visits(1)]), a_tier("gold", conditions=[visits(2)])]},
        {"tiers": [base(), a_tier(conditions=[{**spending(1), "offer": "G1"}])]},
        {"tiers": [base(), a_tier(needs="bought", conditions=[visits(1)])]},
        {"tiers": [base(packs={"upgrade": [{"benefit": "B1"}]})]},
        {"tiers": [base()], "color": "red"},
    ],
)
def test_rules_that_cannot_be_meant_are_refused(rules):
    with pytest.raises((Invalid, RulesRefused)):
        parse(rules)


def test_a_pack_of_drafts_or_of_nothing_known_is_refused(shop):
    draft = a_draft_benefit(merchant=shop)
    of = [{"benefit": draft.benefit_number}]
    with pytest.raises(RulesRefused):
        tiers_in(shop, a_ladder(silver={"packs": {"upgrade": of}}))
    with pytest.raises(NotFound):
        tiers_in(shop, a_ladder(silver={"packs": {"upgrade": [{"benefit": "B2"}]}}))
