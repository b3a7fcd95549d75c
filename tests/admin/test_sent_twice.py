"""A form that arrives twice, by a double tap or a browser's resend, works once."""

import hashlib
import io
import json
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

import app.admin
from app.admin import attempts, pages
from app.domain.merchants import Role
from app.kernel.db import db
from app.migrations.metadata import tenant_tables
from tests.admin import (
    test_benefits,
    test_people,
)
from tests.admin.browsing import PASSWORD, signed_in, six_digits
from tests.admin.entering import CODES, SECRET, a_newcomer
from tests.admin.matrix import ANYBODY, declared, pages_of
from tests.admin.posts import (
    CHANGING,
    MAKING,
    a_gift,
    codes,
)
from tests.builders.members import a_member

TEMPLATES = Path(app.admin.__file__).parent / "templates"
FORM = re.compile(r'<form[^>]*method="post"[^>]*>.{0,200}', re.DOTALL)
NUMBER = re.compile(rf'name="{attempts.FIELD}" value="([^"]+)"')


def everything(house):
    """How many rows of this shop each table has."""
    counts = " UNION ALL ".join(
        f"SELECT '{table}', count(*) FROM {table} WHERE merchant_id = :shop"  # noqa: S608 - our own tables
        for table in tenant_tables()
    )
    with db.engine.connect() as connection:
        return dict(map(tuple, connection.execute(text(counts), {"shop": house.id})))


def a_form(fields):
    return {attempts.FIELD: secrets.token_urlsafe(16), "_page": "", **fields}


def test_every_post_is_known_as_making_or_as_changing(app):
    posts = {
        page.name
        for page in pages_of(app)
        if page.method == "POST" and declared(app, page) != ANYBODY
    }
    assert posts <= MAKING.keys() | CHANGING, posts - MAKING.keys() - CHANGING
    assert MAKING.keys() <= posts
    assert not MAKING.keys() & CHANGING


@pytest.mark.parametrize("name", list(MAKING))
def test_what_makes_something_makes_it_once(app, house, name):
    page = next(each for each in pages_of(app) if (each.name, each.method) == (name, "POST"))
    browser = house.manager if declared(app, page) in {"manager", "clerk"} else house.owner
    path, fields = MAKING[name](house)
    form, before = a_form(fields), everything(house)
    first = browser.post(path, form)
    assert first.status_code in {200, 303}, first.text
    after = everything(house)
    assert after != before
    second = browser.post(path, form)
    assert second.status_code == 303, second.text
    assert everything(house) == after
    assert first.status_code == 200 or first.location == second.location


def test_every_form_brings_its_own_number(house):
    for template in TEMPLATES.rglob("*.html"):
        for form in FORM.findall(template.read_text()):
            # The till has keys of its own.
            assert "hidden()" in form or "data-till-form" in form, (template.name, form)
    numbers = NUMBER.findall(house.owner.get("/people").text)
    assert len(numbers) == len(set(numbers)) > 2


def test_two_taps_at_once_do_the_work_once(app, house):
    path, fields = a_gift(house)
    form, before = a_form(fields), everything(house)
    browsers = [signed_in(app, house.merchant, house.people[Role.MANAGER]) for _ in range(2)]
    for browser in browsers:
        browser.get("/goodwill")

    def tap(browser):
        with app.app_context():
            return browser.post(path, form).status_code

    with ThreadPoolExecutor(2) as taps:
        answers = list(taps.map(tap, browsers))
    assert answers == [303, 303]
    assert everything(house)["goodwill_grants"] == before["goodwill_grants"] + 1


def test_without_a_number_the_same_gift_is_given_twice(house):
    """The control: it is the number that keeps the second one out."""
    path, fields = a_gift(house)
    before = everything(house)["goodwill_grants"]
    for _ in range(2):
        assert house.manager.post(path, fields).status_code == 303
    assert everything(house)["goodwill_grants"] == before + 2


def test_what_was_refused_may_be_sent_again(house):
    path, fields = a_gift(house)
    form = a_form(fields)
    assert house.manager.post(path, form | {"reason": ""}).status_code == 422
    assert house.manager.post(path, form).status_code == 303


def test_other_words_in_the_same_form_are_another_wish(house):
    path, fields = a_gift(house)
    form, before = a_form(fields), everything(house)["goodwill_grants"]
    house.manager.post(path, form)
    house.manager.post(path, form | {"reason": "再次致歉"})
    assert everything(house)["goodwill_grants"] == before + 2


