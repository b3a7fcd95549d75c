"""One voucher, many scanners: it is spent once, whatever comes at the same time."""

from datetime import timedelta
from functools import partial

import psycopg
import pytest

from app.domain import points, redemption, vouchers
from app.domain.redemption import VoucherRedeemed, redeeming, statements
from app.kernel import outbox
from app.kernel.db import db
from tests.builders.orders import (
    a_buyer,
    a_shop,
    a_voucher,
    look_at_voucher,
    vouchers_of,
)
from tests.builders.redemption import LATER, a_redemption, a_scan, a_scan_key
from tests.builders.together import one_behind_the_other
from tests.races.calls import SOON, freezing_of, redeeming_of, reversing_of
from tests.races.racing import count, meet_after, pair, storm, tally, told, without


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def voucher(shop, buyer):
    return a_voucher(shop, buyer=buyer)


def state_of(shop, voucher):
    found = look_at_voucher(shop, voucher.id).state
    db.session.rollback()
    return found


def spendable(shop, buyer):
    found = points.balance(merchant_id=shop.id, member_id=buyer.id, at=SOON)
    db.session.rollback()
    return found.spendable


def redeemed_once(shop, voucher):
    return {
        "state": state_of(shop, voucher) == "redeemed",
        "redemptions": count(shop, "redemptions"),
        "timeline": count(shop, "voucher_events", "action = 'redeem'"),
        "audit": count(shop, "audit", "action = 'voucher.redeem'"),
        "told": count(shop, "outbox", "event = 'VoucherRedeemed'"),
        "lots": count(shop, "point_lots"),
    } == {
        "state": True,
        "redemptions": 1,
        "timeline": 1,
        "audit": 1,
        "told": len(outbox.jobs_of(VoucherRedeemed)),
        "lots": 1,
    }


def test_a_hundred_scans_of_one_voucher_redeem_it_once(app, shop, buyer, voucher):
    scan = a_scan(shop, voucher)
    calls = [partial(redemption.redeem, scan, key=a_scan_key(shop), at=LATER) for _ in range(100)]

    assert tally(storm(app, calls)) == {"done": 1, "already_redeemed": 99}

    assert redeemed_once(shop, voucher)
    assert spendable(shop, buyer) == 24


def test_one_attempt_sent_32_times_at_once_is_one_redemption(app, shop, buyer, voucher):
    key = a_scan_key(shop)
    attempt = redeeming_of(shop, voucher, key=key)

    results = storm(app, [attempt] * 32)

    assert tally(results) == {"done": 1, "replayed": 31}
    assert len({verdict.number for verdict in results}) == 1
    assert redeemed_once(shop, voucher)
    assert spendable(shop, buyer) == 24


def test_vouchers_of_one_member_at_many_counters_add_up_his_points(app, shop, buyer):
    for _ in range(20):
        a_voucher(shop, buyer=buyer)
    mine = vouchers_of(shop, buyer, at=LATER)
    calls = [redeeming_of(shop, voucher) for voucher in mine]

    assert tally(storm(app, calls)) == {"done": 40}

    assert spendable(shop, buyer) == 40 * 24


def test_without_the_lock_and_every_later_wall_two_scans_redeem_twice(unguarded, monkeypatch):
    shop, scan = two_scans(unguarded, monkeypatch)
    monkeypatch.setattr(statements, "REDEEM", without(statements.REDEEM, "AND state IN ('active')"))
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX uq_redemptions_live")
    try:
        assert tally(pair(unguarded, *scan)) == {"done": 2}
        assert count(shop, "redemptions") == 2
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                "DELETE FROM redemptions a USING redemptions b WHERE a.voucher_id = b.voucher_id "
                "AND a.id > b.id AND a.reversed_at IS NULL"
            )
            connection.exec_driver_sql(
                "CREATE UNIQUE INDEX uq_redemptions_live ON redemptions (merchant_id, voucher_id) "
                "WHERE reversed_at IS NULL"
            )


def test_without_the_lock_the_state_is_the_second_wall(unguarded, monkeypatch):
    shop, scans = two_scans(unguarded, monkeypatch)

    results = pair(unguarded, *scans)

    # The loser got past the check: the lock is what makes him hear a sensible refusal.
    assert {type(each) for each in results} == {redemption.Redeemed, RuntimeError}
    assert count(shop, "redemptions") == 1


def test_without_lock_and_state_the_index_is_the_last_wall(unguarded, monkeypatch):
    shop, scans = two_scans(unguarded, monkeypatch)
    monkeypatch.setattr(statements, "REDEEM", without(statements.REDEEM, "AND state IN ('active')"))

    results = pair(unguarded, *scans)

    assert {type(each) for each in results} == {
        redemption.Redeemed,
        psycopg.errors.UniqueViolation,
    }
    assert count(shop, "redemptions") == 1


def two_scans(unguarded, monkeypatch):
    """Both have looked at the voucher, unlocked, before either writes."""
    shop = a_shop()
    voucher = a_voucher(shop)
    scan = a_scan(shop, voucher)
    monkeypatch.setattr(statements, "LOCK", without(statements.LOCK, "FOR NO KEY UPDATE OF v"))
    meet_after(monkeypatch, redeeming, "check_use")
    call = partial(redemption.redeem, scan, at=LATER)
    return shop, [partial(call, key=a_scan_key(shop)) for _ in range(2)]


