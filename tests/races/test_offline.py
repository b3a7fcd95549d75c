"""Scans without network meet: each is taken once, whoever uploads it and whatever comes between."""

from datetime import timedelta
from functools import partial

from app.domain import offline
from app.domain.offline import statements, taking
from app.kernel.db import db
from tests.builders.offline import a_device, rules_on
from tests.builders.orders import a_shop, a_voucher, shown
from tests.builders.redemption import LATER
from tests.builders.together import one_behind_the_other
from tests.races.calls import redeeming_of
from tests.races.racing import count, meet_after, pair, storm, tally, told, without

UPLOAD = LATER + timedelta(minutes=20)


def taking_of(shop, link, *, at=UPLOAD):
    return partial(
        offline.take, merchant_id=shop.id, staff_id=shop.clerk.staff_id, link=link, at=at
    )


def setting_aside_of(shop, link, refusal):
    return partial(
        offline.set_aside,
        merchant_id=shop.id,
        staff_id=shop.clerk.staff_id,
        link=link,
        refusal=refusal,
        at=UPLOAD,
    )


def revoking_of(shop, device):
    return partial(
        offline.revoke,
        merchant_id=shop.id,
        handle=device.handle,
        actor="system",
        reason="lost",
        at=UPLOAD,
    )


def a_chain(shop, length):
    rules_on(shop.id)
    device = a_device(shop.id, shop.store, shop.clerk)
    held = [a_voucher(shop) for _ in range(length)]
    links = [device.link(shown(shop, each, at=LATER).digits, at=LATER) for each in held]
    db.session.rollback()
    return device, held, links


def taken(shop):
    return count(shop, "redemptions"), count(shop, "offline_scans", "redemption IS NOT NULL")


def test_one_link_uploaded_32_times_at_once_is_one_redemption(app, shop):
    _device, _held, (link,) = a_chain(shop, 1)

    results = storm(app, [taking_of(shop, link)] * 32)

    assert tally(results) == {"done": 32}
    assert len({outcome.redemption for outcome in results}) == 1
    assert taken(shop) == (1, 1)


def test_one_queue_uploaded_by_many_tabs_at_once_is_taken_once(app, shop):
    _device, _held, links = a_chain(shop, 5)

    # Each tab goes through the whole queue, as far as its turn lets it.
    for link in links:
        results = storm(app, [taking_of(shop, link)] * 32)
        assert len({outcome.redemption for outcome in results}) == 1

    assert taken(shop) == (5, 5)


def test_a_later_link_never_overtakes_an_earlier_one(app, shop):
    _device, _held, links = a_chain(shop, 2)

    results = storm(app, [taking_of(shop, link) for link in reversed(links)] * 16)

    # Whoever came too early was refused, and nothing of it is kept.
    outcomes = tally(results)
    assert set(outcomes) <= {"done", "chain_broken"}
    assert taken(shop)[0] in {1, 2}
    assert count(shop, "offline_scans", "counter = 1") == 1


def test_a_refused_link_set_aside_by_many_at_once_is_one_conflict(app, shop):
    _device, held, (link,) = a_chain(shop, 1)
    assert tally(pair(app, redeeming_of(shop, held[0]))) == {"done": 1}

    results = storm(app, [setting_aside_of(shop, link, "already_redeemed")] * 32)

    assert tally(results) == {"done": 32}
    assert count(shop, "offline_scans", "refusal = 'already_redeemed'") == 1


def test_an_upload_behind_the_counter_is_a_conflict(app, shop):
    _device, (voucher,), (link,) = a_chain(shop, 1)

    both = one_behind_the_other(app, redeeming_of(shop, voucher), taking_of(shop, link))

    assert both.waited
    assert (told(both.first), told(both.second)) == ("done", "already_redeemed")
    assert taken(shop) == (1, 0)


def test_the_counter_behind_an_upload_is_refused(app, shop):
    _device, (voucher,), (link,) = a_chain(shop, 1)

    both = one_behind_the_other(app, taking_of(shop, link), redeeming_of(shop, voucher))

    assert both.waited
    assert (told(both.first), told(both.second)) == ("done", "already_redeemed")
    assert taken(shop) == (1, 1)


def test_uploads_and_counters_in_a_crowd_redeem_once(app, shop):
    _device, (voucher,), (link,) = a_chain(shop, 1)
    calls = [
        call for _ in range(16) for call in (taking_of(shop, link), redeeming_of(shop, voucher))
    ]

    results = tally(storm(app, calls))

    assert results["done"] in {1, 16}
    assert results["done"] + results["already_redeemed"] == 32
    assert count(shop, "redemptions") == 1