def test_another_file_in_the_same_form_is_another_wish(house):
    path, _fields = codes(house)
    form, before = a_form({"step": "import"}), everything(house)["pool_codes"]
    for content in (b"AAAA1111\n", b"BBBB2222\n", b"BBBB2222\n"):
        sent = form | {"file": (io.BytesIO(content), "codes.csv")}
        house.manager.post(path, sent, content_type="multipart/form-data")
    assert everything(house)["pool_codes"] == before + 2


def test_a_number_is_its_senders_own(house):
    form = a_form(test_benefits.fields())
    before = everything(house)["benefits"]
    house.manager.post("/benefits/new", form)
    house.owner.post("/benefits/new", form)
    assert everything(house)["benefits"] == before + 2


def test_a_trial_run_can_be_repeated(house):
    path, fields = codes(house)
    form = a_form(fields | {"step": "dry"})
    told = [house.manager.post(path, form) for _ in range(2)]
    assert [answer.status_code for answer in told] == [200, 200]


def test_the_words_of_the_first_answer_are_told_once(house):
    form = a_form({"name": "人民广场店", "address": ""})
    for _ in range(2):
        house.owner.post("/people/stores", form)
    assert house.owner.get("/people").text.count("门店已添加") == 1


def test_nobody_can_try_passwords_on_what_is_kept(house):
    password = {"password": PASSWORD, "again": PASSWORD, "login": "boss"}
    for path, fields in (("/me/password", password), ("/members/find", {"q": "13812345678"})):
        assert house.owner.post(path, a_form(fields)).status_code < 400
        plain = json.dumps([f"/admin/{house.owner.number}{path}", sorted(fields.items()), []])
        kept = kept_attempts(house)
        for sent in (plain, f"{house.owner.path(path)}\n{plain}"):
            digest = hashlib.sha256(sent.encode())
            assert digest.hexdigest()[:24] not in " ".join(each.key for each in kept)
            assert digest.digest() not in [bytes(each.body_hash) for each in kept]
    assert len(kept) == 1


def kept_attempts(house):
    asked = text("SELECT key, body_hash FROM request_keys WHERE merchant_id = :shop")
    with db.engine.connect() as connection:
        return connection.execute(asked, {"shop": house.id}).all()


def test_codes_that_were_not_seen_are_not_replaced_by_themselves(app, house):
    browser, _secret, _codes = a_newcomer(app, house)
    form = a_form({})
    first, second = [browser.post("/me/recovery-codes", form) for _ in range(2)]
    codes = CODES.findall(first.text)
    assert (len(codes), second.status_code) == (10, 303)
    assert "备用码已生成" in browser.get(second.location).text
    proof = {"password": PASSWORD, "digits": codes[0]}
    assert browser.post("/me/prove", proof).status_code == 303


def test_a_second_factor_is_bound_once(app, house):
    browser, _secret, _codes = a_newcomer(app, house)
    fresh = SECRET.search(browser.get("/me/second-factor").text).group(1)
    form = a_form({"digits": six_digits(fresh)})
    first, second = [browser.post("/me/second-factor", form) for _ in range(2)]
    assert (len(CODES.findall(first.text)), second.status_code) == (10, 303)
    assert second.location.endswith("/me")


def test_a_link_made_anew_is_not_replaced_by_itself(house):
    house.owner.post("/people/invitations", MAKING["people.invite"](house)[1])
    (person,) = re.findall(r"/people/(\w+)\"[^>]*>小周", house.owner.get("/people").text)
    form = a_form({})
    first, second = [house.owner.post(f"/people/{person}/invite-again", form) for _ in range(2)]
    (token,) = {each.group(2) for each in test_people.LINK.finditer(first.text)}
    assert second.location.endswith(f"/people/{person}")
    accepted = {"token": token, "login": "xiaozhou", "password": PASSWORD, "again": PASSWORD}
    assert house.stranger.post("/invitations", accepted).status_code == 303


def test_after_a_fault_of_ours_the_work_is_not_done_again(house, monkeypatch):
    path, fields = a_gift(house)
    form, before = a_form(fields), everything(house)["goodwill_grants"]
    with monkeypatch.context() as broken:
        broken.setattr(pages, "go", lambda *_given, **_more: 1 / 0)
        assert house.manager.post(path, form).status_code == 500
    assert house.manager.post(path, form).status_code == 303
    assert everything(house)["goodwill_grants"] == before + 1


def test_what_is_only_asked_may_be_asked_again(app, house):
    """A file that did not arrive, a phone that was read: the same form brings it once more."""
    assert {f"panel.{page.name}" for page in pages_of(app)} >= attempts.ASKING
    member = a_member(merchant=house.merchant, phone="13812345678").number
    form = a_form({"reason": "核对手机号"})
    told = [house.manager.post(f"/members/{member}/phone", form) for _ in range(2)]
    assert [answer.status_code for answer in told] == [200, 200]
