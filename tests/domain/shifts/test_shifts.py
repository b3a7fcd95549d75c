"""What one person redeemed between two closings."""

from datetime import timedelta

import pytest

from app.domain import offline, redemption, shifts
from app.domain.merchants import Role
from app.domain.shifts import NothingToClose, ShiftClosed
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from tests.builders.merchants import a_clerk
from tests.builders.offline import a_device, rules_on
from tests.builders.orders import a_shop, a_voucher, shown
from tests.builders.redemption import LATER, a_redemption

EVENING = LATER + timedelta(hours=2)


@pytest.fixture
def shop(database):
    return a_shop()


def current(shop, *, at=EVENING, staff=None):
    return shifts.current(
        merchant_id=shop.id,
        staff_id=(staff or shop.clerk).staff_id,
        store_id=shop.store.id,
        at=at,
    )


def close(shop, *, at=EVENING, starts_at=None, **more):
    with transaction(merchant=shop.id):
        return shifts.close(
            merchant_id=shop.id,
            staff_id=shop.clerk.staff_id,
            store_id=shop.store.id,
            starts_at=starts_at or current(shop, at=at).starts_at,
            at=at,
            **more,
        )


def reverse(shop, verdict, *, at):
    with transaction(merchant=shop.id):
        redemption.reverse(
            merchant_id=shop.id,
            number=verdict.number,
            reason="扫错",
            actor="system",
            role=Role.MANAGER,
            at=at,
        )


def test_a_shift_counts_what_its_person_redeemed_and_leaves_out_what_was_reversed(shop):
    kept = a_redemption(shop, a_voucher(shop))
    reverse(shop, a_redemption(shop, a_voucher(shop)), at=LATER + timedelta(minutes=1))
    sums = current(shop).sums
    assert (sums.redeemed, sums.reversed, sums.undone) == (1, 1, 0)
    assert (sums.value_fen, sums.points) == (kept.value_fen, kept.points)
    assert close(shop) == sums


def test_a_colleagues_redemptions_are_his_own(shop):
    a_redemption(shop, a_voucher(shop))
    assert current(shop, staff=a_clerk(shop.store)).lines == []


def test_each_redemption_is_in_one_shift(shop):
    a_redemption(shop, a_voucher(shop))
    assert close(shop, at=LATER + timedelta(minutes=1)).redeemed == 1
    later = LATER + timedelta(minutes=1)
    a_redemption(shop, a_voucher(shop), at=later)
    assert close(shop).redeemed == 1
    assert current(shop, at=EVENING + timedelta(minutes=1)).lines == []


def test_what_was_committed_after_the_closing_is_in_the_next_shift(shop):
    a_redemption(shop, a_voucher(shop))
    assert close(shop, at=LATER + timedelta(minutes=1)).redeemed == 1
    # Made a moment before that closing, and there only now.
    a_redemption(shop, a_voucher(shop), at=LATER + timedelta(seconds=59))
    assert close(shop).redeemed == 1


def test_a_scan_without_network_counts_in_the_shift_that_uploads_it(shop):
    rules_on(shop.id)
    device = a_device(shop.id, shop.store, shop.clerk)
    voucher = a_voucher(shop)
    link = device.link(shown(shop, voucher, at=LATER).digits, at=LATER)
    a_redemption(shop, a_voucher(shop))
    assert close(shop, at=LATER + timedelta(minutes=10)).redeemed == 1
    with transaction(merchant=shop.id):
        offline.take(
            merchant_id=shop.id,
            staff_id=shop.clerk.staff_id,
            link=link,
            at=LATER + timedelta(minutes=20),
        )
    assert close(shop).redeemed == 1


def test_what_a_closed_shift_counted_is_undone_in_the_shift_in_which_it_was_reversed(shop):
    verdict = a_redemption(shop, a_voucher(shop))
    before = close(shop, at=LATER + timedelta(minutes=10))
    reverse(shop, verdict, at=LATER + timedelta(minutes=20))
    sums = close(shop)
    assert (sums.redeemed, sums.reversed, sums.undone) == (0, 0, 1)
    assert (sums.undone_fen, sums.undone_points) == (before.value_fen, before.points)
    assert current(shop, at=EVENING + timedelta(minutes=1)).lines == []
    assert [each.redeemed for each in closings(shop)] == [0, 1]


def test_all_shifts_together_are_what_stands(shop):
    made = []
    for minute in range(0, 12, 3):
        at = LATER + timedelta(minutes=minute)
        made += [a_redemption(shop, a_voucher(shop), at=at) for _ in range(3)]
        reverse(shop, made[-1], at=at + timedelta(minutes=1))
        if minute:
            reverse(shop, made[-5], at=at + timedelta(minutes=1))
        close(shop, at=at + timedelta(minutes=2))
    shown_ = closings(shop)
    assert sum(each.redeemed + each.reversed for each in shown_) == len(made)
    assert sum(each.redeemed - each.undone for each in shown_) == 12 - 4 - 3
    standing = [one for index, one in enumerate(made) if index % 3 == 0 or index == 10]
    assert sum(each.value_fen - each.undone_fen for each in shown_) == sum(
        one.value_fen for one in standing
    )


def test_a_reversal_alone_is_closed(shop):
    verdict = a_redemption(shop, a_voucher(shop))
    close(shop, at=LATER + timedelta(minutes=10))
    reverse(shop, verdict, at=LATER + timedelta(minutes=20))
    assert close(shop).undone == 1
    with pytest.raises(NothingToClose):
        close(shop, at=EVENING + timedelta(minutes=1))


def closings(shop):
    return shifts.list_closings(merchant_id=shop.id, staff_id=None, limit=50).items


def test_a_shift_that_was_closed_meanwhile_is_not_closed_again(shop):
    a_redemption(shop, a_voucher(shop))
    starts_at = current(shop).starts_at
    close(shop, starts_at=starts_at)
    with pytest.raises(ShiftClosed):
        close(shop, starts_at=starts_at, at=EVENING + timedelta(minutes=1))


def test_a_closing_by_a_clock_that_is_behind_waits_for_it(shop):
    a_redemption(shop, a_voucher(shop))
    close(shop)
    a_redemption(shop, a_voucher(shop))
    with pytest.raises(ShiftClosed):
        close(shop, at=EVENING - timedelta(seconds=2), starts_at=EVENING)


def test_nothing_is_not_closed(shop):
    with pytest.raises(NothingToClose):
        close(shop)


@pytest.mark.parametrize("more", [{"counted": -1}, {"counted": 100_001}, {"note": "x" * 201}])
def test_what_is_counted_has_bounds(shop, more):
    a_redemption(shop, a_voucher(shop))
    with pytest.raises(Invalid):
        close(shop, **more)


def test_a_forgotten_shift_is_a_week_long_at_most(shop):
    a_redemption(shop, a_voucher(shop))
    close(shop)
    shift = current(shop, at=EVENING + timedelta(days=30))
    assert shift.starts_at >= EVENING + timedelta(days=22)


def test_closings_come_in_pages_the_newest_first(shop):
    for minute in range(3):
        at = LATER + timedelta(minutes=minute)
        a_redemption(shop, a_voucher(shop), at=at)
        close(shop, at=at + timedelta(seconds=1), counted=minute)
    page = shifts.list_closings(merchant_id=shop.id, staff_id=None, limit=2)
    rest = shifts.list_closings(
        merchant_id=shop.id, staff_id=None, limit=2, cursor=page.next_cursor
    )
    assert [each.counted for each in (*page.items, *rest.items)] == [2, 1, 0]
    assert [each.difference for each in page.items] == [1, 0]
