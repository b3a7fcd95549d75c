"""Which day a period begins, when it is fixed, and what it is worth."""

from datetime import UTC, date, datetime

import pytest

from app.domain.subscriptions import rules
from app.domain.subscriptions.rules import Choice, Item
from app.kernel import calendar

SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("anchor", "month", "day"),
    [
        (date(2027, 1, 31), 0, date(2027, 1, 31)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 1, 31), 2, date(2027, 3, 31)),
        (date(2027, 1, 31), 3, date(2027, 4, 30)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 1, 30), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2099, 12, 31), 2, date(2100, 2, 28)),
    ],
)
def test_a_period_begins_on_the_same_day_of_the_month_or_its_last(anchor, month, day):
    assert rules.starts_on(anchor, month) == day


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("anchor", "month", "lock_days", "locks_at"),
    [
        # A business day of Shanghai begins at 16:00 UTC of the day before.
        (date(2027, 1, 31), 1, 0, "2027-02-27T16:00"),
        (date(2027, 1, 31), 1, 7, "2027-02-20T16:00"),
        (date(2028, 1, 31), 1, 7, "2028-02-21T16:00"),
        (date(2027, 1, 1), 12, 1, "2027-12-30T16:00"),
        (date(2027, 2, 3), 1, 5, "2027-02-25T16:00"),
    ],
)
def test_a_parcel_is_fixed_at_midnight_in_the_shop(anchor, month, lock_days, locks_at):
    slot = rules.slot_of(anchor, month, lock_days=lock_days, zone=SHANGHAI)
    assert slot.locks_at == at(locks_at)


@pytest.mark.parametrize(
    ("bought_at", "lock_days", "locks"),
    [
        # Bought one second before midnight, and at midnight: another business day.
        ("2027-03-09T15:59:59", 5, ["2027-03-13T16:00", "2027-04-03T16:00"]),
        ("2027-03-09T16:00:00", 5, ["2027-03-14T16:00", "2027-04-04T16:00"]),
        # Nothing to wait for.
        ("2027-03-09T12:00:00", 0, ["2027-03-08T16:00", "2027-04-08T16:00"]),
        # Never after the second one.
        ("2027-03-09T12:00:00", 27, ["2027-03-12T16:00", "2027-03-12T16:00"]),
    ],
)
def test_the_first_parcel_leaves_time_to_choose(bought_at, lock_days, locks):
    bought = at(bought_at)
    anchor = calendar.day_of(bought, SHANGHAI)
    slots = rules.schedule(anchor, [0, 1, 2], lock_days=lock_days, zone=SHANGHAI, bought_at=bought)
    assert [slot.locks_at for slot in slots[:2]] == [at(each) for each in locks]
    assert slots[0].starts_on == anchor


def test_a_card_that_goes_on_is_fixed_as_any_other_month():
    slots = rules.schedule(
        date(2027, 1, 31), [6, 7], lock_days=7, zone=SHANGHAI, bought_at=at("2027-04-01T00:00")
    )
    assert [slot.starts_on for slot in slots] == [date(2027, 7, 31), date(2027, 8, 31)]
    assert slots[0].locks_at == at("2027-07-23T16:00")


@pytest.mark.parametrize(
    ("back_at", "moved"),
    [
        ("2027-02-01T00:00", 0),
        ("2027-02-23T15:59:59", 0),
        ("2027-02-23T16:00", 1),
        ("2027-03-26T16:00", 2),
        ("2028-02-24T00:00", 12),
        ("2028-02-24T16:00", 13),
    ],
)
def test_a_paused_card_moves_by_as_many_months_as_it_takes(back_at, moved):
    found = rules.months_to_move(date(2027, 1, 31), 1, lock_days=4, zone=SHANGHAI, at=at(back_at))
    assert found == moved


def test_the_formula_adds_up_to_the_fen():
    amounts = rules.allocate(100_00, periods=3)
    assert amounts == [33_34, 33_33, 33_33]
    told = rules.formula(100_00, periods=3, unserved=amounts[1:])
    assert told == "实付100.00元按3期分摊，剩余2期未开始：33.33元×2期=66.66元"
    assert "33.33元×2期＋33.34元×1期=100.00元" in rules.formula(100_00, periods=3, unserved=amounts)
    assert rules.formula(100_00, periods=3, unserved=[]).endswith("0.00元=0.00元")


def test_who_does_not_choose_gets_the_first_and_the_same_twice_is_one():
    cream, mask = Choice(benefit_id=1, revision_id=10), Choice(benefit_id=2, revision_id=20)
    items = [Item(quantity=1, choices=[cream, mask]), Item(quantity=2, choices=[mask])]
    assert rules.contents(items, {}) == {cream: 1, mask: 2}
    assert rules.contents(items, {"0": 2}) == {mask: 3}
    assert rules.contents(items, {"0": 99}) == {cream: 1, mask: 2}
