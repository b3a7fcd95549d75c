"""Sales in windows, around events, on member days, and for some only."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.domain import orders, points, promotions
from app.domain.catalog import Conditions, Fixed, NotOnSale, NotPublishable, OfferKind
from app.domain.points import Occasion, RuleSource
from app.domain.promotions import (
    AtOdds,
    NotForYou,
    PromotionRefused,
    PromotionState,
    State,
    selling,
)
from app.kernel import audit
from app.kernel.calendar import day_of
from app.kernel.db import reading
from app.kernel.errors import NotFound
from tests.builders.catalog import BOSS, a_benefit, a_draft_offer, an_offer
from tests.builders.membership import grow, tiers_in
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, an_order
from tests.builders.promotions import (
    DAY,
    HOUR,
    a_draft,
    a_promotion,
    an_event,
    move,
    publish,
    sale_of,
    stop,
    tag,
    turn,
    words,
)
from tests.builders.transactions import joined

pytestmark = pytest.mark.usefixtures("database")


def shanghai(*parts):
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.fixture
def shop(database):
    return a_shop()


def actions(shop, number):
    row = audit.AuditRow
    query = select(row.action).where(row.merchant_id == shop.id, row.subject == number)
    return list(reading().scalars(query.order_by(row.id)))


def test_a_draft_offer_is_sold_in_the_window_of_its_sale_and_at_no_other_time(shop):
    offer = a_draft_offer(merchant=shop.merchant)
    promotion = a_promotion(shop.merchant, offers=[offer.number])

    assert sale_of(offer) == ("on_sale", NOON + HOUR, NOON + DAY)
    assert an_order(shop, offer=offer, at=NOON + HOUR).state == "pending"
    for at in (NOON, NOON + DAY):
        with pytest.raises(NotOnSale):
            an_order(shop, offer=offer, at=at)
    assert actions(shop, promotion.number) == ["promotion.draft", "promotion.publish"]
    assert actions(shop, offer.number) == ["offer.add", "offer.window", "offer.publish"]


def test_what_is_published_does_not_change(shop):
    promotion = a_promotion(shop.merchant, offers=[shop.offer.number])
    terms = promotions.parse(words(name="别的", offers=[shop.offer.number]))
    with pytest.raises(PromotionState), joined():
        promotions.edit(
            merchant_id=shop.id, number=promotion.number, terms=terms, actor=BOSS, at=NOON
        )
    with pytest.raises(PromotionState):
        publish(promotion)


def test_every_fault_is_told_before_publishing(shop):
    topup = an_offer(
        merchant=shop.merchant, kind=OfferKind.TOPUP, items=[], price_fen=100_00,
        terms={"bonus_fen": 20_00},
    )  # fmt: skip
    draft = a_draft(
        shop.merchant, "topup_bonus", name="超值储值", audience={"min_rank": 5},
        offers=[shop.offer.number, topup.number], starts_at=NOON - DAY, ends_at=NOON - HOUR,
    )  # fmt: skip
    with pytest.raises(PromotionRefused) as refused:
        publish(draft)
    fields = [each["field"] for each in refused.value.details["findings"]]
    assert fields == ["ends_at", "name", "audience.min_rank", "offers", "offers"]


def test_what_it_names_has_to_be_there(shop):
    stranger = an_offer()
    for named in ("G22222222222222222", stranger.number):
        with pytest.raises(NotFound):
            a_draft(shop.merchant, offers=[named])
    with pytest.raises(NotFound):
        a_draft(
            shop.merchant, offers=[shop.offer.number], starts_at=None, ends_at=None,
            around={"event": "92222222222222222"},
        )  # fmt: skip


def test_a_topup_bonus_is_the_offers_own_and_its_window_the_campaigns(shop):
    topup = a_draft_offer(
        merchant=shop.merchant, kind=OfferKind.TOPUP, items=[], price_fen=100_00, title="储值100元",
        terms={"bonus_fen": 20_00, "bonus_cap_fen": 40_00},
    )  # fmt: skip
    a_promotion(shop.merchant, "topup_bonus", offers=[topup.number])
    assert sale_of(topup) == ("on_sale", NOON + HOUR, NOON + DAY)
    with pytest.raises(NotOnSale):
        an_order(shop, offer=topup, at=NOON)


# Around an event


def around(event, **more):
    told = {"event": event.number, "from_minutes": -60, "until_minutes": 30}
    return {"starts_at": None, "ends_at": None, "around": told} | more


def test_a_sale_moves_with_its_event_and_the_audit_tells_it(shop):
    event = an_event(shop.merchant)
    promotion = a_promotion(shop.merchant, **around(event, offers=[shop.offer.number]))
    half = HOUR / 2
    assert sale_of(shop.offer)[1:] == (event.starts_at - HOUR, event.ends_at + half)

    later = NOON + 3 * DAY
    moved = move(event, starts_at=later)

    assert moved.campaigns == [promotion.number]
    assert sale_of(shop.offer) == ("on_sale", later - HOUR, later + 2 * HOUR + half)
    assert actions(shop, event.number) == ["event.add", "event.move"]
    assert actions(shop, promotion.number)[-1] == "promotion.move"
    assert actions(shop, shop.offer.number)[-1] == "offer.window"
    assert move(event, starts_at=later).campaigns == []
    assert actions(shop, event.number) == ["event.add", "event.move"]


def test_an_event_that_moved_into_the_past_ends_its_sale(shop):
    event = an_event(shop.merchant)
    promotion = a_promotion(shop.merchant, **around(event, offers=[shop.offer.number]))
    move(event, starts_at=NOON - DAY)
    assert sale_of(shop.offer)[0] == "stopped"
    assert turn(promotion, at=NOON)
    assert promotion.state == State.OVER


def test_an_event_too_short_for_a_campaign_around_it_does_not_move(shop):
    event = an_event(shop.merchant)
    told = {"event": event.number, "from_minutes": 60, "until_minutes": -30}
    a_promotion(shop.merchant, **around(event, offers=[shop.offer.number], around=told))
    with pytest.raises(AtOdds):
        move(event, starts_at=NOON + DAY, ends_at=NOON + DAY + HOUR)


def test_an_event_does_not_move_a_sale_beyond_its_benefit(shop):
    last = day_of(NOON + DAY, "Asia/Shanghai")
    terms = Conditions(validity=Fixed(starts_on=last, ends_on=last))
    benefit = a_benefit(merchant=shop.merchant, conditions=terms)
    offer = a_draft_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 2)])
    event = an_event(shop.merchant, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
    a_promotion(shop.merchant, **around(event, offers=[offer.number]))
    move(event, starts_at=NOON + 9 * DAY)
    assert sale_of(offer)[0] == "stopped"


def test_an_offer_that_may_not_be_sold_is_not_published_with_its_campaign(shop):
    offer = a_draft_offer(merchant=shop.merchant, title="超值双杯")
    draft = a_draft(shop.merchant, offers=[offer.number])
    with pytest.raises(NotPublishable):
        publish(draft)


# Member days


def test_a_member_day_sells_on_its_days_only_and_is_turned_once(shop):
    promotion = a_promotion(
        shop.merchant, "member_day", starts_at=NOON, ends_at=shanghai(2026, 7, 1),
        day={"of_month": 31}, offers=[shop.offer.number],
    )  # fmt: skip
    may, june = (shanghai(2026, 5, 31), shanghai(2026, 6, 1)), (
        shanghai(2026, 6, 30), shanghai(2026, 7, 1),
    )  # fmt: skip
    assert sale_of(shop.offer) == ("on_sale", *may)
    assert not turn(promotion, at=may[1] - HOUR)

    assert turn(promotion, at=may[1])
    assert sale_of(shop.offer) == ("on_sale", *june)
    assert not turn(promotion, at=may[1])

    assert turn(promotion, at=june[1])
    assert promotion.state == State.OVER
    assert not turn(promotion, at=june[1])
    assert actions(shop, promotion.number)[-1] == "promotion.over"


@pytest.mark.parametrize(
    ("at", "earned"),
    [
        (shanghai(2026, 2, 28), 64),
        (shanghai(2026, 2, 27, 23, 59, 59), 32),
        (shanghai(2026, 3, 1), 32),
        (shanghai(2026, 3, 31, 23, 59, 59), 64),
        (shanghai(2026, 4, 30, 12), 32),
        (shanghai(2026, 1, 31, 12), 32),
    ],
)
def test_points_are_multiplied_on_member_days_of_the_campaigns_time(shop, at, earned):
    """From the middle of February to the middle of April."""
    a_promotion(
        shop.merchant, "member_day", at=shanghai(2026, 1, 1), day={"of_month": 31},
        factor_bp=20_000, starts_at=shanghai(2026, 2, 15), ends_at=shanghai(2026, 4, 15),
    )  # fmt: skip
    occasion = Occasion(
        merchant_id=shop.id,
        member_id=a_buyer(shop).id,
        kind=RuleSource.REDEMPTION,
        source="redemption:1",
        value_fen=32_00,
        at=at,
    )
    with joined():
        assert sum(each.points for each in points.work_out(occasion)) == earned


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_member_day_that_was_stopped_multiplies_no_more(shop, by_hand):
    promotion = a_promotion(
        shop.merchant, "member_day", day={"weekday": 5}, factor_bp=20_000, ends_at=None
    )
    if by_hand:
        with joined():
            points.end_factor(
                merchant_id=shop.id, factor_id=promotion.factor_id, actor=BOSS, at=NOON
            )
    stop(promotion)
    assert not points.list_factors(merchant_id=shop.id)


# Ends


def test_a_stopped_sale_takes_its_offer_off_sale_unless_another_one_sells_it(shop):
    first = a_promotion(shop.merchant, offers=[shop.offer.number])
    second = a_promotion(
        shop.merchant, offers=[shop.offer.number], starts_at=NOON + 2 * DAY, ends_at=NOON + 3 * DAY
    )
    assert sale_of(shop.offer)[1] == NOON + HOUR

    stop(first)
    assert sale_of(shop.offer) == ("on_sale", NOON + 2 * DAY, NOON + 3 * DAY)
    stop(second)
    stop(second)
    assert sale_of(shop.offer)[0] == "stopped"
    assert actions(shop, second.number)[-1] == "promotion.stopped"


def test_the_next_sale_of_an_offer_follows_the_one_that_is_over(shop):
    first = a_promotion(shop.merchant, offers=[shop.offer.number])
    a_promotion(
        shop.merchant, offers=[shop.offer.number], starts_at=NOON + 2 * DAY, ends_at=NOON + 3 * DAY
    )
    assert turn(first, at=NOON + DAY)
    assert sale_of(shop.offer) == ("on_sale", NOON + 2 * DAY, NOON + 3 * DAY)


# For whom


def test_a_sale_for_a_tier_is_refused_to_others_by_the_server(shop):
    tiers_in(shop.merchant)
    silver, plain = a_buyer(shop), a_buyer(shop)
    grow(silver)
    a_promotion(shop.merchant, offers=[shop.offer.number], audience={"min_rank": 1})
    assert an_order(shop, buyer=silver, at=NOON + HOUR).state == "pending"
    with pytest.raises(NotForYou) as refused:
        an_order(shop, buyer=plain, at=NOON + HOUR)
    assert refused.value.details["reason"] == "仅限银卡及以上会员"
    idea = orders.Idea(merchant_id=shop.id, member_id=plain.id, offer_number=shop.offer.number)
    with pytest.raises(NotForYou), joined():
        orders.quote(idea, at=NOON + HOUR)


def test_a_sale_for_a_tag_is_for_those_who_have_it(shop):
    friend, stranger = a_buyer(shop), a_buyer(shop)
    assert tag(friend) == ["老友"]
    assert tag(friend) == ["老友"]
    a_promotion(shop.merchant, offers=[shop.offer.number], audience={"tags": ["老友", "球迷"]})
    assert an_order(shop, buyer=friend, at=NOON + HOUR).state == "pending"
    with pytest.raises(NotForYou):
        an_order(shop, buyer=stranger, at=NOON + HOUR)
    with joined():
        left = promotions.untag(
            merchant_id=shop.id, member_number=friend.number, tag="老友", actor=BOSS, at=NOON
        )
    assert left == []
    with pytest.raises(NotForYou):
        an_order(shop, buyer=friend, at=NOON + HOUR)


def test_of_two_open_sales_the_one_for_everybody_opens_the_door(shop):
    a_promotion(shop.merchant, offers=[shop.offer.number], audience={"tags": ["老友"]})
    a_promotion(shop.merchant, offers=[shop.offer.number], starts_at=NOON + 2 * HOUR)
    with pytest.raises(NotForYou):
        an_order(shop, at=NOON + HOUR)
    assert an_order(shop, at=NOON + 2 * HOUR).state == "pending"


def test_tiers_with_early_access_buy_before_the_campaign_begins(shop):
    tiers_in(shop.merchant)
    silver = a_buyer(shop)
    grow(silver)
    a_promotion(
        shop.merchant, offers=[shop.offer.number], starts_at=NOON + DAY, ends_at=NOON + 2 * DAY
    )
    assert an_order(shop, buyer=silver, at=NOON).state == "pending"
    with pytest.raises(NotOnSale):
        an_order(shop, at=NOON)


def test_what_was_read_before_a_commit_is_not_remembered_after_it(monkeypatch):
    shop = a_shop()
    asked = []

    def slow(into, sql, named):
        asked.append(named)
        if len(asked) == 1:
            # Meanwhile somebody's campaign is committed.
            promotions.forget_doors(shop.id)
        return []

    monkeypatch.setattr(selling, "fetch_all", slow)
    for member_id in (1, 2, 3):
        selling.refuse_outsider(merchant_id=shop.id, member_id=member_id, offer_id=1, at=NOON)

    assert len(asked) == 2


def test_the_audit_keeps_no_tag():
    shop = a_shop()
    tag(a_buyer(shop), "老友")

    rows = reading().scalars(select(audit.AuditRow).where(audit.AuditRow.merchant_id == shop.id))
    assert not [row for row in rows if "老友" in str(row.details)]
