"""Each of an audience is given once, within a budget; what customers and the calendar are told."""

from datetime import date

import pytest

from app.domain import members, messaging, promotions
from app.domain.catalog import BenefitKind
from app.domain.messaging import Channel, MarketingRefused, MessageClass, Way, Wish, class_of
from app.domain.promotions import AtOdds, Given, PromotionRefused
from app.kernel.errors import NotFound
from tests.builders.assist import a_campaign
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.membership import grow, presents, tiers_in
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.promotions import (
    DAY,
    HOUR,
    a_draft,
    a_grant,
    a_promotion,
    budget_of,
    campaigns_of,
    give,
    give_to_all,
    publish,
    stop,
    tag,
)
from tests.builders.transactions import joined

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def member(shop):
    return a_buyer(shop)


def test_everybody_is_given_once_however_often_the_job_runs(shop):
    crowd = [a_buyer(shop) for _ in range(5)]
    grant = a_grant(shop.merchant, quantity=2)
    # The first run is cut short after two.
    for member in crowd[:2]:
        assert give(grant, member) == Given.NOW
    # Those three, and the clerk, who is a member as well.
    assert len(give_to_all(grant, limit=2)) == 4
    assert give_to_all(grant, limit=2) == []
    assert give(grant, crowd[0]) == Given.BEFORE
    assert all(presents(each) == [("新店见面礼", "active")] * 2 for each in crowd)
    assert budget_of(grant) == (12, 108_00)


def test_the_budget_ends_it(shop):
    for _ in range(4):
        a_buyer(shop)
    grant = a_grant(shop.merchant, quantity=2, vouchers=5)
    assert len(give_to_all(grant)) == 2


def test_what_it_may_cost_ends_it_too(shop):
    for _ in range(4):
        a_buyer(shop)
    grant = a_grant(shop.merchant, cost_fen=27_00)
    assert len(give_to_all(grant)) == 3


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        ({"min_rank": 1}, {"silver", "both"}),
        ({"tags": ["老友"]}, {"tagged", "both"}),
        ({"min_rank": 1, "tags": ["老友"]}, {"both"}),
        ({}, {"plain", "silver", "tagged", "both"}),
    ],
)
def test_only_its_audience_is_given(shop, audience, who):
    tiers_in(shop.merchant)
    people = {name: a_buyer(shop) for name in ("plain", "silver", "tagged", "both")}
    for name in ("silver", "both"):
        grow(people[name], source=f"order:{name}")
    for name in ("tagged", "both"):
        tag(people[name])
    grant = a_grant(shop.merchant, audience=audience)
    give_to_all(grant, limit=2)
    assert {name for name, each in people.items() if presents(each)} == who
    assert give(grant, people["both"]) == Given.BEFORE


def test_nobody_is_given_before_it_begins_after_it_ends_or_when_it_was_stopped(shop, member):
    grant = a_grant(shop.merchant, starts_at=NOON + HOUR)
    assert give(grant, member) == Given.SPENT
    assert give(grant, member, at=NOON + DAY) == Given.SPENT
    stop(grant)
    assert give(grant, member, at=NOON + HOUR) == Given.SPENT
    assert presents(member) == []
    assert give_to_all(grant, at=NOON + HOUR) == []


def test_whom_the_shop_does_not_want_is_given_nothing(shop, member):
    grant = a_grant(shop.merchant)
    with joined():
        members.block(merchant_id=shop.id, member_id=member.id, actor=BOSS, at=NOON)
    give_to_all(grant)
    assert give(grant, member) == Given.NOT_MEANT
    assert presents(member) == []


@pytest.mark.parametrize("kind", [BenefitKind.DELIVERY, BenefitKind.CODE])
def test_what_needs_an_address_or_a_code_is_not_given(shop, kind):
    face = {"is_digital": False} if kind == BenefitKind.CODE else {"thing": "豆子1包"}
    benefit = a_benefit(merchant=shop.merchant, kind=kind, face=face)
    draft = a_draft(
        shop.merchant, "grant",
        gives=[{"benefit": benefit.benefit_number}], budget={"vouchers": 10},
    )  # fmt: skip
    with pytest.raises(PromotionRefused):
        publish(draft)


def test_two_who_turn_out_to_be_one_are_given_once(shop):
    loser, winner = a_buyer(shop), a_buyer(shop)
    tag(loser)
    grant = a_grant(shop.merchant)
    assert give(grant, loser) == Given.NOW
    for _ in range(2):
        with joined():
            promotions.take_over(merchant_id=shop.id, loser_id=loser.id, winner_id=winner.id)
    assert give(grant, winner) == Given.BEFORE
    assert promotions.tags_of(merchant_id=shop.id, member_id=winner.id) == ["老友"]