def two_devices_with_room_for_one(shop):
    rules_on(shop.id, most_scans=1)
    devices = [a_device(shop.id, shop.store, shop.clerk) for _ in range(2)]
    held = [a_voucher(shop) for _ in devices]
    links = [
        device.link(shown(shop, each, at=LATER).digits, at=LATER)
        for device, each in zip(devices, held, strict=True)
    ]
    db.session.rollback()
    return [taking_of(shop, link) for link in links]


def test_two_devices_of_one_person_do_not_both_take_the_last_one(app, shop):
    both = one_behind_the_other(app, *two_devices_with_room_for_one(shop))

    assert both.waited
    assert (told(both.first), told(both.second)) == ("done", "too_many_scans")
    assert taken(shop) == (1, 1)


def test_without_the_lock_on_the_person_both_take_the_last_one(unguarded, monkeypatch):
    shop = a_shop()
    calls = two_devices_with_room_for_one(shop)
    monkeypatch.setattr(
        statements, "LOCK_PERSON", "SELECT %(merchant_id)s::text WHERE %(staff_id)s > 0"
    )
    meet_after(monkeypatch, taking, "_taken_so_far")

    assert tally(pair(unguarded, *calls)) == {"done": 2}
    assert taken(shop) == (2, 2)


def test_many_devices_and_counters_with_one_voucher_redeem_once(app, shop):
    rules_on(shop.id, most_scans=50)
    voucher = a_voucher(shop)
    devices = [a_device(shop.id, shop.store, shop.clerk) for _ in range(16)]
    code = shown(shop, voucher, at=LATER).digits
    uploads = [taking_of(shop, device.link(code, at=LATER)) for device in devices]
    calls = [*uploads, *(redeeming_of(shop, voucher) for _ in range(16))]

    assert tally(storm(app, calls)) == {"done": 1, "already_redeemed": 31}
    assert count(shop, "redemptions") == 1


def test_an_upload_behind_a_revocation_is_for_a_person_to_judge(app, shop):
    device, _held, (link,) = a_chain(shop, 1)

    both = one_behind_the_other(app, revoking_of(shop, device), taking_of(shop, link))

    assert both.waited
    assert told(both.second) == "device_revoked"
    assert taken(shop) == (0, 0)


def test_a_revocation_behind_an_upload_comes_after_it(app, shop):
    device, _held, (link,) = a_chain(shop, 1)

    both = one_behind_the_other(app, taking_of(shop, link), revoking_of(shop, device))

    assert both.waited
    assert told(both.first) == "done"
    assert taken(shop) == (1, 1)
    assert count(shop, "offline_devices", "revoked_at IS NOT NULL") == 1


def test_without_the_devices_lock_the_unique_key_is_the_second_wall(unguarded, monkeypatch):
    shop = a_shop()
    _device, _held, (link,) = a_chain(shop, 1)
    monkeypatch.setattr(
        statements, "LOCK_DEVICE", without(statements.LOCK_DEVICE, "FOR NO KEY UPDATE OF d")
    )
    meet_after(monkeypatch, taking, "_check_device")

    results = pair(unguarded, *[taking_of(shop, link)] * 2)

    # Both found the place in the chain free; the voucher's own lock let only one redeem.
    assert count(shop, "redemptions") == 1
    assert count(shop, "offline_scans") == 1
    assert len(results) == 2


def test_without_lock_and_key_one_link_is_kept_twice(unguarded, monkeypatch):
    shop = a_shop()
    _device, _held, (link,) = a_chain(shop, 1)
    monkeypatch.setattr(
        statements, "LOCK_DEVICE", without(statements.LOCK_DEVICE, "FOR NO KEY UPDATE OF d")
    )
    meet_after(monkeypatch, taking, "_hold")
    unique = "uq_offline_scans_merchant_id_device_id_counter"
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE offline_scans DROP CONSTRAINT {unique}")
    try:
        results = pair(unguarded, *[setting_aside_of(shop, link, "voucher_frozen")] * 2)
        assert tally(results) == {"done": 2}
        assert count(shop, "offline_scans") == 2
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                f"DELETE FROM offline_scans WHERE merchant_id = {shop.id}"  # noqa: S608 - a number
            )
            connection.exec_driver_sql(
                f"ALTER TABLE offline_scans ADD CONSTRAINT {unique} "
                "UNIQUE (merchant_id, device_id, counter)"
            )


def test_a_conflict_closed_by_many_at_once_is_closed_once(app, shop):
    _device, _held, (link,) = a_chain(shop, 1)
    pair(app, setting_aside_of(shop, link, "voucher_frozen"))
    (conflict,) = offline.list_conflicts(merchant_id=shop.id, limit=2).items
    close = partial(
        offline.close_conflict,
        merchant_id=shop.id,
        conflict_id=conflict.id,
        reason="已说明",
        actor="system",
        at=UPLOAD,
    )

    results = storm(app, [close] * 32)

    assert tally(results) == {"done": 1, "conflict_closed": 31}
    assert count(shop, "audit", "action = 'offline.close_conflict'") == 1
