"""What a device without network may bring, and what of it is redeemed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.domain import accounts, merchants, offline, points, redemption, vouchers
from app.domain.offline import Rules
from app.domain.vouchers import Move
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from tests.builders.merchants import a_clerk
from tests.builders.offline import Signer, a_device, rules_on
from tests.builders.orders import a_buyer, a_shop, a_voucher, look_at_voucher, shown
from tests.builders.redemption import LATER, a_redemption

UPLOAD = LATER + timedelta(minutes=20)


def code_of(shop, voucher, *, at=LATER):
    return shown(shop, voucher, at=at).qr_text


def take(shop, link, *, at=UPLOAD, staff=None):
    with transaction(merchant=shop.id):
        return offline.take(
            merchant_id=shop.id, staff_id=(staff or shop.clerk).staff_id, link=link, at=at
        )


def set_aside(shop, link, refusal, *, at=UPLOAD):
    with transaction(merchant=shop.id):
        return offline.set_aside(
            merchant_id=shop.id, staff_id=shop.clerk.staff_id, link=link, refusal=refusal, at=at
        )


def refused(shop, link, **more):
    with pytest.raises(vouchers.VoucherRefusal) as told:
        take(shop, link, **more)
    return told.value.code


def a_scan_of(shop, device, voucher, *, at=LATER, **changes):
    return device.link(code_of(shop, voucher, at=at), at=at, **changes)


def test_a_scan_is_redeemed_as_of_when_it_was_made(shop, device, voucher):
    outcome = take(shop, a_scan_of(shop, device, voucher))
    assert outcome.refusal is None
    words = redemption.notice_words(merchant_id=shop.id, redemption_number=outcome.redemption)
    assert words.redeemed_at == LATER
    assert look_at_voucher(shop, voucher.id).state == "redeemed"
    assert points.balance(merchant_id=shop.id, member_id=words.member_id, at=UPLOAD).spendable > 0


def test_the_same_link_again_has_the_first_outcome(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    assert take(shop, link) == take(shop, link)


def test_a_code_that_was_not_shown_at_that_time_is_refused(shop, device, voucher):
    code = code_of(shop, voucher, at=LATER)
    link = device.link(code, at=LATER + timedelta(minutes=3))
    assert refused(shop, link) == "code_outdated"


def test_a_scan_that_waited_too_long_is_refused(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    assert refused(shop, link, at=LATER + timedelta(minutes=121)) == "scan_too_late"


def test_a_scan_of_the_future_is_refused(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    assert refused(shop, link, at=LATER - timedelta(minutes=1)) == "scan_time_wrong"


def test_off_means_off_also_for_what_waits(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    rules_on(shop.id, is_on=False)
    assert refused(shop, link) == "offline_off"


def test_nothing_is_on_until_somebody_takes_the_risk(database):
    shop = a_shop()
    assert not offline.get_rules(merchant_id=shop.id).is_on
    with pytest.raises(offline.OfflineOff):
        a_device(shop.id, shop.store, shop.clerk)


def test_a_revoked_devices_scans_are_for_a_person_to_judge(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    revoke(shop, device)
    revoke(shop, device)
    assert refused(shop, link) == "device_revoked"


def revoke(shop, device):
    with transaction(merchant=shop.id):
        offline.revoke(
            merchant_id=shop.id, handle=device.handle, actor="system", reason="lost", at=UPLOAD
        )


def test_a_session_that_was_ended_ends_its_device(shop, device, voucher):
    before = a_scan_of(shop, device, voucher)
    with transaction(merchant=shop.id):
        accounts.sign_out(
            merchant_id=shop.id,
            staff_id=shop.clerk.staff_id,
            session_id=device.session_id,
            at=LATER + timedelta(minutes=1),
        )
    assert take(shop, before).redemption
    second = a_voucher(shop)
    after = a_scan_of(shop, device, second, at=LATER + timedelta(minutes=2))
    assert refused(shop, after) == "device_over"


def test_so_many_scans_of_one_person_a_day_and_no_more(shop, device):
    rules_on(shop.id, most_scans=1)
    assert take(shop, a_scan_of(shop, device, a_voucher(shop))).redemption
    # Also with another browser, in another session.
    again = a_device(shop.id, shop.store, shop.clerk)
    assert again.session_id != device.session_id
    assert refused(shop, a_scan_of(shop, again, a_voucher(shop))) == "too_many_scans"
    colleague = a_clerk(shop.store)
    other = a_device(shop.id, shop.store, colleague)
    assert take(shop, a_scan_of(shop, other, a_voucher(shop)), staff=colleague).redemption


def test_so_much_value_of_one_person_a_day_and_no_more(shop, device):
    first = take(shop, a_scan_of(shop, device, a_voucher(shop)))
    assert first.redemption
    rules_on(shop.id, most_value_fen=2_500)
    voucher, again = a_voucher(shop), a_device(shop.id, shop.store, shop.clerk)
    assert refused(shop, a_scan_of(shop, again, voucher)) == "too_much_value"
    assert look_at_voucher(shop, voucher.id).state == "active"


def test_the_next_day_has_room_again_but_not_for_the_same_browser(shop, device):
    rules_on(shop.id, most_scans=1, most_minutes=720)
    assert take(shop, a_scan_of(shop, device, a_voucher(shop))).redemption
    tomorrow = LATER + timedelta(hours=18)
    again = a_device(shop.id, shop.store, shop.clerk, at=tomorrow - timedelta(hours=1))
    late, more = a_voucher(shop), a_voucher(shop)
    link = a_scan_of(shop, device, late, at=tomorrow)
    assert refused(shop, link, at=tomorrow) in {"too_many_scans", "device_over"}
    assert take(shop, a_scan_of(shop, again, more, at=tomorrow), at=tomorrow).redemption


def test_already_redeemed_elsewhere_is_a_conflict_that_says_where(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    elsewhere = a_redemption(shop, voucher)
    assert refused(shop, link) == "already_redeemed"
    set_aside(shop, link, "already_redeemed")
    (conflict,) = conflicts(shop)
    assert conflict.used_number == elsewhere.number
    assert conflict.voucher_number == voucher.number
    assert conflict.value_fen > 0
    assert offline.count_open(merchant_id=shop.id) == 1


def conflicts(shop, **more):
    return offline.list_conflicts(merchant_id=shop.id, limit=10, **more).items


def test_a_frozen_voucher_is_a_conflict(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    with transaction(merchant=shop.id):
        vouchers.move(
            merchant_id=shop.id, voucher_id=voucher.id, what=Move.FREEZE, actor="system", at=LATER
        )
    assert refused(shop, link) == "voucher_frozen"


def test_what_was_online_when_the_network_broke_is_found_again(shop, device, voucher):
    code = code_of(shop, voucher)
    actor, attempt = f"staff:{shop.clerk.staff_id}", "a" * 32
    key = offline.attempt_key(
        merchant_id=shop.id, actor=actor, attempt=attempt, code=code, spend_fen=None
    )
    online = a_redemption(shop, voucher, key=key, code=code)
    link = device.link(code, at=LATER + timedelta(seconds=8), attempt=attempt)
    assert take(shop, link).redemption == online.number
    twice = device.link(code, at=LATER + timedelta(seconds=9), attempt=attempt)
    assert refused(shop, twice) == "already_redeemed"


def test_the_chain_goes_on_behind_a_refusal(shop, device, voucher):
    set_aside(shop, device.link("0" * 18, at=LATER), "code_unknown")
    assert take(shop, a_scan_of(shop, device, voucher)).redemption


BROKEN = {
    "left_out": {"counter": 3},
    "reordered": {"previous": "f" * 64},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN)
def test_a_link_that_does_not_follow_breaks_the_chain(shop, device, voucher, changes):
    take(shop, device.link(code_of(shop, voucher), at=LATER))
    link = device.link(code_of(shop, a_voucher(shop)), at=LATER, **changes)
    with pytest.raises(offline.ChainBroken):
        take(shop, link)


def test_a_changed_link_is_not_signed(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    for changed in (
        replace(link, code=code_of(shop, a_voucher(shop))),
        replace(link, scanned_ms=link.scanned_ms + 1),
        replace(link, spend_fen=100),
        replace(link, attempt="b" * 32),
        replace(link, signature=link.signature[:-1] + b"x"),
        replace(link, signature=b"short"),
    ):
        with pytest.raises(offline.ChainBroken):
            take(shop, changed)
    assert take(shop, link).redemption


def test_a_place_that_was_taken_is_not_given_to_another_link(shop, device, voucher):
    take(shop, a_scan_of(shop, device, voucher))
    device.counter, device.previous = 0, offline.FIRST.hex()
    with pytest.raises(offline.ChainBroken):
        take(shop, a_scan_of(shop, device, a_voucher(shop)))


def test_a_broken_chain_ends_its_device(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    with transaction(merchant=shop.id):
        offline.note_broken(merchant_id=shop.id, staff_id=shop.clerk.staff_id, link=link, at=UPLOAD)
    (line,) = offline.list_devices(merchant_id=shop.id, limit=10).items
    assert line.revoked_at == UPLOAD


def test_nobody_uploads_anothers_scans(shop, device, voucher):
    colleague = a_clerk(shop.store)
    with pytest.raises(offline.NotYourDevice):
        take(shop, a_scan_of(shop, device, voucher), staff=colleague)


def test_a_closed_store_takes_nothing_more(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    with transaction(merchant=shop.id):
        merchants.close_store(
            merchant_id=shop.id, number=shop.store.number, actor="system", at=UPLOAD
        )
    with pytest.raises(merchants.NotOnDuty):
        take(shop, link)


@pytest.mark.parametrize(
    "changes",
    [{"previous": "x"}, {"attempt": "\n"}, {"code": "a\nb"}, {"scanned_ms": 0}, {"counter": 0}],
)
def test_what_no_page_of_ours_writes_is_invalid(shop, device, changes):
    changes = dict(changes)
    code = changes.pop("code", "0" * 18)
    with pytest.raises(Invalid):
        take(shop, device.link(code, at=LATER, **changes))


def test_a_key_of_another_kind_is_refused(shop):
    signer = Signer()
    signer.key = ec.generate_private_key(ec.SECP384R1())
    for key in (signer.public, b"nonsense"):
        with pytest.raises(Invalid), transaction(merchant=shop.id):
            offline.enrol(
                merchant_id=shop.id,
                staff_id=shop.clerk.staff_id,
                store_id=shop.store.id,
                session_id=1,
                public_key=key,
                agent="",
                at=LATER,
            )


def test_a_conflict_is_closed_once_with_a_reason(shop, device, voucher):
    set_aside(shop, a_scan_of(shop, device, voucher), "voucher_frozen")
    (conflict,) = conflicts(shop)
    with pytest.raises(Invalid):
        close(shop, conflict.id, "  ")
    close(shop, conflict.id, "已向顾客说明")
    with pytest.raises(offline.ConflictClosed):
        close(shop, conflict.id, "再次")
    assert not conflicts(shop)
    assert conflicts(shop, is_open=False)[0].close_reason == "已向顾客说明"


def close(shop, conflict_id, reason):
    with transaction(merchant=shop.id):
        offline.close_conflict(
            merchant_id=shop.id,
            conflict_id=conflict_id,
            reason=reason,
            actor=f"staff:{shop.clerk.staff_id}",
            at=UPLOAD,
        )


@pytest.mark.parametrize(
    "rules", [Rules(most_minutes=0), Rules(most_minutes=721), Rules(most_scans=501)]
)
def test_bounds_have_bounds(shop, rules):
    with pytest.raises(Invalid), transaction(merchant=shop.id):
        offline.set_rules(merchant_id=shop.id, rules=rules, actor="system", at=LATER)


def test_another_merchants_device_is_not_there(shop, device, voucher):
    other = a_shop()
    link = a_scan_of(shop, device, voucher)
    with pytest.raises(Exception, match="no such device"):
        take(other, link)


def test_a_gift_given_on_since_is_a_conflict(shop, device, voucher):
    link, friend = a_scan_of(shop, device, voucher), a_buyer(shop)
    with transaction(merchant=shop.id):
        vouchers.hand_over(
            merchant_id=shop.id,
            voucher_id=voucher.id,
            to_member=friend.id,
            actor="system",
            at=LATER,
        )
    assert refused(shop, link) == "code_unknown"
