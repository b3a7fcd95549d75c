"""Stored value and gift cards, as a phone asks for them."""

import pytest

from app.kernel import clock
from app.kernel.db import db
from tests.api.calling import Caller, token_of_member
from tests.builders.members import a_member
from tests.builders.stored_value import a_gift_card, a_top_up, held, spent
from tests.domain.stored_value.test_holding import number_of
from tests.simulator.world import APP


@pytest.fixture
def friend(client, shop):
    somebody = a_member(merchant=shop.merchant, appid=APP.appid, at=clock.now())
    return Caller(client, shop.merchant, bearer=token_of_member(somebody, shop.app))


def number(shop, order_id):
    found = number_of(shop, order_id)
    db.session.rollback()
    return found


def test_paid_and_bonus_money_are_told_apart(member, shop, buyer):
    order_id = number(shop, a_top_up(shop, buyer))
    used = number(shop, spent(shop, buyer, 12_000))

    told = member.get("/value").json
    assert (told["paid_fen"], told["bonus_fen"], told["total_fen"]) == (90_000, 18_000, 108_000)
    assert (told["frozen"], told["confirm_above_fen"]) == (False, 20_000)
    entries = member.get("/value/entries").json["items"]
    assert [each["reason"] for each in entries] == ["消费支付", "储值充值"]
    (credit,) = member.get("/value/top-ups").json["items"]
    assert (credit["order"], credit["paid_rest"], credit["usage_order"]) == (
        order_id,
        90_000,
        "proportional",
    )
    receipt = member.get(f"/value/receipts/{used}").json
    assert [(lot["paid_fen"], lot["bonus_fen"]) for lot in receipt["lots"]] == [(10_000, 2_000)]


def test_a_refund_is_worked_out_line_by_line_for_its_owner_only(member, shop, buyer, friend):
    order_id = number(shop, a_top_up(shop, buyer))
    spent(shop, buyer, 12_000)
    path = f"/value/top-ups/{order_id}/refund-quote"

    told = member.get(path).json

    assert (told["refundable_fen"], told["clawback_fen"]) == (90_000, 18_000)
    assert [(case["basis"], case["refund_fen"]) for case in told["cases"]] == [
        ("seven_day", 0),
        ("agreed", 90_000),
        ("merchant_fault", 90_000),
        ("holder_fault", 88_000),
    ]
    assert told["cases"][0]["why_not"]
    assert friend.get(path).status_code == 404


def test_a_confirmation_wants_the_same_person_on_the_phone(member, shop, buyer, friend, phone):
    a_top_up(shop, buyer)
    said = {"code": phone.login_code(), "amount_fen": 30_000}
    other = friend.post("/value/confirmations", said)
    assert (other.status_code, other.json["code"]) == (409, "confirmation_invalid")

    given = member.post("/value/confirmations", said | {"code": phone.login_code()})

    assert given.status_code == 201
    held(shop, buyer, 30_000, confirmed=False, confirmation=given.json["token"], at=clock.now())


def test_a_friend_claims_a_gift_card_once(member, shop, buyer, friend):
    card, token, _ = a_gift_card(shop, buyer, at=clock.now())
    db.session.rollback()
    assert member.get("/gift-cards").json["items"][0]["gift_card"] == card
    link = member.get(f"/gift-cards/{card}/link").json
    assert link["token"] == token
    assert token in link["path"]
    assert friend.get(f"/gift-cards/{card}/link").status_code == 404

    looked = friend.post("/gift-card-links/look", {"token": token}).json
    assert (looked["state"], looked["face_fen"]) == ("sold", 50_000)
    assert friend.post("/gift-card-links/reactivate", {"token": token}).status_code == 200
    assert friend.post("/gift-card-links/claim", {"token": token}).json["gift_card"] == card

    assert friend.get("/value").json["total_fen"] == 50_000
    late = member.post("/gift-card-links/claim", {"token": token})
    assert (late.status_code, late.json["code"]) == (409, "gift_card_taken")
    unknown = friend.post("/gift-card-links/look", {"token": "x" * 22})
    assert (unknown.status_code, unknown.json["code"]) == (404, "gift_card_unknown")
