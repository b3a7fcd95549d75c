from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalog import (
    BenefitKind,
    Conditions,
    Days,
    Fixed,
    Hours,
    Range,
    condition_lines,
    face_words,
    validity_window,
)
from app.domain.catalog.face import check_face
from app.kernel.errors import Invalid

SHANGHAI = "Asia/Shanghai"
MONTH = Fixed(starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30))
EARLY_BIRD = Hours(
    weekdays=(1, 2, 3, 4, 5),
    ranges=(Range(420, 630),),
    blackout=(date(2026, 11, 11),),
)


def test_fixed_days_are_valid_from_their_first_to_their_last_moment():
    window = validity_window(
        Conditions(validity=MONTH), issued_at=datetime(2026, 11, 21, tzinfo=UTC), zone=SHANGHAI
    )
    assert window == (
        datetime(2026, 10, 31, 16, tzinfo=UTC),
        datetime(2026, 11, 30, 16, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("issued_at", "ends_at"),
    [
        # 21 Nov 12:00 in Shanghai, 30 days on: 21 Dec is the last day.
        (datetime(2026, 11, 21, 4, tzinfo=UTC), datetime(2026, 12, 21, 16, tzinfo=UTC)),
        # 22 Nov 00:30 in Shanghai, still the 21st in UTC.
        (datetime(2026, 11, 21, 16, 30, tzinfo=UTC), datetime(2026, 12, 22, 16, tzinfo=UTC)),
    ],
)
def test_days_are_counted_after_the_day_of_issue(issued_at, ends_at):
    conditions = Conditions(validity=Days(count=30))
    window = validity_window(conditions, issued_at=issued_at, zone=SHANGHAI)
    assert window == (issued_at, ends_at)


def test_every_condition_has_a_line():
    conditions = Conditions(
        validity=MONTH,
        hours=EARLY_BIRD,
        store_ids=(3, 5),
        minimum_spend_fen=50_00,
        giftable=False,
        shareable_once=True,
        stackable=True,
        refundable=False,
    )
    lines = condition_lines(
        conditions, zone=SHANGHAI, store_names={3: "外滩店", 5: "静安店", 7: "x"}
    )
    assert lines == [
        "有效期2026年11月1日至2026年11月30日（含当天）",
        "可用时间：周一至周五 07:00–10:30",
        "不可用日期：2026年11月11日",
        "适用门店：外滩店、静安店",
        "满50.00元可用",
        "不可转赠",
        "可分享一次",
        "可与其他优惠同享",
        "不可退款",
    ]


def test_the_plainest_conditions_are_said_too():
    lines = condition_lines(Conditions(validity=Days(count=30)), zone=SHANGHAI, store_names={})
    assert lines == [
        "发放后30天内有效（发放当天不计，至最后一天24:00）",
        "有效期内每天全天可用",
        "本商家全部门店可用",
        "无最低消费",
        "可转赠好友",
        "不与其他优惠同享",
        "未使用可退",
    ]


def test_of_what_is_free_nothing_is_said_about_refunds():
    plain = Conditions(validity=Days(count=30))
    lines = condition_lines(plain, zone=SHANGHAI, store_names={}, is_paid_for=False)
    assert [line for line in lines if "退" in line] == []


def test_hours_of_another_zone_say_whose_clock():
    day = date(2026, 11, 21)
    conditions = Conditions(
        validity=Fixed(starts_on=day, ends_on=day), hours=EARLY_BIRD, store_ids=(9,)
    )
    lines = condition_lines(conditions, zone="Asia/Tokyo", store_names={})
    assert lines[0] == "仅2026年11月21日当天有效"
    assert lines[1] == "可用时间：周一至周五 07:00–10:30（Asia/Tokyo当地时间）"
    assert "适用门店均已停业" in lines


GOOD = Conditions(validity=MONTH, hours=EARLY_BIRD, store_ids=(3,)).to_json()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"store_ids": []}, "store_ids"),
        ({"store_ids": [3, 3]}, "store_ids"),
        ({"store_ids": [0]}, "store_ids"),
        ({"store_ids": ["3"]}, "store_ids"),
        ({"minimum_spend_fen": -1}, "minimum_spend_fen"),
        ({"minimum_spend_fen": 1.0}, "minimum_spend_fen"),
        ({"minimum_spend_fen": 10_000_000_01}, "minimum_spend_fen"),
        ({"giftable": 1}, "giftable"),
        ({"refundable": None}, "refundable"),
        ({"surprise": True}, "conditions"),
        ({"hours": None}, "hours"),
        ({"validity": None}, "validity"),
        ({"validity": {"kind": "days", "count": 0}}, "validity"),
        ({"validity": {"kind": "days", "count": 1099}}, "validity"),
        ({"validity": {"kind": "days", "count": 30, "until": "x"}}, "validity"),
        ({"validity": {"kind": "for_ever"}}, "validity"),
        (
            {"validity": {"kind": "fixed", "starts_on": "2026-11-02", "ends_on": "2026-11-01"}},
            "validity",
        ),
        (
            {"validity": {"kind": "fixed", "starts_on": "2026-11-01", "ends_on": "2029-11-03"}},
            "validity",
        ),
        (
            {"validity": {"kind": "fixed", "starts_on": "1 Nov", "ends_on": "2026-11-03"}},
            "starts_on",
        ),
    ],
)
def test_conditions_that_cannot_be_meant_are_refused(change, field):
    with pytest.raises(Invalid) as refusal:
        Conditions.from_json(GOOD | change)
    assert refusal.value.details["field"] == field


