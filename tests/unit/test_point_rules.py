from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.points.rulings import (
    NOTHING_USED,
    Factor,
    FactorTerms,
    Rule,
    RuleSource,
    Used,
    When,
    debt_words,
    most_points,
    multiply,
    points_for,
    times_words,
    whole_fen,
    within_limits,
)
from app.kernel.calendar import Hours, Range

SATURDAY_NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # noon in Shanghai
ZONE = "Asia/Shanghai"


def a_rule(**changes):
    words = {
        "id": 1,
        "name": "到店奖励",
        "source": "visit",
        "event": None,
        "points_per_yuan": None,
        "fixed_points": 10,
        "most_per_day": None,
        "most_in_all": None,
        "cool_down_minutes": 0,
    }
    return Rule(**words | changes)


def a_factor(**changes):
    words = {
        "name": "会员日",
        "bp": 20_000,
        "source": None,
        "hours": None,
        "days_of_month": None,
        "store_ids": None,
    }
    return FactorTerms(**words | changes)


def when(at=SATURDAY_NOON, *, source=RuleSource.REDEMPTION, store_id=7):
    return When(source, at, ZONE, store_id)


def test_a_rate_counts_whole_points():
    assert points_for(1_234, points_per_yuan=2) == 24
    assert a_rule(points_per_yuan=2, fixed_points=None).base(1_234) == 24
    assert a_rule().base(1_234) == 10


def test_factors_multiply_each_other_and_each_says_what_it_brought():
    points, lines = multiply(10, [Factor("银卡", 15_000), Factor("会员日", 20_000)])

    assert points == 30
    assert [(line.name, line.added) for line in lines] == [("银卡", 5), ("会员日", 15)]


def test_only_the_end_is_rounded():
    # 1.5 times 1.5 of 3 points are 6.75; rounding in between would lose a point.
    assert multiply(3, [Factor("一", 15_000), Factor("二", 15_000)])[0] == 6
    assert multiply(7, [Factor("一", 15_000), Factor("二", 20_000)])[0] == 21


@given(
    base=st.integers(0, 10**6),
    factors=st.lists(st.integers(0, 100_000).map(lambda bp: Factor("某", bp)), max_size=5),
)
def test_the_lines_add_up_to_the_difference(base, factors):
    points, lines = multiply(base, factors)

    assert points == base + sum(line.added for line in lines)
    assert points >= 0


@pytest.mark.parametrize(
    ("factor", "applies"),
    [
        ({}, True),
        ({"source": "redemption"}, True),
        ({"source": "purchase"}, False),
        ({"store_ids": [7, 8]}, True),
        ({"store_ids": [8]}, False),
        ({"days_of_month": [21]}, True),
        ({"days_of_month": [20]}, False),
        ({"hours": Hours(weekdays=(6,))}, True),
        ({"hours": Hours(weekdays=(7,))}, False),
        ({"hours": Hours(ranges=(Range(11 * 60, 12 * 60),))}, False),
    ],
)
def test_a_factor_wants_all_of_its_conditions(factor, applies):
    assert a_factor(**factor).applies(when()) is applies


def test_the_members_day_begins_at_the_shops_own_midnight():
    begins = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    factor = a_factor(days_of_month=[21])

    assert factor.applies(when(begins))
    assert not factor.applies(when(begins - timedelta(seconds=1)))
    assert factor.applies(when(begins + timedelta(days=1, seconds=-1)))
    assert not factor.applies(when(begins + timedelta(days=1)))


def test_an_occasion_without_a_store_meets_no_factor_of_a_store():
    assert not a_factor(store_ids=[7]).applies(when(store_id=None))


@pytest.mark.parametrize(
    ("rule", "used", "points"),
    [
        ({}, NOTHING_USED, 10),
        ({"most_per_day": 15}, Used(10, 10, SATURDAY_NOON - timedelta(hours=1)), 5),
        ({"most_per_day": 10}, Used(10, 10, SATURDAY_NOON - timedelta(hours=1)), 0),
        ({"most_in_all": 12}, Used(0, 10, SATURDAY_NOON - timedelta(days=3)), 2),
        ({"most_in_all": 8}, Used(0, 10, SATURDAY_NOON - timedelta(days=3)), 0),
        ({"cool_down_minutes": 60}, Used(10, 10, SATURDAY_NOON - timedelta(minutes=60)), 10),
        ({"cool_down_minutes": 60}, Used(10, 10, SATURDAY_NOON - timedelta(minutes=59)), 0),
    ],
)
def test_limits_leave_what_they_leave(rule, used, points):
    assert within_limits(a_rule(**rule), 10, used, at=SATURDAY_NOON) == points


@given(
    price=st.integers(0, 10**7),
    pay_bp=st.integers(0, 10_000),
    worth=st.integers(1, 10**6),
)
def test_points_never_pay_more_than_their_part(price, pay_bp, worth):
    most, cap = most_points(price, pay_bp=pay_bp, worth=worth), price * pay_bp // 10_000

    pays = whole_fen(most, worth=worth)
    assert pays.points == most
    assert pays.amount_fen <= cap
    # One more pays nothing more, or too much.
    assert whole_fen(most + 1, worth=worth).amount_fen in {
        pays.amount_fen,
        *range(cap + 1, cap + 102),
    }


@given(points=st.integers(0, 10**9), worth=st.integers(1, 10**6))
def test_points_pay_whole_fen_and_none_of_them_for_nothing(points, worth):
    paid = whole_fen(points, worth=worth)

    assert paid.amount_fen == points * 100 // worth
    assert paid.points <= points
    assert whole_fen(paid.points, worth=worth) == paid
    if paid.points:
        assert whole_fen(paid.points - 1, worth=worth).amount_fen < paid.amount_fen


@pytest.mark.parametrize(
    ("points", "worth", "needed", "fen"),
    [(4, 150, 3, 2), (5, 150, 5, 3), (8, 150, 8, 5), (1, 150, 0, 0), (1, 30, 1, 3), (0, 7, 0, 0)],
)
def test_what_a_fraction_of_a_fen_would_need_stays(points, worth, needed, fen):
    paid = whole_fen(points, worth=worth)

    assert (paid.points, paid.amount_fen) == (needed, fen)


def test_half_of_a_price_at_a_hundred_points_a_yuan():
    assert most_points(49_00, pay_bp=5_000, worth=100) == 24_50
    assert whole_fen(24_50, worth=100).amount_fen == 24_50
    assert most_points(49_00, pay_bp=0, worth=100) == 0


@pytest.mark.parametrize(
    ("bp", "words"), [(10_000, "×1"), (15_000, "×1.5"), (20_000, "×2"), (12_550, "×1.255")]
)
def test_a_factor_in_words(bp, words):
    assert times_words(bp) == words


def test_a_debt_is_said_and_no_debt_is_not():
    assert "15积分" in debt_words(15)
    assert debt_words(0) is None
