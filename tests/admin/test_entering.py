import re

from app.domain import merchants
from app.domain.accounts import passwords
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from tests.admin.browsing import PASSWORD, Browser, six_digits
from tests.admin.entering import a_newcomer, an_invitation, sign_in


def test_who_is_not_signed_in_is_led_to_the_door_and_back(house):
    answer = house.stranger.get("/people")
    assert answer.status_code == 303
    assert f"/admin/{house.merchant.number}/sign-in?next=" in answer.location


def test_an_invited_person_sets_a_password_and_a_second_factor_and_is_in(app, house):
    browser, _secret, codes = a_newcomer(app, house)
    assert len(codes) == 10
    assert browser.get("/").status_code == 200


def test_an_invitation_works_once(app, house):
    invitation = an_invitation(house)
    fields = {"token": invitation.token, "password": PASSWORD, "again": PASSWORD}
    first, second = Browser(app, house.merchant), Browser(app, house.merchant)
    assert first.post("/invitations", {**fields, "login": "one"}).status_code == 303
    refused = second.post("/invitations", {**fields, "login": "two"})
    assert refused.status_code == 422
    assert "邀请已失效" in refused.text


def test_without_a_second_factor_a_password_opens_nothing(app, house):
    browser = Browser(app, house.merchant)
    fields = {"token": an_invitation(house).token, "login": "half", "password": PASSWORD}
    browser.post("/invitations", {**fields, "again": PASSWORD})
    answer = browser.get("/people")
    assert answer.status_code == 303
    assert answer.location.endswith("/me/second-factor")
    # A part of a page leads the whole of it there, and that page asks for no such part.
    part = browser.get("/operations/banner", headers={"HX-Request": "true"})
    assert (part.status_code, part.text) == (401, "")
    assert part.headers["HX-Redirect"].endswith("/me/second-factor")
    assert "/operations/banner" not in browser.get("/me/second-factor").text


def test_a_password_needs_its_six_digits_and_each_counts_once(app, house):
    _browser, secret, _codes = a_newcomer(app, house)
    browser = Browser(app, house.merchant)
    assert sign_in(browser).status_code == 401
    # The step of the binding was used up by it.
    later = clock.now().timestamp() + 30
    digits = six_digits(secret, at=int(later))
    assert sign_in(browser, digits=digits).status_code == 303
    assert browser.get("/").status_code == 200
    assert sign_in(Browser(app, house.merchant), digits=digits).status_code == 401


def test_a_recovery_code_opens_once(app, house):
    _browser, _secret, codes = a_newcomer(app, house)
    assert sign_in(Browser(app, house.merchant), digits=codes[0]).status_code == 303
    assert sign_in(Browser(app, house.merchant), digits=codes[0]).status_code == 401


def test_a_wrong_password_and_an_unknown_name_are_told_alike(app, house):
    a_newcomer(app, house)
    wrong = sign_in(Browser(app, house.merchant), password="not the password")
    unknown = sign_in(Browser(app, house.merchant), login="nobody")
    assert wrong.status_code == unknown.status_code == 401
    without = sign_in(Browser(app, house.merchant))
    assert without.status_code == 401
    for each in (wrong, unknown, without):
        assert "登录名、密码或动态验证码不正确" in each.text


def from_address(address):
    return {"environ_overrides": {"REMOTE_ADDR": address}}


def guesses(browser, times, *, login="xiaolin", address="198.51.100.7"):
    """Wrong passwords from somewhere; the last answer."""
    fields = {"login": login, "password": "not the password"}
    for _ in range(times):
        answer = browser.post("/sign-in", fields, **from_address(address))
    return answer.status_code


def test_five_wrong_passwords_make_the_guesser_wait_even_with_the_right_one(app, house):
    _browser, _secret, codes = a_newcomer(app, house)
    browser = Browser(app, house.merchant)
    assert guesses(browser, 5, address="127.0.0.1") == 401
    answer = sign_in(browser, digits=codes[0])
    assert (answer.status_code, "请稍后再试" in answer.text) == (429, True)