@pytest.mark.parametrize("missing", sorted(GOOD.keys() - {"uses_per_day", "hours_between_uses"}))
def test_no_condition_may_be_left_unsaid(missing):
    with pytest.raises(Invalid):
        Conditions.from_json({name: value for name, value in GOOD.items() if name != missing})


def test_three_years_are_the_longest():
    longest = {"kind": "fixed", "starts_on": "2026-11-01", "ends_on": "2029-11-02"}
    assert Conditions.from_json(GOOD | {"validity": longest})
    assert Conditions.from_json(GOOD | {"validity": {"kind": "days", "count": 1098}})


some_days = st.integers(1, 1098).map(lambda count: Days(count=count))
some_dates = st.tuples(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 1097)).map(
    lambda pair: Fixed(starts_on=pair[0], ends_on=date.fromordinal(pair[0].toordinal() + pair[1]))
)


@given(
    st.builds(
        Conditions,
        validity=st.one_of(some_days, some_dates),
        hours=st.sampled_from([Hours(), EARLY_BIRD]),
        store_ids=st.none() | st.sets(st.integers(1, 99), min_size=1).map(tuple),
        minimum_spend_fen=st.integers(0, 10_000_000_00),
        giftable=st.booleans(),
        shareable_once=st.booleans(),
        stackable=st.booleans(),
        refundable=st.booleans(),
    )
)
def test_conditions_survive_json(conditions):
    assert Conditions.from_json(conditions.to_json()) == conditions


@pytest.mark.parametrize(
    ("kind", "face", "words"),
    [
        (BenefitKind.CASH, {"off_fen": 12_50}, "抵扣12.50元"),
        (BenefitKind.DISCOUNT, {"rate_bp": 8500}, "8.5折"),
        (BenefitKind.DISCOUNT, {"rate_bp": 8000, "cap_fen": 20_00}, "8折（最多优惠20.00元）"),
        (BenefitKind.DISCOUNT, {"rate_bp": 8880}, "8.88折"),
        (BenefitKind.SHIPPING, {}, "包邮"),
        (BenefitKind.SHIPPING, {"off_fen": 8_00}, "运费抵扣8.00元"),
        (BenefitKind.EXCHANGE, {"thing": "热拿铁1杯"}, "热拿铁1杯"),
        (BenefitKind.RIGHT, {}, ""),
    ],
)
def test_the_face_in_words(kind, face, words):
    check_face(kind, face)
    assert face_words(kind, face) == words


@pytest.mark.parametrize(
    ("kind", "face"),
    [
        (BenefitKind.CASH, {"off_fen": 0}),
        (BenefitKind.CASH, {"off_yuan": 5}),
        (BenefitKind.DISCOUNT, {"rate_bp": 10_000}),
        (BenefitKind.DISCOUNT, {"rate_bp": True}),
        (BenefitKind.EXCHANGE, {"thing": " "}),
    ],
)
def test_a_face_that_cannot_be_meant_is_refused(kind, face):
    with pytest.raises(Invalid) as refusal:
        check_face(kind, face)
    assert refusal.value.details["field"] == "face"
