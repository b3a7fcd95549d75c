"""When a campaign is on: member days at the ends of months, midnights in Shanghai, clashes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.promotions import AtOdds
from app.domain.promotions.rules import (
    Dated,
    Window,
    belongs,
    clashes,
    day_words,
    falls_on,
    whole_window,
    window_at,
    windows_between,
)
from app.domain.promotions.terms import Audience, DayRule, parse
from app.kernel.calendar import is_day_of_month
from app.kernel.errors import Invalid

ZONE = "Asia/Shanghai"


def shanghai(*parts):
    return datetime(*parts, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def a_member_day(*, starts=(2026, 1, 1), **changes):
    told = {"kind": "member_day", "name": "会员日", "factor_bp": 20_000}
    return parse(told | {"starts_at": shanghai(*starts).isoformat()} | changes)


@pytest.mark.parametrize(
    ("of_month", "day", "is_one"),
    [
        (31, date(2026, 1, 31), True),
        (31, date(2026, 1, 30), False),
        (31, date(2026, 2, 28), True),
        (31, date(2028, 2, 28), False),
        (31, date(2028, 2, 29), True),
        (31, date(2026, 4, 30), True),
        (30, date(2026, 1, 31), False),
        (30, date(2026, 1, 30), True),
        (30, date(2026, 2, 28), True),
        (29, date(2028, 2, 29), True),
        (29, date(2027, 2, 28), True),
        (29, date(2027, 3, 1), False),
        (28, date(2028, 2, 29), False),
        (1, date(2026, 12, 1), True),
        (1, date(2026, 11, 30), False),
    ],
)
def test_a_day_that_a_month_does_not_have_is_its_last(of_month, day, is_one):
    assert falls_on(DayRule(of_month=of_month), day) is is_one
    assert is_day_of_month(day, (of_month,)) is is_one


@pytest.mark.parametrize(
    ("rule", "at", "opens", "closes"),
    [
        # On the very midnight it has begun, a microsecond earlier it is still to come.
        ({"of_month": 31}, (2026, 1, 31), (2026, 1, 31), (2026, 2, 1)),
        ({"of_month": 31}, (2026, 1, 30, 23, 59, 59), (2026, 1, 31), (2026, 2, 1)),
        ({"of_month": 31}, (2026, 1, 31, 23, 59, 59), (2026, 1, 31), (2026, 2, 1)),
        # At the midnight after it, the next one counts: the last of February, then of March.
        ({"of_month": 31}, (2026, 2, 1), (2026, 2, 28), (2026, 3, 1)),
        ({"of_month": 31}, (2026, 3, 1), (2026, 3, 31), (2026, 4, 1)),
        ({"of_month": 30}, (2028, 2, 1), (2028, 2, 29), (2028, 3, 1)),
        ({"of_month": 1}, (2026, 12, 2), (2027, 1, 1), (2027, 1, 2)),
        ({"weekday": 3}, (2026, 11, 25), (2026, 11, 25), (2026, 11, 26)),
        ({"weekday": 3}, (2026, 11, 26), (2026, 12, 2), (2026, 12, 3)),
        ({"weekday": 7}, (2026, 12, 31), (2027, 1, 3), (2027, 1, 4)),
    ],
)
def test_a_member_day_is_a_day_of_the_shop(rule, at, opens, closes):
    found = window_at(a_member_day(day=rule), event=None, zone=ZONE, at=shanghai(*at))
    assert found == Window(shanghai(*opens), shanghai(*closes))


def test_midnight_is_the_shops_and_not_greenwichs():
    terms = a_member_day(day={"of_month": 1})
    # 16:00 in Greenwich is midnight in Shanghai.
    at = datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert window_at(terms, event=None, zone=ZONE, at=at).starts_at == at
    before = at - timedelta(microseconds=1)
    assert window_at(terms, event=None, zone=ZONE, at=before).starts_at == at
    assert window_at(terms, event=None, zone="UTC", at=before).starts_at == datetime(
        2026, 4, 1, tzinfo=UTC
    )


def test_a_member_day_is_cut_at_the_ends_of_its_campaign():
    terms = a_member_day(
        starts=(2026, 5, 6, 10),
        day={"weekday": 3},
        ends_at=shanghai(2026, 5, 20, 18).isoformat(),
    )
    found = windows_between(
        terms, event=None, zone=ZONE, since=shanghai(2026, 4, 1), until=shanghai(2026, 7, 1)
    )
    assert list(found) == [
        Window(shanghai(2026, 5, 6, 10), shanghai(2026, 5, 7)),
        Window(shanghai(2026, 5, 13), shanghai(2026, 5, 14)),
        Window(shanghai(2026, 5, 20), shanghai(2026, 5, 20, 18)),
    ]
    assert window_at(terms, event=None, zone=ZONE, at=shanghai(2026, 5, 20, 18)) is None


def test_a_year_has_twelve_last_days():
    found = windows_between(
        a_member_day(day={"of_month": 31}),
        event=None,
        zone=ZONE,
        since=shanghai(2028, 1, 1),
        until=shanghai(2029, 1, 1),
    )
    days = [each.starts_at.astimezone(ZoneInfo(ZONE)).day for each in found]
    assert days == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_a_window_around_an_event_follows_it():
    terms = parse(
        {
            "kind": "sale", "name": "决赛夜", "offers": ["G1"],
            "around": {"event": "91", "from_minutes": -120, "until_minutes": 60},
        }
    )  # fmt: skip
    match = Window(shanghai(2026, 7, 19, 23), shanghai(2026, 7, 20, 1))
    assert whole_window(terms, event=match) == Window(
        shanghai(2026, 7, 19, 21), shanghai(2026, 7, 20, 2)
    )
    assert window_at(terms, event=match, zone=ZONE, at=shanghai(2026, 7, 20, 2)) is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"weekday": 3}, "每周三"),
        ({"of_month": 8}, "每月8日"),
        ({"of_month": 31}, "每月31日（没有31日的月份为最后一天）"),
    ],
)
def test_a_member_day_in_words(rule, words):
    assert day_words(DayRule(**rule)) == words


@pytest.mark.parametrize(
    ("audience", "rank", "tags", "is_meant"),
    [
        ({}, None, (), True),
        ({"min_rank": 1}, 1, (), True),
        ({"min_rank": 1}, 0, (), False),
        ({"min_rank": 0}, None, (), False),
        ({"tags": ("老友",)}, 2, (), False),
        ({"tags": ("老友", "球迷")}, None, ("球迷",), True),
        ({"min_rank": 1, "tags": ("球迷",)}, 0, ("球迷",), False),
    ],
)
def test_who_belongs(audience, rank, tags, is_meant):
    assert belongs(Audience(**audience), rank=rank, tags=tags) is is_meant


def dated(number, *windows, **changes):
    told = {"kind": "sale", "name": "活动", "offers": ["G1"]}
    told |= {"starts_at": shanghai(2026, 5, 1).isoformat()}
    terms = parse(told | {"ends_at": shanghai(2026, 6, 1).isoformat()} | changes)
    return Dated(number=number, terms=terms, windows=[Window(*each) for each in windows])


MORNING = shanghai(2026, 5, 2, 8), shanghai(2026, 5, 2, 12)
NOONS = shanghai(2026, 5, 2, 12), shanghai(2026, 5, 2, 14)
LATE = shanghai(2026, 5, 2, 11), shanghai(2026, 5, 2, 13)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        (dated("K1", MORNING), dated("K2", LATE), 1),
        # The end is no part of a window.
        (dated("K1", MORNING), dated("K2", NOONS), 0),
        (dated("K1", MORNING), dated("K2", LATE, offers=["G2"]), 0),
        (
            dated("K1", MORNING, audience={"tags": ["老友"]}),
            dated("K2", LATE, audience={"tags": ["球迷"]}),
            0,
        ),
        (
            dated("K1", MORNING, audience={"min_rank": 1}),
            dated("K2", LATE, audience={"min_rank": 2}),
            1,
        ),
        (
            dated("K1", MORNING, kind="member_day", day={"weekday": 6}, offers=[], factor_bp=2),
            dated("K2", LATE, kind="member_day", day={"of_month": 2}, offers=["G9"]),
            1,
        ),
    ],
)
def test_what_is_at_odds(one, other, count):
    assert len(clashes([one, other])) == count


@pytest.mark.parametrize(
    "changes",
    [
        {"offers": []},
        {"offers": ["G1", "G1"]},
        {"day": {"weekday": 3}},
        {"kind": "member_day"},
        {"kind": "member_day", "day": {"weekday": 3, "of_month": 3}},
        {"kind": "member_day", "day": {}},
        {"kind": "member_day", "day": {"weekday": 8}},
        {"kind": "member_day", "day": {"of_month": 32}},
        {"factor_bp": 20_000},
        {
            "kind": "member_day", "day": {"weekday": 3}, "factor_bp": 20_000,
            "audience": {"min_rank": 1},
        },
        {"gives": [{"benefit": "B1"}]},
        {"kind": "grant", "offers": [], "gives": [{"benefit": "B1"}]},
        {"ends_at": "2026-05-01T00:00:00Z", "starts_at": "2026-05-01T00:00:00Z"},
        {"starts_at": "2026-05-01T00:00:00"},
        {"around": {"event": "9X"}},
        {"ends_at": "9999-12-31T23:59:59Z"},
        {"name": ""},
        {"name": "活动\u0000"},
        {"unknown": 1},
    ],
)  # fmt: skip
def test_terms_at_odds_are_refused(changes):
    told = {
        "kind": "sale",
        "name": "活动",
        "offers": ["G1"],
        "starts_at": shanghai(2026, 5, 1).isoformat(),
        "ends_at": shanghai(2026, 6, 1).isoformat(),
    }
    parse(told)
    with pytest.raises((AtOdds, Invalid)):
        parse(told | changes)
