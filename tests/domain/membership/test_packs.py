"""Bought tiers, packs, birthdays, early access, the words of it all, and the dry run."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain import ledger, membership, orders
from app.domain.catalog import Conditions, Fixed, NotOnSale
from app.domain.membership import BirthdaySet, NoSuchDay, Occasion, parse
from app.domain.membership.rules import birthdays_due
from app.kernel.errors import Invalid
from tests.builders.catalog import an_offer
from tests.builders.members import a_member
from tests.builders.membership import (
    a_ladder,
    a_pack,
    a_tier,
    base,
    give_back,
    grow,
    moves,
    presents,
    spending,
    tier,
    tiers_in,
    visits,
)
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, a_wish, order_id_of
from tests.builders.transactions import joined
from tests.domain.membership.test_tiers import shanghai

pytestmark = pytest.mark.usefixtures("database")

DAY = timedelta(days=1)
ZONE = "Asia/Shanghai"


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def member(shop):
    return a_buyer(shop)


# Bought terms


def buy_term(shop, member, order_id, *, number="gold", days=30, at=NOON):
    with joined():
        membership.start_term(
            merchant_id=shop.id,
            member_id=member.id,
            order_id=order_id,
            tier_number=number,
            term_days=days,
            at=at,
        )


def an_order_id(shop, member):
    return order_id_of(shop, a_paid_order(shop, buyer=member).order_number)


def test_the_higher_of_earned_and_bought_counts(shop, member):
    tiers_in(shop.merchant)
    grow(member)
    assert tier(member) == "silver"
    buy_term(shop, member, an_order_id(shop, member))
    assert tier(member) == "gold"
    ends = shanghai(2026, 6, 15)
    assert tier(member, at=ends - timedelta(seconds=1)) == "gold"
    assert tier(member, at=ends) == "silver"


def test_a_term_is_started_once_per_order_and_ended_once(shop, member):
    tiers_in(shop.merchant)
    order_id = an_order_id(shop, member)
    for _ in range(2):
        buy_term(shop, member, order_id)
    for _ in range(2):
        with joined():
            membership.end_term(merchant_id=shop.id, order_id=order_id, at=NOON + DAY)
    assert moves(member) == [(None, "gold", "bought"), ("gold", None, "refunded")]
    assert tier(member, at=NOON + DAY) == "base"


def test_a_second_term_follows_the_first_and_comes_forward_when_that_is_given_back(shop, member):
    tiers_in(shop.merchant)
    first, second = an_order_id(shop, member), an_order_id(shop, member)
    buy_term(shop, member, first)
    buy_term(shop, member, second)
    assert tier(member, at=shanghai(2026, 7, 14, 23)) == "gold"
    with joined():
        membership.end_term(merchant_id=shop.id, order_id=first, at=NOON)
    assert tier(member, at=NOON) == "gold"
    assert tier(member, at=shanghai(2026, 6, 14, 23)) == "base"


def test_a_term_that_is_over_is_closed_by_the_sweep_once(shop, member):
    tiers_in(shop.merchant)
    order_id = an_order_id(shop, member)
    buy_term(shop, member, order_id)
    end = {"merchant_id": shop.id, "order_id": order_id}
    with joined():
        assert not membership.end_served_term(**end, at=shanghai(2026, 6, 14, 23))
        assert membership.end_served_term(**end, at=shanghai(2026, 6, 15))
        assert not membership.end_served_term(**end, at=shanghai(2026, 6, 15))
    assert moves(member)[-1] == ("gold", None, "term_ended")


def test_what_a_bought_tier_gave_goes_back_with_it(shop, member):
    tiers_in(shop.merchant, a_ladder(gold={"packs": {"upgrade": a_pack(shop.merchant)}}))
    order_id = an_order_id(shop, member)
    buy_term(shop, member, order_id)
    with joined():
        membership.greet(merchant_id=shop.id, member_id=member.id, tier="gold", at=NOON)
        membership.greet(merchant_id=shop.id, member_id=member.id, tier="gold", at=NOON)
    assert presents(member) == [("金卡升级礼", "active")]
    with joined():
        membership.end_term(merchant_id=shop.id, order_id=order_id, at=NOON)
        membership.take_greeting_back(merchant_id=shop.id, member_id=member.id, at=NOON)
    assert presents(member) == [("金卡升级礼", "void")]


# Packs and birthdays


def give_due(shop, occasion, *, at):
    with joined():
        due = membership.list_packs_due(
            merchant_id=shop.id, occasion=occasion, after=None, at=at, limit=100
        )
        return sum(
            membership.give_due(
                merchant_id=shop.id,
                member_id=one.member_id,
                occasion=occasion,
                period=one.period,
                at=at,
            )
            for one in due
        )


def test_a_monthly_pack_comes_once_a_calendar_month_of_the_shop(shop, member):
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"monthly": a_pack(shop.merchant)}}))
    grow(member)
    last = shanghai(2026, 5, 31, 23, 59, 59)
    assert [give_due(shop, Occasion.MONTHLY, at=last) for _ in range(2)] == [1, 0]
    assert give_due(shop, Occasion.MONTHLY, at=shanghai(2026, 6, 1)) == 1
    assert presents(member) == [("银卡月礼", "active")] * 2


def test_a_pack_whose_dates_are_over_gives_nothing_and_stops_nobody(shop, member):
    days = Fixed(starts_on=NOON.date(), ends_on=(NOON + DAY).date())
    over = Conditions(validity=days)
    pack = a_pack(shop.merchant, conditions=over)
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"upgrade": pack}}))
    grow(member, at=NOON + 9 * DAY)
    assert (tier(member, at=NOON + 9 * DAY), presents(member)) == ("silver", [])


@pytest.mark.parametrize(
    ("today", "is_due"),
    [
        ((2027, 2, 27, 23, 59), False),
        ((2027, 2, 28, 0, 0), True),
        ((2027, 3, 6, 23, 59), True),
        ((2027, 3, 7, 0, 0), False),
        ((2028, 2, 28, 12), False),
        ((2028, 2, 29, 0, 0), True),
    ],
)
def test_the_29th_of_february_falls_on_the_28th_in_other_years(today, is_due):
    at = shanghai(*today)
    due = [(month, day) for month, day, _ in birthdays_due(at, zone=ZONE)]
    assert ((2, 29) in due) is is_due


def set_birthday(member, month, day, *, at=NOON, version=membership.CONSENT_VERSION):
    with joined():
        membership.set_birthday(
            merchant_id=member.merchant_id,
            member_id=member.id,
            month=month,
            day=day,
            consent_version=version,
            at=at,
        )


def test_a_birthday_gift_comes_once_a_year_whatever_happens_to_tier_and_day(shop, member):
    pack = {"packs": {"birthday": a_pack(shop.merchant)}}
    tiers_in(shop.merchant, a_ladder(silver=pack, gold=pack))
    grow(member)
    set_birthday(member, 5, 16)
    assert give_due(shop, Occasion.BIRTHDAY, at=NOON) == 0
    at = shanghai(2026, 5, 16)
    assert [give_due(shop, Occasion.BIRTHDAY, at=at) for _ in range(2)] == [1, 0]
    buy_term(shop, member, an_order_id(shop, member), days=900, at=at)
    assert give_due(shop, Occasion.BIRTHDAY, at=at + DAY) == 0
    assert give_due(shop, Occasion.BIRTHDAY, at=shanghai(2027, 5, 16, 9)) == 1


def test_a_gift_of_the_last_days_of_december_belongs_to_that_year(shop, member):
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"birthday": a_pack(shop.merchant)}}))
    grow(member)
    set_birthday(member, 12, 30)
    assert give_due(shop, Occasion.BIRTHDAY, at=shanghai(2027, 1, 2)) == 1
    assert give_due(shop, Occasion.BIRTHDAY, at=shanghai(2027, 1, 3)) == 0


def test_a_birthday_is_set_once_a_year_also_after_it_was_taken_back(member):
    for _ in range(2):
        set_birthday(member, 2, 29)
    with pytest.raises(BirthdaySet):
        set_birthday(member, 3, 1)
    with joined():
        membership.forget_birthday(
            merchant_id=member.merchant_id, member_id=member.id, at=NOON + DAY
        )
    with pytest.raises(BirthdaySet):
        set_birthday(member, 3, 1, at=shanghai(2026, 12, 31, 23, 59))
    set_birthday(member, 3, 1, at=shanghai(2027, 1, 1))


@pytest.mark.parametrize(("month", "day"), [(2, 30), (4, 31), (13, 1), (0, 1), (1, 0)])
def test_a_day_that_does_not_exist_is_no_birthday(member, month, day):
    with pytest.raises(NoSuchDay):
        set_birthday(member, month, day)


def test_a_birthday_wants_the_consent_that_is_shown(member):
    with pytest.raises(Invalid):
        set_birthday(member, 1, 1, version="something-else")


# Words


def look(member, *, at=NOON):
    with joined():
        return membership.view(merchant_id=member.merchant_id, member_id=member.id, at=at)


def test_the_sentence_follows_from_the_rule(shop, member):
    tiers_in(shop.merchant)
    grow(member, amount=414_00)
    grow(member, "visit", 1, source="redemption:1")
    assert look(member).next.sentence == "再消费86元，或再到店2次，即可升级银卡"
    grow(member, amount=86_00, source="order:2")
    assert look(member).next.sentence == "再消费1500元，并再到店4次，即可升级金卡"
    assert look(member).tier.privileges == ("消费积分1.2倍", "新品提前24小时购买")


def test_cents_are_said_only_where_there_are_any(shop, member):
    tiers_in(shop.merchant)
    grow(member, amount=1)
    assert look(member).next.sentence.startswith("再消费499.99元")


def test_a_condition_that_holds_is_not_asked_for_again(shop, member):
    tiers_in(shop.merchant)
    grow(member, amount=2000_00)
    assert look(member).next.sentence == "再到店5次，即可升级金卡"


def test_the_highest_tier_has_none_above(shop, member):
    tiers_in(shop.merchant, {"tiers": [base(), a_tier(conditions=[spending(1)])]})
    grow(member)
    assert look(member).next is None


def test_the_warning_names_the_last_day(shop, member):
    rules = a_ladder(keeps_months=1, silver={"conditions": [spending(1, days=10)]})
    tiers_in(shop.merchant, rules)
    grow(member, amount=1, at=shanghai(2026, 5, 1, 12))
    assert look(member, at=shanghai(2026, 5, 2)).warning is None
    at = shanghai(2026, 5, 20)
    with joined():
        membership.warn(merchant_id=shop.id, member_id=member.id, at=at)
    assert look(member, at=at).warning == "您的银卡等级将保留至2026年6月1日，达到条件即可续期"


# Early access


def a_sale(shop, **more):
    return an_offer(merchant=shop.merchant, **more)


def place(shop, offer, member, *, at):
    with joined():
        return orders.place(a_wish(shop, buyer=member, offer=offer), key=None, at=at)


def test_a_tier_may_buy_as_many_hours_earlier_and_not_a_second_more(shop, member):
    tiers_in(shop.merchant)
    starts_at = NOON + 10 * DAY
    offer = a_sale(shop, sale_starts_at=starts_at)
    grow(member)
    his = starts_at - timedelta(hours=24)
    with pytest.raises(NotOnSale) as refused:
        place(shop, offer, member, at=his - timedelta(seconds=1))
    assert refused.value.details == {"sale_starts_at": his}
    assert place(shop, offer, member, at=his)
    with pytest.raises(NotOnSale) as refused:
        place(shop, offer, a_buyer(shop), at=his)
    assert refused.value.details == {"sale_starts_at": starts_at}


def test_a_tier_that_was_lost_opens_nothing(shop, member):
    tiers_in(shop.merchant)
    offer = a_sale(shop, sale_starts_at=NOON + DAY)
    grow(member)
    give_back(member)
    with pytest.raises(NotOnSale):
        place(shop, offer, member, at=NOON)


# The dry run


def test_a_dry_run_says_who_would_move_and_what_it_costs(shop, member):
    other = a_buyer(shop)
    pack = a_pack(shop.merchant, quantity=2, cost_fen=700)
    tiers_in(shop.merchant)
    grow(member, amount=500_00)
    grow(other, amount=300_00, source="order:2")
    set_birthday(other, 1, 1)
    easier = a_ladder(
        silver={
            "conditions": [spending(300_00)],
            "packs": {"upgrade": pack, "monthly": pack, "birthday": pack},
        }
    )
    with joined():
        told = membership.dry_run(merchant_id=shop.id, rules=parse(easier), at=NOON)
    (pair,) = told.pairs
    assert (pair.from_tier, pair.to_tier, pair.is_up, pair.members) == (None, "silver", True, 1)
    assert pair.sample == (other.number,)
    assert (told.upgrade_cost_fen, told.monthly_cost_fen, told.birthday_cost_fen) == (
        1400,
        2800,
        1400,
    )
    assert (tier(member), tier(other)) == ("silver", "base")


def test_a_dry_run_shows_who_would_fall(shop, member):
    tiers_in(shop.merchant)
    grow(member)
    with joined():
        told = membership.dry_run(
            merchant_id=shop.id,
            rules=parse(a_ladder(silver={"conditions": [visits(9)]})),
            at=NOON,
        )
    (pair,) = told.pairs
    assert (pair.from_tier, pair.to_tier, pair.is_up) == ("silver", None, False)
    assert told.members_by_tier["silver"] == 1


# Two members who are one person


def test_the_better_tier_stays_and_both_growths_are_one(shop, member):
    tiers_in(shop.merchant, a_ladder(gold={"conditions": [spending(1200_00)]}))
    loser = a_member(merchant=shop.merchant)
    grow(member, amount=400_00, source="order:1")
    grow(loser, amount=800_00, source="order:2")
    set_birthday(loser, 1, 1)
    with joined():
        for _ in range(2):
            membership.take_over(
                merchant_id=shop.id, loser_id=loser.id, winner_id=member.id, at=NOON
            )
    assert (tier(member), tier(loser)) == ("silver", "base")
    with joined():
        membership.settle(merchant_id=shop.id, member_id=member.id, at=NOON)
        assert membership.find_birthday(merchant_id=shop.id, member_id=member.id).month == 1
    assert tier(member) == "gold"
    assert moves(member) == [(None, "silver", "merged"), ("silver", "gold", "upgrade")]


def test_presents_leave_the_books_whole(shop, member):
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"upgrade": a_pack(shop.merchant)}}))
    grow(member)
    with joined():
        troubles = [line for line in ledger.verify() if f"merchant {shop.id} " in line]
    assert troubles == []


def test_instants_carry_their_zone():
    assert shanghai(2026, 5, 15, 20) == datetime(2026, 5, 15, 12, tzinfo=UTC)
