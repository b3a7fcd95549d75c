from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.calendar import (
    Hours,
    Range,
    day_of,
    end_of,
    end_of_month_after,
    find_zone,
    moment_words,
    start_of_day,
)
from app.kernel.errors import Invalid

SHANGHAI = "Asia/Shanghai"
EARLY_BIRD = Hours(weekdays=(1, 2, 3, 4, 5), ranges=(Range(7 * 60, 10 * 60 + 30),))
NIGHT = Hours(weekdays=(5,), ranges=(Range(22 * 60, 2 * 60),))


def in_shanghai(text):
    return datetime.fromisoformat(f"{text}+08:00")


def test_a_business_day_is_the_merchants_not_utcs():
    assert day_of(datetime(2026, 11, 20, 16, 0, tzinfo=UTC), SHANGHAI) == date(2026, 11, 21)
    assert day_of(datetime(2026, 11, 20, 15, 59, tzinfo=UTC), SHANGHAI) == date(2026, 11, 20)


def test_a_day_ends_where_the_next_one_starts():
    assert start_of_day(date(2026, 11, 21), SHANGHAI) == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert end_of(date(2026, 11, 21), SHANGHAI) == datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert end_of(date(2026, 12, 31), SHANGHAI) == start_of_day(date(2027, 1, 1), SHANGHAI)


def test_a_naive_instant_is_no_instant():
    with pytest.raises(ValueError, match="zone"):
        day_of(datetime(2026, 11, 21), SHANGHAI)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Asia"])
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(Invalid):
        find_zone(name)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 21), 12, date(2027, 11, 30)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 2, 28), 12, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 1), 0, date(2026, 12, 31)),
    ],
)
def test_points_expire_with_the_month(day, months, expected):
    assert end_of_month_after(day, months=months) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-20 07:00", "2026-11-20 07:00"),  # a Friday, just opening
        ("2026-11-20 10:29", "2026-11-20 10:29"),
        ("2026-11-20 06:59", "2026-11-20 07:00"),
        ("2026-11-20 10:30", "2026-11-23 07:00"),  # over the weekend
        ("2026-11-21 08:00", "2026-11-23 07:00"),
        ("2026-11-30 11:00", "2026-12-01 07:00"),  # over the end of a month
        ("2026-12-31 23:59", "2027-01-01 07:00"),  # over the end of a year
    ],
)
def test_the_next_opening_of_weekday_mornings(at, expected):
    assert EARLY_BIRD.next_open(in_shanghai(at), zone=SHANGHAI) == in_shanghai(expected)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-20 21:59", "2026-11-20 22:00"),
        ("2026-11-21 00:00", "2026-11-21 00:00"),
        ("2026-11-21 01:59", "2026-11-21 01:59"),  # Saturday, still Friday's night
        ("2026-11-21 02:00", "2026-11-27 22:00"),
        ("2026-11-20 01:00", "2026-11-20 22:00"),  # Thursday's night does not exist
    ],
)
def test_a_night_belongs_to_the_day_it_starts_on(at, expected):
    assert NIGHT.next_open(in_shanghai(at), zone=SHANGHAI) == in_shanghai(expected)


def test_a_blackout_takes_the_night_that_starts_on_it():
    hours = Hours(ranges=NIGHT.ranges, blackout=(date(2026, 10, 1),))
    assert hours.is_open(in_shanghai("2026-10-01 01:00"), zone=SHANGHAI)
    assert not hours.is_open(in_shanghai("2026-10-01 22:00"), zone=SHANGHAI)
    assert not hours.is_open(in_shanghai("2026-10-02 01:00"), zone=SHANGHAI)
    late = in_shanghai("2026-10-01 02:00")
    assert hours.next_open(late, zone=SHANGHAI) == in_shanghai("2026-10-02 22:00")


def test_never_open_is_told_and_not_searched_for_ever():
    mondays = tuple(date(2026, 11, 23) + timedelta(weeks=n) for n in range(366))
    hours = Hours(weekdays=(1,), blackout=mondays)
    assert hours.next_open(in_shanghai("2026-11-20 10:00"), zone=SHANGHAI) is None


def test_an_hour_that_the_clocks_skip_is_not_open():
    night = Hours(ranges=(Range(2 * 60, 3 * 60),))
    before = datetime(2026, 3, 8, 6, 59, tzinfo=UTC)  # New York jumps from 2 to 3 at 07:00Z
    expected = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
    assert night.next_open(before, zone="America/New_York") == expected


