from datetime import UTC, date, datetime

import pytest

from app.domain.catalog import Conditions, Days, Fixed, Hours, Range, refuse_use

SHANGHAI = "Asia/Shanghai"
EARLY_BIRD = Hours(
    weekdays=(1, 2, 3, 4, 5), ranges=(Range(420, 630),), blackout=(date(2026, 11, 23),)
)
NIGHT = Hours(weekdays=(5,), ranges=(Range(22 * 60, 2 * 60),))
WHENEVER = Days(count=30)


def in_shanghai(text):
    return datetime.fromisoformat(f"{text}+08:00")


def refuse(conditions, at="2026-11-20 08:00", *, store_id=1, spend_fen=None, until=None):
    return refuse_use(
        conditions,
        at=in_shanghai(at),
        zone=SHANGHAI,
        store_id=store_id,
        spend_fen=spend_fen,
        until=until,
    )


def test_a_voucher_in_its_hours_is_let_through():
    assert refuse(Conditions(validity=WHENEVER, hours=EARLY_BIRD, store_ids=(1,))) is None


@pytest.mark.parametrize(
    ("hours", "at", "code", "next_at"),
    [
        (EARLY_BIRD, "2026-11-20 06:59", "outside_hours", "2026-11-20 07:00"),
        # Friday is over; Monday is a blackout date; so Tuesday.
        (EARLY_BIRD, "2026-11-20 10:30", "outside_hours", "2026-11-24 07:00"),
        (EARLY_BIRD, "2026-11-23 08:00", "blackout_date", "2026-11-24 07:00"),
        (EARLY_BIRD, "2026-11-30 10:30", "outside_hours", "2026-12-01 07:00"),
        (NIGHT, "2026-11-21 02:00", "outside_hours", "2026-11-27 22:00"),
        (NIGHT, "2026-11-20 12:00", "outside_hours", "2026-11-20 22:00"),
    ],
)
def test_a_refusal_names_the_next_allowed_time(hours, at, code, next_at):
    refusal = refuse(Conditions(validity=WHENEVER, hours=hours), at)
    assert refusal.code == code
    assert refusal.next_allowed_at == in_shanghai(next_at)
    assert refusal.next_allowed_at.tzinfo is UTC


def test_a_refusal_is_said_in_words_on_both_sides():
    refusal = refuse(Conditions(validity=WHENEVER, hours=EARLY_BIRD), "2026-11-20 10:30")
    assert (
        refusal.clerk_text
        == "现在不在本券的可用时间内，请勿核销。可用时间：周一至周五 07:00–10:30。"
    )
    assert refusal.holder_text == "现在不在本券的可用时间内，可用时间为周一至周五 07:00–10:30。"
    assert refusal.next_step == "下次可用时间：2026年11月24日（周二）07:00。"


def test_no_time_is_promised_after_the_end():
    ends = Fixed(starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 23))
    fixed = refuse(Conditions(validity=ends, hours=EARLY_BIRD), "2026-11-20 10:30")
    issued = refuse(
        Conditions(validity=WHENEVER, hours=EARLY_BIRD),
        "2026-11-20 10:30",
        until=in_shanghai("2026-11-24 07:00"),
    )
    assert fixed.next_allowed_at is None
    assert issued.next_allowed_at is None
    assert issued.next_step == "有效期内已没有可用时间，请联系商家处理。"


def test_another_store_is_refused_before_anything_else():
    conditions = Conditions(validity=WHENEVER, hours=EARLY_BIRD, store_ids=(1, 2))
    refusal = refuse(conditions, "2026-11-21 08:00", store_id=3)
    assert refusal.code == "wrong_store"
    assert refusal.next_allowed_at is None


@pytest.mark.parametrize(
    ("spend_fen", "next_step"),
    [
        (49_99, "再消费0.01元即可使用。"),
        (0, "再消费50.00元即可使用。"),
        (None, "请店员输入本单消费金额后重新核销。"),
    ],
)
def test_too_little_spent_says_how_much_is_missing(spend_fen, next_step):
    refusal = refuse(Conditions(validity=WHENEVER, minimum_spend_fen=50_00), spend_fen=spend_fen)
    assert refusal.code == "below_minimum_spend"
    assert refusal.next_step == next_step


def test_exactly_the_minimum_is_enough():
    assert refuse(Conditions(validity=WHENEVER, minimum_spend_fen=50_00), spend_fen=50_00) is None
