"""Before what is dear, somebody proves who he is: a scan to come in is no proof."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from sqlalchemy import text

from app.admin import attempts
from app.domain import accounts, merchants
from app.domain.merchants import Role
from app.kernel import clock, request_keys
from app.kernel.db import db, transaction
from tests.admin.browsing import PASSWORD, Browser, signed_in, six_digits
from tests.admin.entering import CODES, SECRET, a_newcomer, sign_in


def a_scanned_in(app, house):
    """The same person, in another browser, by a scan that somebody may have relayed."""
    with transaction():
        (staff,) = [
            each for each in merchants.list_staff(merchant_id=house.id) if each.name == "小林"
        ]
    hired = SimpleNamespace(staff_id=staff.id)
    return signed_in(app, house.merchant, hired, is_sure=False)


DEAR_OF_MINE = (
    ("/me/password", {"password": "another password", "again": "another password"}),
    ("/me/second-factor", {"digits": "000000"}),
    ("/me/recovery-codes", {}),
    ("/me/link", {}),
)


def test_a_relayed_scan_changes_no_password(app, house):
    _browser, _secret, codes = a_newcomer(app, house)
    relayed = a_scanned_in(app, house)
    assert relayed.get("/").status_code == 200
    for path, fields in DEAR_OF_MINE:
        assert "/me/prove" in relayed.post(path, fields).location
    assert "data:image" not in relayed.post("/me/prove").text
    wrong = relayed.post("/me/prove", {"password": PASSWORD, "digits": "000000"})
    assert (wrong.status_code, "登录名、密码或动态验证码不正确" in wrong.text) == (422, True)
    relayed.post("/me/prove", {"password": PASSWORD, "digits": codes[0]})
    assert relayed.post("/me/recovery-codes").status_code == 200


def test_proving_is_counted_by_itself(app, house):
    browser, _secret, codes = a_newcomer(app, house)
    relayed = a_scanned_in(app, house)
    for _ in range(5):
        relayed.post("/me/prove", {"password": "not the password"})
    locked = relayed.post("/me/prove", {"password": PASSWORD, "digits": codes[0]})
    assert "请稍后再试" in locked.text
    assert browser.post("/me/prove", {"password": PASSWORD, "digits": codes[0]}).status_code == 303
    assert sign_in(Browser(app, house.merchant), digits=codes[1]).status_code == 303


def test_two_wrong_proofs_at_once_are_both_refused_and_counted(app, house, monkeypatch):
    """Of one form too: the first one's count is nothing that the second could be told of."""
    a_newcomer(app, house)
    # The moment between the first one's commit and its answer lasts.
    monkeypatch.setattr(request_keys, "drop", lambda _key: None)
    form = {attempts.FIELD: secrets.token_urlsafe(16), "password": "not the password"}
    session = a_token(app, house)
    browsers = [Browser(app, house.merchant, token=session) for _ in range(2)]
    for browser in browsers:
        browser.get("/me/prove")

    def tap(browser):
        with app.app_context():
            return browser.post("/me/prove", form).status_code

    with ThreadPoolExecutor(2) as taps:
        assert list(taps.map(tap, browsers)) == [422, 422]
    assert failures(house) == [2]


def a_token(app, house):
    with a_scanned_in(app, house).client.session_transaction(path="/admin/") as kept:
        return kept["browsers"][house.merchant.number]


def failures(house):
    asked = text("SELECT failures FROM panel_tries WHERE merchant_id = :shop")
    with db.engine.connect() as connection:
        return list(connection.execute(asked, {"shop": house.id}).scalars())


def test_who_has_no_password_proves_with_his_phone_and_sets_one(app, house):
    browser = signed_in(app, house.merchant, house.people[Role.OWNER], is_sure=False)
    fields = {"login": "boss", "password": PASSWORD, "again": PASSWORD}
    assert "/me/prove" in browser.post("/me/password", fields).location
    assert "data:image" in browser.post("/me/prove").text
    asked = {"headers": {"HX-Request": "true"}}
    assert "等待确认" in browser.get("/me/prove", **asked).text
    _say_yes(house, browser)
    assert browser.get("/me/prove", **asked).status_code == 204
    assert browser.get("/me/second-factor").status_code == 303
    assert browser.post("/me/second-factor", {"digits": "123456"}).status_code == 422
    assert browser.post("/me/password", fields).status_code == 303
    secret = SECRET.search(browser.get("/me/second-factor").text).group(1)
    assert len(CODES.findall(bound(browser, secret).text)) == 10
    assert house.owner.get("/").status_code == 303


def bound(browser, secret):
    return browser.post("/me/second-factor", {"digits": six_digits(secret)})


def _say_yes(house, browser):
    """As the phone does."""
    with browser.client.session_transaction(path="/admin/") as kept:
        token = kept["ticket"][0]
    at, user_id = clock.now(), house.people[Role.OWNER].user_id
    with transaction():
        digits = accounts.look(merchant_id=house.id, token=token, at=at).digits
        said = {"merchant_id": house.id, "token": token, "user_id": user_id, "at": at}
        assert accounts.confirm(digits=digits, **said) is None


def test_another_second_factor_signs_out_everywhere_else(app, house):
    browser, _secret, codes = a_newcomer(app, house)
    elsewhere = Browser(app, house.merchant)
    sign_in(elsewhere, digits=codes[0])
    assert elsewhere.get("/").status_code == 200
    fresh = SECRET.search(browser.get("/me/second-factor").text).group(1)
    assert bound(browser, fresh).status_code == 200
    assert elsewhere.get("/").status_code == 303
    assert browser.get("/").status_code == 200


def test_a_secret_that_waits_stands_sealed_in_the_cookie(app, house):
    browser, _secret, _codes = a_newcomer(app, house)
    fresh = SECRET.search(browser.get("/me/second-factor").text).group(1)
    with browser.client.session_transaction(path="/admin/") as kept:
        assert fresh not in str(dict(kept))
