"""Signing in, and who I am."""

from datetime import timedelta

from app.domain import members
from app.kernel import clock
from app.kernel.db import transaction
from tests.api.calling import Caller, token_of_member
from tests.builders.merchants import a_merchant
from tests.simulator.world import APP


def sign_in(guest, phone):
    return guest.post("/sessions", {"appid": APP.appid, "code": phone.login_code()})


def test_a_first_visit_makes_a_member(client, shop, guest, phone):
    answer = sign_in(guest, phone)
    assert answer.status_code == 201
    assert answer.json["is_new"] is True
    me = Caller(client, shop.merchant, bearer=answer.json["token"]).get("/me")
    assert me.json["member"] == answer.json["member"]


def test_a_second_visit_finds_the_same_member(guest, phone):
    first, second = sign_in(guest, phone).json, sign_in(guest, phone).json
    assert second["is_new"] is False
    assert second["member"] == first["member"]


def test_a_code_works_once(guest, phone):
    body = {"appid": APP.appid, "code": phone.login_code()}
    guest.post("/sessions", body)
    answer = guest.post("/sessions", body)
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in_refused")


def test_an_app_of_another_shop_is_not_found(guest):
    answer = guest.post("/sessions", {"appid": "wx0000000000000000", "code": "abc"})
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_token_does_not_show_the_openid(guest, phone):
    import base64

    token = sign_in(guest, phone).json["token"]
    packed = base64.urlsafe_b64decode(token.removeprefix("kbt_").split(".")[0] + "==")
    assert phone.openid.encode() not in packed


def test_a_token_ends_after_two_hours(client, shop, buyer):
    old = token_of_member(buyer, shop.app, at=clock.now() - timedelta(hours=2, seconds=1))
    answer = Caller(client, shop.merchant, bearer=old).get("/me")
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_forged_token_is_no_token(client, shop, member):
    for forged in (member.bearer[:-2] + "xx", "kbt_" + "A" * 40, "kbt_.", "kbt_é", "x" * 5000):
        answer = Caller(client, shop.merchant, bearer=forged.encode("utf-8").decode("latin-1"))
        assert answer.get("/me").status_code == 401


def test_a_session_that_was_ended_is_refused_at_once(member, shop, buyer):
    assert member.get("/me").status_code == 200
    with transaction():
        members.end_sessions(merchant_id=shop.id, member_id=buyer.id)
    assert member.get("/me").json["code"] == "not_signed_in"


def test_on_a_hot_route_too_an_ended_session_is_over_at_once(member, shop, buyer):
    assert member.get("/wallet").status_code == 200
    with transaction():
        members.end_sessions(merchant_id=shop.id, member_id=buyer.id)
    assert member.get("/wallet").status_code == 401


def test_a_session_of_one_shop_opens_no_other(client, member):
    elsewhere = Caller(client, a_merchant(), bearer=member.bearer)
    answer = elsewhere.get("/me")
    assert (answer.status_code, answer.json["code"]) == (403, "wrong_merchant")


def test_a_phone_is_kept_and_shown_masked(member, phone):
    assert member.post("/phone", {"code": phone.phone_code()}).status_code == 204
    assert member.get("/me").json["phone"] == "138****0001"


def test_a_phone_code_that_wechat_does_not_know_is_409(member):
    answer = member.post("/phone", {"code": "nonsense"})
    assert (answer.status_code, answer.json["code"]) == (409, "wechat_refused")


def test_wechat_being_away_is_502(guest, phone):
    phone.fault("status", scope="/sns/jscode2session", status=503)
    try:
        answer = sign_in(guest, phone)
    finally:
        phone.no_faults()
    assert (answer.status_code, answer.json["code"]) == (502, "wechat_unavailable")
