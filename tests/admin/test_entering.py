import re

from app.domain import merchants
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from tests.admin.browsing import PASSWORD, Browser, six_digits

SECRET = re.compile(r"<code>([A-Z2-7]{32})</code>")
CODES = re.compile(r"<code>([2-9a-z]{5}-[2-9a-z]{5})</code>")


def an_invitation(house, role=Role.MANAGER):
    with transaction():
        return merchants.invite_staff(
            merchant_id=house.id,
            name="小林",
            role=role,
            store_ids=[house.store.id],
            actor="system",
            at=clock.now(),
        )


def a_newcomer(app, house, login="xiaolin"):
    """Accepts an invitation and binds an authenticator; his browser, its secret and his codes."""
    browser = Browser(app, house.merchant)
    browser.get("/invitations")
    accepted = browser.post(
        "/invitations",
        {
            "token": an_invitation(house).token,
            "login": login,
            "password": PASSWORD,
            "again": PASSWORD,
        },
    )
    assert accepted.status_code == 303
    secret = SECRET.search(browser.get("/me/second-factor").text).group(1)
    told = browser.post("/me/second-factor", {"digits": six_digits(secret)})
    return browser, secret, CODES.findall(told.text)


def sign_in(browser, login="xiaolin", password=PASSWORD, digits=""):
    browser.get("/sign-in")
    return browser.post("/sign-in", {"login": login, "password": password, "digits": digits})


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


def test_a_password_needs_its_six_digits_and_each_counts_once(app, house):
    _browser, secret, _codes = a_newcomer(app, house)
    browser = Browser(app, house.merchant)
    assert sign_in(browser).status_code == 422
    # The step of the binding was used up by it.
    later = clock.now().timestamp() + 30
    digits = six_digits(secret, at=int(later))
    assert sign_in(browser, digits=digits).status_code == 303
    assert browser.get("/").status_code == 200
    assert sign_in(Browser(app, house.merchant), digits=digits).status_code == 422


def test_a_recovery_code_opens_once(app, house):
    _browser, _secret, codes = a_newcomer(app, house)
    assert sign_in(Browser(app, house.merchant), digits=codes[0]).status_code == 303
    assert sign_in(Browser(app, house.merchant), digits=codes[0]).status_code == 422


def test_a_wrong_password_and_an_unknown_name_are_told_alike(app, house):
    a_newcomer(app, house)
    wrong = sign_in(Browser(app, house.merchant), password="not the password")
    unknown = sign_in(Browser(app, house.merchant), login="nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert "登录名或密码不正确" in wrong.text
    assert "登录名或密码不正确" in unknown.text


def test_five_wrong_passwords_lock_even_the_right_one_out_for_a_while(app, house):
    _browser, _secret, codes = a_newcomer(app, house)
    browser = Browser(app, house.merchant)
    for _ in range(5):
        assert sign_in(browser, password="not the password").status_code == 401
    assert sign_in(browser, digits=codes[0]).status_code == 429


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
