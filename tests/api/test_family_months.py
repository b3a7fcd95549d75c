"""A family over its months, as the phones of its owner and a relative ask for it."""

from datetime import UTC, datetime, timedelta

import pytest

from app.kernel import clock
from app.kernel.db import db
from tests.api.calling import Caller, token_of_member
from tests.builders.family import spends
from tests.builders.members import a_member
from tests.builders.stored_value import a_top_up
from tests.simulator.world import APP

CAP = 10_000
SECOND = timedelta(seconds=1)


@pytest.fixture
def somebody(shop):
    return a_member(merchant=shop.merchant, appid=APP.appid, at=clock.now())


@pytest.fixture
def travel(monkeypatch, client, shop, buyer, somebody):
    """The owner's phone and the relative's, at that time."""

    def to(at):
        monkeypatch.setattr(clock, "now", lambda: at)
        return [
            Caller(client, shop.merchant, bearer=token_of_member(who, shop.app, at=at))
            for who in (buyer, somebody)
        ]

    return to


def joined(owner, relative, *, cap=CAP, whole=None):
    """The number of the place that the relative has now."""
    assert owner.post("/family", {"monthly_cap_fen": whole}).status_code == 201
    made = owner.post("/family/seats", {"name": "妈妈", "monthly_cap_fen": cap}).json
    assert relative.post("/family-links/join", {"token": made["token"]}).status_code == 200
    return made["seat"]


def left(who):
    (seat,) = who.get("/family").json["seats"]
    return seat["spent_fen"], seat["left_fen"]


def spent(shop, member, amount):
    spends(shop, member, amount, at=clock.now())
    db.session.rollback()


# Midnight in Shanghai is 16:00 UTC of the day before.
@pytest.mark.parametrize(
    "midnight",
    [
        datetime(2027, 1, 31, 16, tzinfo=UTC),
        datetime(2027, 2, 28, 16, tzinfo=UTC),
        datetime(2028, 2, 29, 16, tzinfo=UTC),
        datetime(2027, 4, 30, 16, tzinfo=UTC),
        datetime(2027, 12, 31, 16, tzinfo=UTC),
    ],
    ids=["31 January", "28 February", "29 February", "30 April", "31 December"],
)
def test_a_month_ends_at_the_shops_midnight(shop, buyer, somebody, travel, midnight):
    owner, relative = travel(midnight - 3 * SECOND)
    a_top_up(shop, buyer, at=clock.now())
    joined(owner, relative)
    spent(shop, somebody, CAP)

    _, relative = travel(midnight - SECOND)
    assert left(relative) == (CAP, 0)
    owner, relative = travel(midnight)
    assert left(owner) == left(relative) == (0, CAP)


def test_in_a_leap_year_the_28th_is_not_the_end_of_february(shop, buyer, somebody, travel):
    owner, relative = travel(datetime(2028, 2, 28, 15, tzinfo=UTC))
    a_top_up(shop, buyer, at=clock.now())
    joined(owner, relative)
    spent(shop, somebody, CAP)

    _, relative = travel(datetime(2028, 2, 28, 16, tzinfo=UTC))

    assert left(relative) == (CAP, 0)


def test_what_the_owner_allowed_once_is_over_with_its_month(shop, buyer, somebody, travel):
    end = datetime(2027, 1, 31, 16, tzinfo=UTC)
    owner, relative = travel(end - 10 * SECOND)
    a_top_up(shop, buyer, at=clock.now())
    seat = joined(owner, relative)
    spent(shop, somebody, CAP)
    assert relative.post("/family/requests", {"amount_fen": 500}).status_code == 204
    assert owner.post(f"/family/seats/{seat}/approve").json["amount_fen"] == 500
    assert left(relative) == (CAP, 500)

    _, relative = travel(end)
    assert left(relative) == (0, CAP)


def test_whoever_left_or_was_removed_keeps_his_history_with_the_owner_and_spends_no_more(
    shop, buyer, somebody, travel
):
    noon = datetime(2027, 1, 31, 4, tzinfo=UTC)
    owner, relative = travel(noon)
    a_top_up(shop, buyer, at=clock.now())
    seat = joined(owner, relative)
    spent(shop, somebody, 600)
    owner, relative = travel(noon + SECOND)
    assert owner.post(f"/family/seats/{seat}/remove").status_code == 204

    assert relative.get("/family").json["code"] == "no_family"
    (use,) = owner.get(f"/family/uses?seat={seat}").json["items"]
    assert (use["name"], use["amount_fen"]) == ("妈妈", 600)
    again = owner.post("/family/seats", {"name": "妈妈", "monthly_cap_fen": CAP}).json
    joining = {"token": again["token"]}
    assert relative.post("/family-links/join", joining).json["seat"] == again["seat"]
    # A new place begins with nothing spent.
    assert left(relative) == (0, CAP)


def test_a_dissolved_family_is_over_for_all_and_another_may_begin(shop, buyer, somebody, travel):
    owner, relative = travel(datetime(2028, 2, 29, 4, tzinfo=UTC))
    a_top_up(shop, buyer, at=clock.now())
    joined(owner, relative, whole=700)
    spent(shop, somebody, 700)
    assert owner.get("/family").json["seats"][0]["left_fen"] == 0

    assert owner.post("/family/dissolve").status_code == 204

    for who in (owner, relative):
        assert who.get("/family").json["code"] == "no_family"
    assert relative.post("/family", {"monthly_cap_fen": None}).status_code == 201
    assert owner.post("/family", {"monthly_cap_fen": None}).status_code == 201
