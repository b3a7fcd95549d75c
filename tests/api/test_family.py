"""A family card, as its owner's phone and a relative's ask for it."""

import pytest

from app.kernel import clock
from app.kernel.db import db
from tests.api.calling import Caller, token_of_member
from tests.builders.family import spends
from tests.builders.members import a_member
from tests.builders.stored_value import a_top_up
from tests.simulator.world import APP


@pytest.fixture
def somebody(shop):
    return a_member(merchant=shop.merchant, appid=APP.appid, at=clock.now())


@pytest.fixture
def relative(client, shop, somebody):
    return Caller(client, shop.merchant, bearer=token_of_member(somebody, shop.app))


def test_a_relative_joins_spends_asks_and_leaves(member, shop, buyer, relative, somebody):
    a_top_up(shop, buyer)
    assert member.get("/family").json["code"] == "no_family"
    assert member.post("/family", {"monthly_cap_fen": None}).status_code == 201
    made = member.post("/family/seats", {"name": "妈妈", "monthly_cap_fen": 10_000}).json
    looked = relative.post("/family-links/look", {"token": made["token"]}).json
    assert (looked["state"], looked["monthly_cap_fen"]) == ("invited", 10_000)
    joined = relative.post("/family-links/join", {"token": made["token"]})
    assert joined.json == {"seat": made["seat"]}
    assert [who.get("/value").json["family_pays"] for who in (member, relative)] == [False, True]

    spends(shop, somebody, 9_000, at=clock.now())
    db.session.rollback()
    mine = relative.get("/family").json
    assert (mine["is_owner"], mine["seats"][0]["left_fen"]) == (False, 1_000)
    assert relative.post("/family/requests", {"amount_fen": 2_000}).status_code == 204
    (asked,) = member.get("/family").json["requests"]
    path = f"/family/seats/{asked['seat']}"
    assert relative.post(f"{path}/approve").status_code == 404
    assert member.post(f"{path}/approve").json["amount_fen"] == 2_000
    again = member.post(f"{path}/refuse")
    assert (again.status_code, again.json["code"]) == (409, "family_request_over")
    assert relative.get("/family").json["seats"][0]["left_fen"] == 3_000

    for who in (member, relative):
        (use,) = who.get("/family/uses").json["items"]
        assert (use["name"], use["amount_fen"]) == ("妈妈", 9_000)
    assert relative.post("/family/leave").status_code == 204
    assert relative.get("/family").status_code == 404
    assert member.get(f"/family/uses?seat={made['seat']}").json["items"]


def test_an_owner_sets_limits_and_ends_it(member, relative):
    assert member.post("/family", {"monthly_cap_fen": 5_000}).json["monthly_cap_fen"] == 5_000
    twice = member.post("/family", {"monthly_cap_fen": None})
    assert (twice.status_code, twice.json["code"]) == (409, "family_exists")
    seat = member.post("/family/seats", {"name": "爸爸", "monthly_cap_fen": 100}).json
    path = f"/family/seats/{seat['seat']}"
    assert member.post(f"{path}/cap", {"monthly_cap_fen": 300}).status_code == 204
    assert member.post("/family/cap", {"monthly_cap_fen": None}).status_code == 204
    told = member.get("/family").json
    assert (told["monthly_cap_fen"], told["seats"][0]["monthly_cap_fen"]) == (None, 300)
    assert member.post(f"{path}/remove").status_code == 204
    late = relative.post("/family-links/join", {"token": seat["token"]})
    assert (late.status_code, late.json["code"]) == (409, "family_link_over")
    assert member.post("/family/dissolve").status_code == 204
