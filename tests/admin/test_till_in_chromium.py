"""The till as a clerk has it before him: camera, sound, colour, and the network that breaks."""

from datetime import timedelta

import pytest

from app.domain import offline, vouchers
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.admin.chromium import PHONE, SIZES, a_film_of, a_page, keep_picture, launched
from tests.builders.offline import rules_on
from tests.builders.orders import a_buyer, a_shop, a_voucher, shown

PATIENCE = 20_000


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


def code_of(shop, *, ahead=0):
    """A code of a new voucher; with `ahead` that of the next half minute, which is good for long."""
    voucher = a_voucher(shop, at=clock.now() - timedelta(minutes=1))
    found = shown(shop, voucher, at=clock.now() + timedelta(seconds=ahead))
    db.session.rollback()
    return found


def till_of(address, house):
    return f"{address}/admin/{house.merchant.number}/till/"


@SIZES
def test_a_scanned_picture_is_redeemed_seen_and_heard(
    house, shop, tmp_path, playwright, address, size
):
    film = a_film_of(code_of(shop, ahead=30).qr_text, tmp_path / "camera.y4m")
    with (
        launched(playwright, camera=film) as browser,
        a_page(browser, address, house.clerk, size=size) as (page, _context, seen),
    ):
        page.goto(till_of(address, house))
        keep_picture(page, f"till-idle-{size['width']}")
        page.click("#open-camera")
        page.wait_for_selector('[data-kind="good"]', timeout=PATIENCE)
        assert "核销成功" in page.inner_text("#verdict")
        assert page.evaluate("document.body.dataset.sounded") == "good"
        page.wait_for_selector("#today .list-group-item")
        keep_picture(page, f"till-good-{size['width']}")
        assert (seen.errors, seen.strangers) == ([], [])


def type_code(page, text):
    page.fill("#code", text)
    page.press("#code", "Enter")


def test_a_barcode_gun_keeps_its_field_and_hears_a_refusal(house, shop, browser, address):
    with a_page(browser, address, house.clerk) as (page, _context, seen):
        page.goto(till_of(address, house))
        code = code_of(shop)
        page.click("h1")
        page.keyboard.type(code.digits, delay=1)
        page.keyboard.press("Enter")
        page.wait_for_selector('[data-kind="good"]', timeout=PATIENCE)
        assert page.evaluate("document.activeElement.id") == "code"
        page.keyboard.type(code.digits, delay=1)
        page.keyboard.press("Enter")
        page.wait_for_selector('[data-kind="bad"]', timeout=PATIENCE)
        assert "此券已核销" in page.inner_text("#verdict")
        assert page.evaluate("document.body.dataset.sounded") == "bad"
        keep_picture(page, "till-bad-1280")
        # The refusal's own status is all that the console says.
        assert all("409" in each for each in seen.errors)
        assert seen.strangers == []


@SIZES
def test_without_network_scans_wait_signed_and_are_taken_up_later(
    house, shop, browser, address, size
):
    rules_on(house.id)
    with a_page(browser, address, house.clerk, size=size) as (page, context, _seen):
        page.goto(till_of(address, house))
        page.click("#enrol")
        page.wait_for_selector("#enrol", state="hidden")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        context.set_offline(True)
        type_code(page, code_of(shop).qr_text)
        page.wait_for_selector('[data-kind="queued"]', timeout=PATIENCE)
        keep_picture(page, f"till-queued-{size['width']}")
        page.goto(till_of(address, house))
        assert page.get_attribute("#till", "data-mode") == "shell"
        second = code_of(shop)
        type_code(page, second.digits)
        page.wait_for_selector('[data-kind="queued"]', timeout=PATIENCE)
        type_code(page, second.qr_text)
        page.wait_for_selector('[data-kind="bad"]', timeout=PATIENCE)
        page.wait_for_selector("#offline-list li:nth-child(2)")
        keep_picture(page, f"till-shell-{size['width']}")
        # Back in the network the page goes back to the till by itself.
        context.set_offline(False)
        page.wait_for_selector('#till[data-mode="online"]', timeout=PATIENCE)
        page.wait_for_selector("#notices .alert", timeout=PATIENCE)
        keep_picture(page, f"till-uploaded-{size['width']}")
        assert "核销 2 张，冲突 0 张" in page.inner_text("#notices")
    with transaction(merchant=house.id):
        (device,) = offline.list_devices(merchant_id=house.id, limit=5).items
    assert device.scans == 2