def test_tags_go_with_the_person(shop, member):
    tag(member)
    with joined():
        promotions.forget_person(merchant_id=shop.id, member_ids=[member.id])
    assert promotions.tags_of(merchant_id=shop.id, member_id=member.id) == []


# Marketing


def test_marketing_is_not_sent_while_nothing_limits_it(shop, member):
    wish = Wish(
        merchant_id=shop.id,
        member_id=member.id,
        event_key="campaign:K1",
        message="campaign_news",
        words=dict.fromkeys(messaging.MESSAGES["campaign_news"], "1"),
        ways=(Way(channel=Channel.SUBSCRIBE, appid=shop.appid, openid="o_1"),),
    )
    with pytest.raises(MarketingRefused) as refused, joined():
        messaging.claim(wish, at=NOON)
    assert refused.value.code == "marketing_refused"
    others = set(messaging.MESSAGES) - {"campaign_news"}
    assert {class_of(each) for each in others} == {MessageClass.TRANSACTIONAL}


# What is told


def test_a_customer_sees_what_runs_and_comes_and_whether_it_is_for_him(shop, member):
    tiers_in(shop.merchant)
    a_promotion(shop.merchant, offers=[shop.offer.number], audience={"min_rank": 2})
    grant = a_grant(shop.merchant)
    a_promotion(shop.merchant, "member_day", day={"weekday": 3}, factor_bp=15_000, ends_at=None)
    stop(a_promotion(shop.merchant, offers=[shop.offer.number], name="停了的"))
    a_draft(shop.merchant, offers=[shop.offer.number], name="草稿")
    helping = a_campaign(shop)
    give(grant, member)

    seen = campaigns_of(member)

    assert [each.is_running for each in seen] == [True, True, False, False]
    assert [each.kind for each in seen[2:]] == ["sale", "member_day"]
    by_kind = {each.kind: each for each in seen}
    sale, gift, day, help_out = (
        by_kind[kind] for kind in ("sale", "grant", "member_day", "assist")
    )
    assert (sale.is_running, sale.why_not) == (False, "仅限金卡及以上会员")
    assert [each.price_fen for each in sale.offers] == [49_00]
    assert (gift.is_running, gift.was_given, gift.why_not) == (True, True, None)
    assert [(each.name, each.quantity) for each in gift.gifts] == [("热拿铁兑换券", 1)]
    assert (day.recurs, day.points_times, day.for_whom) == ("每周三", "×1.5", "全体会员")
    assert help_out.number == helping.number
    assert help_out.offers[0].number == helping.terms["offer"]
    assert {each.kind for each in campaigns_of(member, at=NOON + 30 * DAY)} == {
        "assist",
        "member_day",
    }


def test_one_campaign_is_looked_at_while_it_lasts(shop, member):
    grant = a_grant(shop.merchant)

    def look(number, at=NOON):
        with joined():
            return promotions.get_for(
                merchant_id=shop.id, member_id=member.id, number=number, at=at
            )

    assert look(grant.number).was_given is False
    assert look(a_campaign(shop).number).kind == "assist"
    for number, at in ((grant.number, NOON + DAY), ("K22222222222222222", NOON)):
        with pytest.raises(NotFound):
            look(number, at)
    hidden = a_draft(shop.merchant, offers=[shop.offer.number])
    with pytest.raises(NotFound):
        look(hidden.number)


def test_the_calendar_shows_each_day_and_what_is_at_odds(shop):
    first = a_promotion(shop.merchant, offers=[shop.offer.number])
    second = a_draft(shop.merchant, offers=[shop.offer.number], starts_at=NOON + 2 * HOUR)
    day = a_promotion(
        shop.merchant, "member_day", day={"weekday": 1}, factor_bp=20_000, ends_at=None
    )
    stop(a_promotion(shop.merchant, offers=[shop.offer.number]))

    seen = promotions.plan(merchant_id=shop.id, since=date(2026, 5, 15), until=date(2026, 5, 22))

    assert [list(each.campaigns) for each in seen.days] == [
        [first.number, second.number],
        [first.number, second.number],
        [],
        [day.number],
        [],
        [],
        [],
    ]
    assert [(each.one, each.other) for each in seen.clashes] == [(first.number, second.number)]
    assert [each.number for each in seen.campaigns] == [first.number, second.number, day.number]
    # The 15th is a Friday; its sale runs from 21:00 to 20:00 of the next day.
    assert [bool(each.clashes) for each in seen.days[:4]] == [True, True, False, False]
    with pytest.raises(AtOdds):
        promotions.plan(merchant_id=shop.id, since=date(2026, 5, 15), until=date(2026, 5, 15))
