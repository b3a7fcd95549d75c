"""The shop itself: its look, its terms, and who agreed to them."""

import pytest

from app.domain import consents, merchants
from app.domain.merchants import Colour
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from tests.api.calling import real_account
from tests.builders.merchants import a_merchant, a_store
from tests.simulator.world import APP, OFFICIAL


def dressed(shop, **words):
    said = {"slogan": "每天一杯", "colour": Colour.GREEN, "service_phone": "021-60000000"}
    with transaction():
        merchants.set_brand(merchant_id=shop.id, **(said | words), actor="staff:1", at=clock.now())


def test_a_shop_that_nobody_dressed_has_a_colour_and_no_words(guest, shop):
    told = guest.get("/shop").json

    assert (told["merchant"], told["name"]) == (shop.merchant.number, shop.merchant.name)
    assert (told["slogan"], told["colour"], told["logo"], told["service_phone"]) == (
        None,
        "red",
        None,
        None,
    )
    assert (told["mini_program"], told["official_account"]) == (APP.appid, None)
    assert told["time_zone"] == "Asia/Shanghai"


def test_one_answer_tells_all_that_the_app_begins_with(guest, shop):
    dressed(shop)
    with transaction():
        real_account(shop.merchant)
        merchants.set_logo(
            merchant_id=shop.id,
            logo=f"{shop.merchant.number}/logo/{'a' * 64}.png",
            actor="staff:1",
            at=clock.now(),
        )
    closed = a_store(merchant=shop.merchant)
    with transaction():
        merchants.close_store(
            merchant_id=shop.id, number=closed.number, actor="staff:1", at=clock.now()
        )

    answer = guest.get("/shop")

    told = answer.json
    assert (told["slogan"], told["colour"]) == ("每天一杯", "green")
    assert told["service_phone"] == "021-60000000"
    assert told["logo"] == f"/api/v1/{shop.merchant.number}/files/logo/{'a' * 64}.png"
    assert told["official_account"] == OFFICIAL.appid
    assert [each["store"] for each in told["stores"]] == [shop.store.number]
    assert [each["name"] for each in told["terms"]] == ["user", "privacy", "value"]


@pytest.mark.parametrize(
    "wrong", [{"slogan": "好" * 41}, {"service_phone": "请打门口"}, {"service_phone": "12"}]
)
def test_a_look_that_cannot_be_shown_is_refused(shop, wrong):
    with pytest.raises(Invalid):
        dressed(shop, **wrong)


def test_the_terms_name_the_shop_and_where_to_ask(guest, shop):
    before = "".join(guest.get("/terms/privacy").json["lines"])
    dressed(shop)
    after = "".join(guest.get("/terms/privacy").json["lines"])

    assert shop.merchant.name in before
    assert "联系门店" in before
    assert "联系021-60000000" in after


@pytest.mark.parametrize("name", consents.NAMES)
def test_no_place_in_a_text_is_left_empty(guest, name):
    told = guest.get(f"/terms/{name}").json
    assert told["revision"] == consents.get_terms(name).revision
    assert len(told["lines"]) > 5
    assert "{" not in "".join([told["title"], *told["lines"]])


@pytest.mark.parametrize("path", ["/shop", "/terms/user"])
def test_what_may_change_with_an_upgrade_is_asked_about_each_time(guest, shop, path):
    first = guest.get(path)
    assert first.headers["Cache-Control"] == "no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    assert guest.get(path, headers=known).status_code == 304

    dressed(shop, service_phone="021-61111111")
    assert guest.get(path, headers=known).status_code == 200


def test_terms_that_are_none_are_not_found(guest):
    assert guest.get("/terms/errors").status_code == 404


def test_a_consent_is_kept_once_with_its_time(member):
    revision = consents.get_terms("user").revision
    said = {"name": "user", "revision": revision}
    assert member.get("/consents").json == {"items": []}

    assert member.post("/consents", said).status_code == 204
    first = member.get("/consents").json["items"]
    assert member.post("/consents", said).status_code == 204

    assert member.get("/consents").json["items"] == first
    assert [(each["name"], each["revision"]) for each in first] == [("user", revision)]


def test_an_old_text_cannot_be_agreed_to(member):
    answer = member.post("/consents", {"name": "user", "revision": "2020-1-1"})
    assert (answer.status_code, answer.json["code"]) == (409, "terms_changed")
    assert answer.json["details"]["revision"] == consents.get_terms("user").revision
    assert member.get("/consents").json == {"items": []}


def test_what_a_stranger_agreed_to_is_his(member, stranger):
    said = {"name": "value", "revision": consents.get_terms("value").revision}
    stranger.post("/consents", said)
    assert member.get("/consents").json == {"items": []}


def test_another_shop_looks_as_it_did(shop, committed):
    other = a_merchant()
    dressed(shop)
    with transaction():
        assert merchants.brand(merchant_id=other.id).slogan is None