# As browsers on phones have it; Chromium on Linux has none, and decodes by itself above.
DETECTOR = """
window.seen = "%s";
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code", "ean_13"]; }
  constructor(wanted) { window.wanted = wanted.formats; }
  async detect() { return [{ rawValue: window.seen }]; }
};
"""


def test_where_the_browser_decodes_by_itself_it_does(house, shop, browser, address):
    code = code_of(shop, ahead=30)
    with a_page(browser, address, house.clerk, size=PHONE) as (page, _context, seen):
        page.add_init_script(DETECTOR % code.qr_text)
        page.goto(till_of(address, house))
        page.click("#open-camera")
        page.wait_for_selector('[data-kind="good"]', timeout=PATIENCE)
        assert page.evaluate("window.wanted.join()") == "qr_code"
        assert page.evaluate("window.jsQR") is None
        # The camera waits for a tap, or it would read the next half minute of the same voucher.
        page.click("#next")
        page.wait_for_selector('[data-kind="bad"]', timeout=PATIENCE)
        assert seen.strangers == []


def test_a_members_code_is_answered_by_a_choice(house, shop, browser, address):
    buyer = a_buyer(shop)
    a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1))
    with a_page(browser, address, house.clerk, size=PHONE) as (page, _context, seen):
        page.goto(till_of(address, house))
        code = vouchers.show_member_code(
            merchant_id=house.id, member_id=buyer.id, version=0, at=clock.now()
        )
        type_code(page, code.qr_text)
        page.click(".verdict-choice >> nth=0", timeout=PATIENCE)
        page.wait_for_selector('[data-kind="good"]', timeout=PATIENCE)
        assert (seen.errors, seen.strangers) == ([], [])


@SIZES
def test_a_manager_undoes_after_a_reload_and_closes_his_shift(house, shop, browser, address, size):
    house.manager.post("/till/store", {"store": house.store.number})
    with a_page(browser, address, house.manager, size=size) as (page, _context, seen):
        page.goto(till_of(address, house))
        for _each in range(2):
            type_code(page, code_of(shop).digits)
            page.wait_for_selector('[data-kind="good"]', timeout=PATIENCE)
            page.reload()
        page.click('#today a:has-text("撤销") >> nth=0')
        page.click("main button.btn-danger")
        page.wait_for_selector(".invalid-feedback")
        keep_picture(page, f"till-undo-{size['width']}")
        page.fill("#reason", "扫错了，客人改用另一张")
        page.click("main button.btn-danger")
        page.wait_for_selector("#notices .alert")
        keep_picture(page, f"till-undone-{size['width']}")
        page.click('header a[href$="/till/shift"]')
        keep_picture(page, f"till-shift-{size['width']}")
        page.fill("#counted", "2")
        page.on("dialog", lambda dialog: dialog.accept())
        page.click("main form button.btn-primary")
        page.wait_for_selector("#notices .alert")
        keep_picture(page, f"till-closed-{size['width']}")
        assert "还没有核销" in page.inner_text("main")
        assert page.locator("main tbody tr").count() == 1
        assert all("422" in each for each in seen.take())


def test_a_voucher_that_was_used_meanwhile_comes_back_as_a_conflict(house, shop, browser, address):
    rules_on(house.id)
    house.manager.post("/till/store", {"store": house.store.number})
    code = code_of(shop)
    with a_page(browser, address, house.manager, size=PHONE) as (page, context, _seen):
        page.goto(till_of(address, house))
        page.click("#enrol")
        page.wait_for_selector("#enrol", state="hidden")
        context.set_offline(True)
        type_code(page, code.qr_text)
        page.wait_for_selector('[data-kind="queued"]', timeout=PATIENCE)
        said = house.clerk.post("/till/scan", {"code": code.digits, "attempt": "meanwhile"})
        assert "核销成功" in said.text
        context.set_offline(False)
        page.wait_for_selector("#notices .alert-warning", timeout=PATIENCE)
        keep_picture(page, "till-conflict-375")
        assert "核销 0 张，冲突 1 张" in page.inner_text("#notices")
        assert page.evaluate("document.body.dataset.sounded") == "bad"
        # What the big field said is no longer so.
        assert page.is_visible("#idle")
        page.click("#notices a")
        page.wait_for_url("**/till/offline")
        keep_picture(page, "till-conflicts-375")
        assert "此券已核销" in page.inner_text("main")
