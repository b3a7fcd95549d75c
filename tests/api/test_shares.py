"""Sharing with a friend, and who brought whom, as phones and managers ask for it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.kernel import clock
from app.kernel.db import db, fetch_all
from tests.api.calling import Caller, token_of_member
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.members import a_member
from tests.builders.orders import a_voucher, shown, vouchers_of
from tests.builders.sharing import SHAREABLE
from tests.simulator.world import APP


@pytest.fixture
def card(shop, buyer):
    """The number of a card of three lattes."""
    benefit = a_benefit(merchant=shop.merchant, conditions=SHAREABLE)
    shop.offer = an_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 3)])
    return a_voucher(shop, buyer=buyer, at=clock.now() - timedelta(minutes=1)).card_number


@pytest.fixture
def friends(client, shop):
    """Callers, each somebody new."""

    def come():
        somebody = a_member(merchant=shop.merchant, appid=APP.appid, at=clock.now())
        return Caller(client, shop.merchant, bearer=token_of_member(somebody, shop.app)), somebody

    return come


def voucher_of(shop, buyer):
    return vouchers_of(shop, buyer, at=clock.now())[0]


def test_a_friend_takes_uses_and_the_owner_sees_them_and_takes_the_rest(
    member, card, shop, friends, clerk
):
    made = member.post("/sub-cards", {"card": card, "uses": 2})
    assert (made.status_code, made.json["uses"]) == (201, 2)
    friend, somebody = friends()

    looked = friend.post("/share-links/look", {"token": made.json["token"]}).json
    assert (looked["state"], looked["names"]) == ("waiting", ["热拿铁兑换券"] * 2)
    assert looked["owner_name"] == "一位朋友"
    claimed = friend.post("/share-links/claim", {"token": made.json["token"]})
    assert (claimed.status_code, claimed.json["uses"]) == (200, 2)
    code = shown(shop, voucher_of(shop, somebody), at=clock.now()).qr_text
    db.session.rollback()
    redeemed = clerk.post("/counter/redeem", {"code": code}, key="a" * 20)
    assert redeemed.status_code == 201

    path = f"/shares/{made.json['share']}"
    uses = member.get(path).json["uses"]
    assert [use["store"] for use in uses if use["used_at"]] == [shop.store.name]
    assert member.post(f"{path}/take-back").json["uses"] == 1
    assert len(friend.get(path).json["uses"]) == 1
    assert [item["share"] for item in friend.get("/shares?box=received").json["items"]] == [
        made.json["share"]
    ]
    assert member.get("/shares").json["items"][0]["state"] == "taken_back"


def test_one_voucher_is_shared_once_and_the_second_friend_hears_why(
    member, card, shop, buyer, friends
):
    voucher = voucher_of(shop, buyer).number
    made = member.post("/shares", {"voucher": voucher}).json
    first, second = friends()[0], friends()[0]
    assert first.post("/share-links/claim", {"token": made["token"]}).status_code == 200

    late = second.post("/share-links/claim", {"token": made["token"]})

    assert (late.status_code, late.json["code"]) == (409, "share_taken")
    assert member.get(f"/vouchers/{voucher}").status_code == 404
    assert first.post("/shares", {"voucher": voucher}).json["code"] == "shared_before"


def test_a_friend_cannot_give_it_away(member, card, shop, buyer, friends):
    voucher = voucher_of(shop, buyer).number
    token = member.post("/shares", {"voucher": voucher}).json["token"]
    friend = friends()[0]
    friend.post("/share-links/claim", {"token": token})

    refused = friend.post("/gifts", {"vouchers": [voucher]}, key="b" * 20)

    assert (refused.status_code, refused.json["code"]) == (409, "not_giftable")


def test_the_path_says_who_shared_and_a_new_link_kills_the_old(member, card, buyer, friends):
    made = member.post("/sub-cards", {"card": card, "uses": 1}).json
    assert f"sharer={buyer.number}" in made["path"]
    assert "channel=friend_share" in made["path"]
    renewed = member.post(f"/shares/{made['share']}/link").json

    friend = friends()[0]
    dead = friend.post("/share-links/look", {"token": made["token"]})
    assert (dead.status_code, dead.json["code"]) == (404, "share_link_unknown")
    assert friend.post("/share-links/look", {"token": renewed["token"]}).status_code == 200


def test_strangers_see_no_share(member, stranger, card):
    number = member.post("/sub-cards", {"card": card, "uses": 1}).json["share"]
    assert stranger.get(f"/shares/{number}").status_code == 404
    assert stranger.post(f"/shares/{number}/take-back").status_code == 404
    assert stranger.post(f"/shares/{number}/link").status_code == 404


@pytest.mark.parametrize("body", [{}, {"uses": 2}, {"card": "C" + "2" * 16}, {"voucher": 3}])
def test_a_share_of_nothing_is_422(member, body):
    assert member.post("/shares", body).status_code == 422


def test_looking_at_a_link_keeps_nothing_about_the_friend(member, card, friends):
    token = member.post("/sub-cards", {"card": card, "uses": 1}).json["token"]
    friend = friends()[0]
    before = look_at_every_row()

    for _ in range(3):
        friend.post("/share-links/look", {"token": token})

    assert look_at_every_row() == before


@dataclass
class Count:
    number: int


def look_at_every_row():
    tables = ("members", "users", "shares", "shared_vouchers", "cards", "voucher_events", "outbox")
    query = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in tables)  # noqa: S608
    counted = fetch_all(Count, query, {})
    db.session.rollback()
    return counted


def test_a_member_sees_his_own_sums_and_a_manager_the_tree(
    client, shop, member, buyer, manager, clerk, friends
):
    friend, somebody = friends()
    order = {"offer": shop.offer.number, "source": {"channel": "poster", "sharer": buyer.number}}
    placed = friend.post("/orders", order, key="c" * 20)
    assert placed.status_code == 201

    mine = member.get("/referrals/mine").json
    assert (mine["buyers"], mine["orders"], mine["first_time_payers"]) == (1, 1, 0)
    assert f"sharer={buyer.number}" in mine["link"]
    assert somebody.number not in str(mine)
    assert friend.get("/referrals/mine").json["buyers"] == 0

    (row,) = manager.get("/counter/referrals?channel=poster").json["items"]
    assert (row["sharer"], row["orders"], row["conversion_bp"]) == (buyer.number, 1, 0)
    assert manager.get("/counter/referrals?channel=other").json["items"] == []
    (brought,) = manager.get(f"/counter/referrals/{buyer.number}").json["items"]
    assert (brought["buyer"], brought["name"]) == (somebody.number, "一位朋友")
    refused = clerk.get("/counter/referrals")
    assert (refused.status_code, refused.json["code"]) == (403, "managers_only")


def test_nobody_brings_himself(shop, member, buyer, manager):
    source = {"sharer": buyer.number, "channel": "poster"}
    placed = member.post(
        "/orders", {"offer": shop.offer.number, "source": source}, key="d" * 20
    ).json["order"]

    query = "SELECT sharer_member_id FROM orders WHERE merchant_id = %s AND number = %s"
    kept = db.session.connection().exec_driver_sql(query, (shop.id, placed)).scalar()
    db.session.rollback()
    assert kept is None
    assert manager.get("/counter/referrals").json["items"] == []