def test_a_day_is_as_long_as_the_clocks_make_it():
    lengths = [
        end_of(day, "America/New_York") - start_of_day(day, "America/New_York")
        for day in (date(2026, 3, 8), date(2026, 11, 1), date(2026, 11, 2))
    ]
    assert lengths == [timedelta(hours=23), timedelta(hours=25), timedelta(hours=24)]
    apia = "Pacific/Apia"  # which left out 30 December 2011
    assert end_of(date(2011, 12, 30), apia) == start_of_day(date(2011, 12, 30), apia)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (EARLY_BIRD, "周一至周五 07:00–10:30"),
        (NIGHT, "周五 22:00–次日02:00"),
        (Hours(), "每天 全天"),
        (Hours(weekdays=(6, 7), ranges=(Range(0, 1440),)), "周六、周日 全天"),
        (
            Hours(weekdays=(1, 2, 3, 5, 7), ranges=(Range(600, 720), Range(1260, 1440))),
            "周一至周三、周五、周日 10:00–12:00、21:00–24:00",
        ),
    ],
)
def test_hours_in_words(hours, words):
    assert hours.words() == words


def test_blackout_dates_in_words():
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(7)]
    days += [date(2026, 12, 25), date(2026, 12, 31), date(2027, 1, 1)]
    expected = "2026年10月1日至10月7日、2026年12月25日、2026年12月31日至2027年1月1日"
    assert Hours(blackout=tuple(days)).blackout_words() == expected
    assert not Hours().blackout_words()


def test_a_moment_in_words():
    at = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert moment_words(at, zone=SHANGHAI) == "2026年11月21日（周六）07:00"


GOOD = {"weekdays": [1], "ranges": [["07:00", "10:30"]], "blackout": ["2026-10-01"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [0]}, "weekdays"),
        ({"weekdays": [8]}, "weekdays"),
        ({"weekdays": [2, 1]}, "weekdays"),
        ({"weekdays": [1, 1]}, "weekdays"),
        ({"weekdays": [True]}, "weekdays"),
        ({"weekdays": "1"}, "weekdays"),
        ({"ranges": []}, "ranges"),
        ({"ranges": [["07:00", "07:00"]]}, "ranges"),
        ({"ranges": [["7:00", "08:00"]]}, "ranges"),
        ({"ranges": [["24:00", "08:00"]]}, "ranges"),
        ({"ranges": [["07:00", "24:01"]]}, "ranges"),
        ({"ranges": [["07:00"]]}, "ranges"),
        ({"ranges": [["07:00", "10:00"], ["09:00", "11:00"]]}, "ranges"),
        ({"ranges": [["22:00", "02:00"], ["23:00", "23:30"]]}, "ranges"),
        ({"ranges": [["07:00", "08:00"], ["22:00", "07:30"]]}, "ranges"),
        ({"blackout": ["2026-02-30"]}, "blackout"),
        ({"blackout": ["20261001"]}, "blackout"),
        ({"blackout": ["2026-10-02", "2026-10-01"]}, "blackout"),
        ({"closed": []}, "hours"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused(change, field):
    with pytest.raises(Invalid) as refusal:
        Hours.from_json(GOOD | change)
    assert refusal.value.details["field"] == field


def test_midnight_may_be_written_either_way_at_the_end_of_a_day():
    assert Hours.from_json(GOOD | {"ranges": [["00:00", "00:00"]]}) == Hours.from_json(
        GOOD | {"ranges": [["00:00", "24:00"]]}
    )


MINUTES = st.integers(min_value=0, max_value=95).map(lambda quarter: quarter * 15)


@st.composite
def some_ranges(draw):
    cuts = sorted(draw(st.sets(MINUTES, min_size=2, max_size=8)))
    cuts = cuts[: len(cuts) // 2 * 2]
    if draw(st.booleans()):
        cuts = [*cuts[1:], cuts[0] or 1440]
    return tuple(Range(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True))


some_hours = st.builds(
    Hours,
    weekdays=st.sets(st.integers(1, 7), min_size=1).map(lambda found: tuple(sorted(found))),
    ranges=some_ranges(),
    blackout=st.sets(st.dates(date(2026, 3, 1), date(2026, 3, 20))).map(
        lambda found: tuple(sorted(found))
    ),
)
ZONES = st.sampled_from([SHANGHAI, "America/New_York", "Europe/London", "Australia/Lord_Howe"])
QUARTER = timedelta(minutes=15)


@given(hours=some_hours)
def test_hours_survive_json(hours):
    assert Hours.from_json(hours.to_json()) == hours


@settings(deadline=None, max_examples=150)
@given(hours=some_hours, zone=ZONES, quarter=st.integers(0, 4 * 24 * 28))
def test_the_next_opening_is_open_and_the_first_one(hours, zone, quarter):
    at = datetime(2026, 3, 1, tzinfo=UTC) + quarter * QUARTER
    found = hours.next_open(at, zone=zone)
    assert hours.is_open(found, zone=zone)
    assert (found == at) == hours.is_open(at, zone=zone)
    while at < found:
        assert not hours.is_open(at, zone=zone)
        at += QUARTER