def test_nobody_locks_a_colleague_out(app, house):
    _browser, _secret, codes = a_newcomer(app, house)
    assert guesses(Browser(app, house.merchant), 6) == 429
    assert sign_in(Browser(app, house.merchant), digits=codes[0]).status_code == 303


def test_a_known_browser_comes_in_also_from_the_guessers_network(app, house):
    known, _secret, codes = a_newcomer(app, house)
    known.post("/me/sign-out")
    assert guesses(Browser(app, house.merchant), 6, address="127.0.0.1") == 429
    assert sign_in(Browser(app, house.merchant), digits=codes[0]).status_code == 429
    assert sign_in(known, digits=codes[0]).status_code == 303


def test_an_unknown_name_is_locked_like_a_known_one(app, house):
    a_newcomer(app, house)
    stranger = Browser(app, house.merchant)
    assert guesses(stranger, 6, login="nobody") == guesses(stranger, 6) == 429


def test_pictures_are_not_drawn_without_end(house):
    answers = [house.stranger.post("/sign-in/wechat").status_code for _ in range(31)]
    assert (answers[0], answers[-1]) == (200, 429)


def test_without_an_invitation_nothing_is_hashed(house, monkeypatch):
    monkeypatch.setattr(passwords, "hashed", _must_not_be_asked)
    fields = {"token": "unknown", "login": "x1", "password": PASSWORD, "again": PASSWORD}
    assert house.stranger.post("/invitations", fields).status_code == 422


def test_a_forged_form_is_refused_before_anything_is_hashed(house, monkeypatch):
    monkeypatch.setattr(passwords, "is_right", _must_not_be_asked)
    fields = {"login": "x1", "password": PASSWORD}
    assert house.stranger.post("/sign-in", fields, csrf="invented").status_code == 403


def _must_not_be_asked(*_given, **_more):
    raise AssertionError("this costs a tenth of a second")


def test_signing_out_leaves_nothing_in_the_browser(house):
    said = house.owner.post("/me/sign-out").headers["Clear-Site-Data"]
    assert all(each in said for each in ('"cache"', '"storage"'))


def test_a_form_without_this_browsers_secret_is_refused(house):
    answer = house.owner.post("/people/stores", {"name": "新店"}, csrf="invented")
    assert answer.status_code == 403
    assert "新店" not in house.owner.get("/people").text


def test_a_form_of_another_site_is_refused(house):
    house.owner.get("/people")
    answer = house.owner.post(
        "/people/stores", {"name": "新店"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403


def test_signing_out_ends_the_session_itself(app, house):
    with house.owner.client.session_transaction(path="/admin/") as kept:
        token = kept["browsers"][house.merchant.number]
    house.owner.post("/me/sign-out")
    assert Browser(app, house.merchant, token=token).get("/").status_code == 303


def test_a_dismissed_persons_browser_is_out_at_once(house):
    assert house.clerk.get("/").status_code == 200
    with transaction():
        merchants.disable_staff(
            merchant_id=house.id,
            number=house.people[Role.CLERK].number,
            actor="system",
            at=clock.now(),
        )
    assert house.clerk.get("/").status_code == 303


def test_next_leads_to_pages_of_this_shop_only(app, house):
    _browser, _secret, codes = a_newcomer(app, house)
    for wanted, code in (("https://evil.example/", codes[0]), ("//evil.example", codes[1])):
        browser = Browser(app, house.merchant)
        answer = browser.post(
            f"/sign-in?next={wanted}", {"login": "xiaolin", "password": PASSWORD, "digits": code}
        )
        assert answer.location == f"/admin/{house.merchant.number}/"


def test_viewing_as_a_clerk_takes_rights_away_and_gives_them_back(house):
    house.owner.post("/me/view-as", {"role": "clerk"})
    assert house.owner.get("/people").status_code == 403
    house.owner.post("/me/view-as", {"role": ""})
    assert house.owner.get("/people").status_code == 200


def test_nobody_views_as_more_than_he_is(house):
    assert house.clerk.post("/me/view-as", {"role": "owner"}).status_code == 404
    assert house.clerk.get("/people").status_code == 403


def test_pages_run_nothing_inline_and_ask_nobody_else(house):
    answer = house.owner.get("/people")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", answer.text)
