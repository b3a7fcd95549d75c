"""Coming in, proving who one is and going out, as they stand before somebody at both widths."""

from types import SimpleNamespace

import pytest

from app.domain import merchants
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.admin.browsing import PASSWORD, signed_in, six_digits
from tests.admin.chromium import PHONE, a_page
from tests.admin.entering import SECRET, a_newcomer, an_invitation
from tests.admin.looking import widths_and_barriers
from tests.builders.offline import rules_on
from tests.builders.orders import a_shop, a_voucher, shown

PATIENCE = 20_000


class Eye:
    """Looks at what is open, under a name, at both widths; `wrong` is all that it found."""

    def __init__(self, page, seen):
        self.page, self.seen, self.wrong = page, seen, []

    def look(self, name):
        told = [
            *widths_and_barriers(self.page, name, f"door-{name}"),
            *self.seen.take(),
        ]
        self.wrong += [f"{name}: {said}" for said in told if "status of 4" not in said]


@pytest.fixture
def before(browser, address):
    """Opens a page of the shop before somebody, and an eye on it."""
    open_pages = []

    def open_it(signed, path, **more):
        held = a_page(browser, address, signed, **more)
        page, context, seen = held.__enter__()
        open_pages.append(held)
        page.goto(address + signed.path(path))
        return page, context, Eye(page, seen)

    yield open_it
    for held in open_pages:
        held.__exit__(None, None, None)


def press(page, words):
    page.click(f'main button:has-text("{words}")')


def test_a_stranger_signs_in_or_shows_a_picture(house, before):
    house.stranger.get("/sign-in")
    page, _context, eye = before(house.stranger, "/sign-in")
    eye.look("sign-in")
    page.fill("#login", "nobody")
    page.fill("#password", "not the password")
    press(page, "登录")
    page.wait_for_selector(".alert-danger")
    eye.look("sign-in-refused")
    page.click("main a.btn")
    eye.look("wechat-asked")
    press(page, "显示二维码")
    page.wait_for_selector(".digits")
    eye.look("wechat-picture")
    assert len(page.inner_text(".digits").strip()) == 2
    assert eye.wrong == []


def test_somebody_new_accepts_binds_and_keeps_his_codes(house, before):
    house.stranger.get("/sign-in")
    token = an_invitation(house).token
    page, _context, eye = before(house.stranger, f"/invitations#{token}")
    assert token not in page.url
    eye.look("invitation")
    for field, words in (("login", "xiaolin"), ("password", PASSWORD), ("again", PASSWORD)):
        page.fill(f"#{field}", words)
    page.click("main button.btn-primary")
    page.wait_for_selector("main code")
    eye.look("second-factor")
    page.fill("#digits", six_digits(SECRET.search(page.content()).group(1)))
    press(page, "绑定")
    page.wait_for_selector(".codes")
    eye.look("recovery-codes")
    assert page.locator(".codes li").count() == 10
    assert eye.wrong == []


def test_who_has_a_password_proves_with_it(app, house, before):
    _browser, _secret, codes = a_newcomer(app, house)
    with transaction():
        (new,) = [
            each for each in merchants.list_staff(merchant_id=house.id) if each.name == "小林"
        ]
    relayed = signed_in(app, house.merchant, SimpleNamespace(staff_id=new.id), is_sure=False)
    page, _context, eye = before(relayed, "/me")
    eye.look("me-with-password")
    page.fill("#password", "another password")
    page.fill("#again", "another password")
    press(page, "保存")
    page.wait_for_url("**/me/prove**")
    eye.look("prove-with-password")
    page.fill("#password", "not the password")
    press(page, "验证")
    page.wait_for_selector(".alert-danger")
    eye.look("prove-refused")
    page.fill("#password", PASSWORD)
    page.fill("#digits", codes[0])
    press(page, "验证")
    page.wait_for_url("**/me")
    assert eye.wrong == []


def test_who_comes_with_his_phone_alone_shows_a_picture_and_sets_a_password(app, house, before):
    waiter = signed_in(app, house.merchant, house.people[Role.OWNER], is_sure=False)
    page, _context, eye = before(waiter, "/me/prove")
    eye.look("prove-by-phone")
    press(page, "显示二维码")
    page.wait_for_selector(".digits")
    eye.look("prove-picture")
    page, _context, eye_of_owner = before(house.owner, "/me")
    eye_of_owner.look("me-without-password")
    for field, words in (("login", "boss"), ("password", PASSWORD), ("again", "another one")):
        page.fill(f"#{field}", words)
    press(page, "保存")
    page.wait_for_selector(".invalid-feedback")
    eye_of_owner.look("me-password-wrong")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click('main form[action$="/me/link"] button')
    page.wait_for_selector(".digits")
    eye_of_owner.look("link-picture")
    assert eye.wrong + eye_of_owner.wrong == []


def a_code(house):
    shop = a_shop(merchant=house.merchant)
    found = shown(shop, a_voucher(shop, at=clock.now()), at=clock.now())
    db.session.rollback()
    return found


def test_with_scans_that_wait_nobody_goes_by_mistake(house, before, address):
    rules_on(house.id)
    code = a_code(house)
    page, context, eye = before(house.clerk, "/till/", size=PHONE)
    page.click("#enrol")
    page.wait_for_selector("#enrol", state="hidden")
    context.set_offline(True)
    page.fill("#code", code.digits)
    page.press("#code", "Enter")
    page.wait_for_selector('[data-kind="queued"]', timeout=PATIENCE)
    # Elsewhere in the panel nothing sends it up; and not every browser lists its databases.
    context.add_init_script("delete IDBFactory.prototype.databases")
    page.goto("about:blank")
    context.set_offline(False)
    eye.seen.take()
    page.goto(address + house.clerk.path("/me"))
    eye.look("before-signing-out")
    answers, said = ["dismiss", "accept"], []

    def answer(dialog):
        said.append(dialog.message)
        getattr(dialog, answers[len(said) - 1])()

    page.on("dialog", answer)
    sign_out(page)
    page.wait_for_function("!document.querySelector('header .dropdown-menu.show')")
    assert page.url.endswith("/me")
    sign_out(page)
    page.wait_for_url("**/sign-in")
    assert ["没有上传" in each for each in said] == [True, True]
    assert eye.wrong == []


def test_where_nothing_waits_nobody_is_asked(house, before):
    page, _context, eye = before(house.clerk, "/me")
    said = []

    def answer(dialog):
        said.append(dialog.message)
        dialog.accept()

    page.on("dialog", answer)
    assert page.evaluate("isWaiting()") is False
    assert page.evaluate("indexedDB.databases()") == []
    sign_out(page)
    page.wait_for_url("**/sign-in")
    assert (said, eye.seen.take()) == ([], [])
    # What cannot be looked into may hold something.
    page.evaluate("void (indexedDB.open = () => { throw new Error('closed'); })")
    assert page.evaluate("isWaiting()") is True


def sign_out(page):
    page.click("header .dropdown > button")
    page.click('form[action$="/me/sign-out"] button')
