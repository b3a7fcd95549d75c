"""What changed between a scan without network and its upload: an end, a refund, a day added up."""

from datetime import timedelta

from app.domain import analytics, offline, points, redemption, vouchers
from app.domain.offline import statements
from app.domain.vouchers import Move
from app.kernel import calendar
from app.kernel.db import transaction
from tests.builders.merchants import a_clerk
from tests.builders.offline import a_device
from tests.builders.orders import look_at_voucher
from tests.builders.redemption import LATER, a_redemption
from tests.domain.offline.test_offline import (
    UPLOAD,
    a_scan_of,
    conflicts,
    refused,
    set_aside,
    take,
)

ZONE = "Asia/Shanghai"


def expire(shop, *, at):
    with transaction():
        return vouchers.expire_due(at=at, limit=1000)


def ends_at(shop, voucher):
    return look_at_voucher(shop, voucher.id).valid_until


def test_what_ended_between_scan_and_upload_is_redeemed(shop, voucher):
    end = ends_at(shop, voucher)
    device = a_device(shop.id, shop.store, shop.clerk, at=end - timedelta(hours=1))
    scanned = end - timedelta(minutes=5)
    link = a_scan_of(shop, device, voucher, at=scanned)
    expire(shop, at=end)
    assert look_at_voucher(shop, voucher.id).state == "expired"
    outcome = take(shop, link, at=end + timedelta(minutes=5))
    words = redemption.notice_words(merchant_id=shop.id, redemption_number=outcome.redemption)
    assert words.redeemed_at == scanned
    assert look_at_voucher(shop, voucher.id).state == "redeemed"
    steps = redemption.voucher_story(merchant_id=shop.id, voucher_id=voucher.id)
    assert [each.action for each in steps][-3:] == ["expire", "unexpire", "redeem"]


def test_what_was_scanned_after_its_end_stays_expired(shop, voucher):
    end = ends_at(shop, voucher)
    device = a_device(shop.id, shop.store, shop.clerk, at=end - timedelta(hours=1))
    link = a_scan_of(shop, device, voucher, at=end)
    expire(shop, at=end)
    assert refused(shop, link, at=end + timedelta(minutes=5)) == "voucher_expired"
    assert look_at_voucher(shop, voucher.id).state == "expired"


def test_what_ended_and_goes_back_for_its_money_is_a_conflict(shop, voucher, monkeypatch):
    end = ends_at(shop, voucher)
    device = a_device(shop.id, shop.store, shop.clerk, at=end - timedelta(hours=1))
    link = a_scan_of(shop, device, voucher, at=end - timedelta(minutes=5))
    expire(shop, at=end)
    # Whatever a return is made of, this is all that is asked of it.
    monkeypatch.setattr(
        statements, "GOES_BACK", "SELECT %(voucher_id)s::bigint WHERE %(merchant_id)s > 0"
    )
    assert refused(shop, link, at=end + timedelta(minutes=5)) == "voucher_expired"


def test_what_was_refunded_meanwhile_is_a_conflict(shop, device, voucher):
    link = a_scan_of(shop, device, voucher)
    with transaction(merchant=shop.id):
        vouchers.move(
            merchant_id=shop.id, voucher_id=voucher.id, what=Move.CANCEL, actor="system", at=UPLOAD
        )
    code = refused(shop, link)
    assert code == "voucher_void"
    set_aside(shop, link, code)
    (conflict,) = conflicts(shop)
    assert (conflict.voucher_state, conflict.used_number) == ("void", None)


def test_two_devices_and_the_counter_redeem_a_voucher_once(shop, device, voucher):
    colleague = a_clerk(shop.store, name="小李")
    other = a_device(shop.id, shop.store, colleague)
    mine = a_scan_of(shop, device, voucher)
    his = a_scan_of(shop, other, voucher, at=LATER + timedelta(minutes=1))
    online = a_redemption(shop, voucher, at=LATER + timedelta(minutes=2))
    assert refused(shop, mine) == refused(shop, his, staff=colleague) == "already_redeemed"
    set_aside(shop, mine, "already_redeemed")
    with transaction(merchant=shop.id):
        offline.set_aside(
            merchant_id=shop.id,
            staff_id=colleague.staff_id,
            link=his,
            refusal="already_redeemed",
            at=UPLOAD,
        )
    assert [each.used_number for each in conflicts(shop)] == [online.number] * 2
    assert len({each.staff_name for each in conflicts(shop)}) == 2


def test_a_day_that_was_added_up_before_the_upload_is_right_again(shop, voucher):
    midnight = calendar.end_of(calendar.day_of(LATER, ZONE), ZONE)
    day, scanned = calendar.day_of(LATER, ZONE), midnight - timedelta(minutes=10)
    device = a_device(shop.id, shop.store, shop.clerk, at=scanned - timedelta(hours=1))
    link = a_scan_of(shop, device, voucher, at=scanned)
    count(shop, day, at=midnight + timedelta(minutes=10))
    at = midnight + timedelta(minutes=30)
    assert redeemed_on(shop, day, at=at) == 0
    outcome = take(shop, link, at=at)
    assert redeemed_on(shop, day, at=at) == 1
    count(shop, day, at=at)
    assert redeemed_on(shop, day, at=at) == 1
    earned = points.balance(merchant_id=shop.id, member_id=holder_of(shop, outcome), at=at)
    assert earned.spendable > 0


def holder_of(shop, outcome):
    return redemption.notice_words(
        merchant_id=shop.id, redemption_number=outcome.redemption
    ).member_id


def count(shop, day, *, at):
    with transaction():
        analytics.count_days(merchant_id=shop.id, zone=ZONE, since=day, until=day, at=at)


def redeemed_on(shop, day, *, at):
    seen = analytics.look(merchant_id=shop.id, zone=ZONE, since=day, until=day, at=at)
    found = seen.slices((analytics.Figure.REDEEMED,))
    return found["redeemed", str(shop.store.id)].count
