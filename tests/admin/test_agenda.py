import re
from datetime import timedelta

import pytest

from app.domain import promotions
from app.kernel import clock
from app.kernel.db import transaction
from tests.admin.test_campaigns import add, local, publish
from tests.builders import promotions as build
from tests.builders.catalog import a_draft_offer
from tests.builders.merchants import a_merchant

SOON = timedelta(days=3)
MATCH = timedelta(hours=2)


@pytest.fixture
def event(house):
    start = clock.now() + SOON
    return build.an_event(house.merchant, starts_at=start, ends_at=start + MATCH)


@pytest.fixture
def offer(house):
    return a_draft_offer(merchant=house.merchant, title="观赛双人餐")


@pytest.fixture
def following(house, event, offer):
    """A published sale from two hours before the event until half an hour after it."""
    number = add(
        house,
        "sale",
        offers=[offer.number],
        event=event.number,
        before="120",
        after="30",
        starts_at="",
        ends_at="",
    )
    assert publish(house, number).status_code == 303
    return number


def month_of(at):
    return local(at)[:7]


def times(starts_at, ends_at=None):
    return {"starts_at": local(starts_at), "ends_at": local(ends_at or starts_at + MATCH)}


def opens_at(house, number):
    with transaction():
        return promotions.get_promotion(merchant_id=house.id, number=number).opens_at


def test_an_empty_month_says_so(house):
    page = house.manager.get("/agenda").text
    assert "这个月还没有活动" in page
    assert "这个月没有赛事" in page


@pytest.mark.parametrize("month", ["2027-02", "2026-12", "2199-12", "2001-01"])
def test_every_month_has_whole_weeks(house, month):
    page = house.manager.get(f"/agenda?month={month}")
    assert page.status_code == 200
    cells = re.findall(r"<td class=", page.text)
    assert len(cells) % 7 == 0
    assert f"{int(month[:4])} 年 {int(month[5:])} 月" in page.text


@pytest.mark.parametrize("month", ["", "2026-13", "9999-01", "0001-01", "next"])
def test_a_month_that_is_none_is_this_one(house, month):
    assert house.manager.get(f"/agenda?month={month}").status_code == 200


def test_an_event_is_added_and_shown_on_its_day(house):
    start = clock.now() + timedelta(days=40)
    answer = house.manager.post("/agenda/events", {"name": "半决赛", **times(start)})
    assert answer.status_code == 303
    assert month_of(start) in answer.location
    assert "半决赛" in house.manager.get(answer.location).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"name": ""}, "必填"), ({"ends_at": "2020-01-01T00:00"}, "结束须晚于开始")],
)
def test_an_event_that_cannot_be_meant_is_told(house, changes, said):
    told = {"name": "决赛", **times(clock.now() + SOON)} | changes
    answer = house.manager.post("/agenda/events", told)
    assert answer.status_code == 422
    assert said in answer.text


def test_the_calendar_shows_campaigns_and_their_clashes(house, event, following, offer):
    start = clock.now() + SOON
    add(house, "sale", offers=[offer.number], name="另一场", **times(start))
    page = house.manager.get(f"/agenda?month={month_of(start)}").text
    assert "深夜观赛" in page
    assert "另一场（草稿）" in page
    assert "1 处冲突" in page
    assert "“观赛双人餐”" in page


def test_a_move_is_shown_first_and_done_when_it_was_seen(house, event, following):
    before, later = opens_at(house, following), clock.now() + timedelta(days=10)
    page = house.manager.post(f"/agenda/events/{event.number}", times(later))
    assert page.status_code == 200
    assert "改期后会一起改的活动" in page.text
    assert "深夜观赛" in page.text
    assert opens_at(house, following) == before
    answer = house.manager.post(f"/agenda/events/{event.number}", {**times(later), "sure": "1"})
    assert answer.status_code == 303
    moved = opens_at(house, following)
    assert abs(moved - (later - timedelta(hours=2))) < timedelta(minutes=1)


def test_a_move_that_leaves_no_time_cannot_be_confirmed(house, event, offer):
    number = add(
        house,
        "sale",
        offers=[offer.number],
        event=event.number,
        before="-60",
        after="0",
        starts_at="",
        ends_at="",
    )
    assert publish(house, number).status_code == 303
    start = clock.now() + timedelta(days=5)
    short = times(start, start + timedelta(minutes=30))
    page = house.manager.post(f"/agenda/events/{event.number}", short).text
    assert "这样改没有时间可卖" in page
    assert " disabled" in page
    refused = house.manager.post(f"/agenda/events/{event.number}", {**short, "sure": "1"})
    assert refused.status_code == 422


def test_an_end_before_the_start_is_told(house, event):
    start = clock.now() + SOON
    answer = house.manager.post(f"/agenda/events/{event.number}", times(start, start - MATCH))
    assert answer.status_code == 422
    assert "结束须晚于开始" in answer.text


def test_another_shops_event_is_not_there(house):
    foreign = build.an_event(a_merchant())
    assert house.manager.get(f"/agenda/events/{foreign.number}").status_code == 404
    told = {**times(clock.now() + SOON), "sure": "1"}
    assert house.manager.post(f"/agenda/events/{foreign.number}", told).status_code == 404


def test_a_clerk_moves_nothing(house, event):
    assert house.clerk.get(f"/agenda/events/{event.number}").status_code == 403
    assert house.clerk.post(f"/agenda/events/{event.number}", {"sure": "1"}).status_code == 403