def test_a_redemption_reversed_by_many_at_once_is_reversed_once(app, shop, buyer, voucher):
    verdict = a_redemption(shop, voucher)

    results = storm(app, [reversing_of(shop, verdict)] * 32)

    assert tally(results) == {"done": 1, "not_reversible": 31}
    assert state_of(shop, voucher) == "active"
    assert spendable(shop, buyer) == 0
    assert count(shop, "voucher_events", "action = 'reverse'") == 1


def test_without_the_lock_two_reversals_both_pass_the_check(unguarded, monkeypatch):
    from app.domain.redemption import reversing

    shop = a_shop()
    verdict = a_redemption(shop, a_voucher(shop))
    monkeypatch.setattr(
        statements,
        "LOCK_TO_REVERSE",
        without(statements.LOCK_TO_REVERSE, "FOR NO KEY UPDATE OF v, r"),
    )
    meet_after(monkeypatch, reversing, "_check")

    results = pair(unguarded, *[reversing_of(shop, verdict)] * 2)

    # Both were let through; the table of moves is the second wall, and says something else.
    assert tally(results) == {"done": 1, "voucher_move_refused": 1}


def test_a_scan_behind_a_reversal_redeems_anew(app, shop, buyer, voucher):
    first = a_redemption(shop, voucher)

    both = one_behind_the_other(app, reversing_of(shop, first), redeeming_of(shop, voucher))

    assert both.waited
    assert (told(both.first), told(both.second)) == ("done", "done")
    assert state_of(shop, voucher) == "redeemed"
    assert spendable(shop, buyer) == 24


def test_a_reversal_behind_a_refused_scan_still_reverses(app, shop, buyer, voucher):
    first = a_redemption(shop, voucher)
    scan = redeeming_of(shop, voucher)

    def refused():
        with pytest.raises(vouchers.AlreadyRedeemed):
            scan()

    both = one_behind_the_other(app, refused, reversing_of(shop, first))

    assert both.waited
    assert told(both.second) == "done"
    assert state_of(shop, voucher) == "active"
    assert spendable(shop, buyer) == 0


def test_scans_and_reversals_in_a_crowd_leave_one_truth(app, shop, buyer, voucher):
    verdict = a_redemption(shop, voucher)
    calls = [
        call
        for _ in range(16)
        for call in (redeeming_of(shop, voucher), reversing_of(shop, verdict))
    ]

    results = tally(storm(app, calls))

    # Reversed once; afterwards at most one scan found it usable.
    assert results["not_reversible"] == 15
    is_redeemed = state_of(shop, voucher) == "redeemed"
    assert results["done"] == 1 + is_redeemed
    assert results["already_redeemed"] == 16 - is_redeemed
    assert spendable(shop, buyer) == (24 if is_redeemed else 0)


def test_a_scan_behind_a_freeze_is_refused(app, shop, buyer, voucher):
    scan = redeeming_of(shop, voucher)
    both = one_behind_the_other(app, freezing_of(shop, voucher), scan)

    # The picture on the phone died with the freeze.
    assert both.waited
    assert told(both.second) == "voucher_frozen"
    assert state_of(shop, voucher) == "frozen"
    assert spendable(shop, buyer) == 0


def test_a_freeze_behind_a_scan_is_refused(app, shop, buyer, voucher):
    both = one_behind_the_other(app, redeeming_of(shop, voucher), freezing_of(shop, voucher))

    assert both.waited
    assert told(both.second) == "voucher_move_refused"
    assert state_of(shop, voucher) == "redeemed"


def test_at_the_very_end_of_its_time_a_voucher_is_used_or_expired(app, shop):
    buyer = a_buyer(shop)
    for _ in range(16):
        a_voucher(shop, buyer=buyer)
    held = vouchers_of(shop, buyer, at=LATER)
    end = held[0].valid_until
    last_moment = end - timedelta(microseconds=1)
    scans = [redeeming_of(shop, voucher, at=last_moment) for voucher in held]
    sweep = partial(vouchers.expire_due, at=end, limit=5000)

    results = storm(app, [call for scan in scans for call in (scan, sweep)])

    redeemed = count(shop, "vouchers", "state = 'redeemed'")
    expired = count(shop, "vouchers", "state = 'expired'")
    assert redeemed + expired == 32
    outcomes = tally(each for each in results if not isinstance(each, int))
    assert outcomes["done"] == redeemed
    assert outcomes["voucher_expired"] == expired
    assert count(shop, "voucher_events", "action = 'expire'") == expired


def test_the_sweep_leaves_a_voucher_alone_that_is_being_used(app, shop, voucher):
    end = voucher.valid_until
    scan = redeeming_of(shop, voucher, at=end - timedelta(microseconds=1))
    both = one_behind_the_other(app, scan, partial(vouchers.expire_due, at=end, limit=5000))

    assert told(both.first) == "done"
    assert state_of(shop, voucher) == "redeemed"
    which = {"voucher": voucher.id}
    assert (
        count(shop, "voucher_events", "action = 'expire' AND voucher_id = :voucher", **which) == 0
    )


def test_a_scan_behind_the_sweep_hears_that_the_time_is_over(app, shop, voucher):
    end = voucher.valid_until
    scan = redeeming_of(shop, voucher, at=end - timedelta(microseconds=1))
    both = one_behind_the_other(app, partial(vouchers.expire_due, at=end, limit=5000), scan)

    assert both.waited
    assert told(both.second) == "voucher_expired"
    assert state_of(shop, voucher) == "expired"
