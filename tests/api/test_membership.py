"""A member sees the way up in words; a manager tries rules before they hold."""

import pytest

from app.domain.membership import CONSENT_VERSION
from app.kernel import clock
from app.kernel.db import db
from tests.builders.membership import a_ladder, a_pack, grow, spending, tiers_in


@pytest.fixture
def ladder(shop):
    pack = a_pack(shop.merchant)
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"upgrade": pack}}), at=clock.now())
    return shop


def set_birthday(member, **said):
    return member.post("/membership/birthday", said)


def test_a_member_sees_his_tier_and_the_way_to_the_next(member, buyer, ladder):
    grow(buyer, amount=414_00, at=clock.now())
    db.session.rollback()

    told = member.get("/membership").json

    assert told["tier"]["tier"] == "base"
    assert told["next"]["sentence"] == "再消费86元，或再到店3次，即可升级银卡"
    assert told["next"]["progress"][0] == {
        "kind": "spend",
        "text": "近365天消费满500元",
        "have": 414_00,
        "at_least": 500_00,
    }
    (silver,) = [one for one in told["tiers"] if one["tier"] == "silver"]
    assert silver["packs"] == [{"occasion": "upgrade", "items": ["热拿铁兑换券×1"]}]
    assert silver["privileges"] == ["消费积分1.2倍", "新品提前24小时购买"]


def test_where_there_are_no_tiers_there_is_nothing_to_see(member, shop):
    assert member.get("/membership").json["code"] == "not_found"


def test_a_birthday_is_kept_shown_and_taken_back(member, ladder):
    kept = set_birthday(member, month=2, day=29, consent_version=CONSENT_VERSION)
    assert kept.status_code == 204, kept.text
    shown = member.get("/membership").json["birthday"]
    assert (shown["month"], shown["day"]) == (2, 29)
    again = set_birthday(member, month=3, day=1, consent_version=CONSENT_VERSION)
    assert (again.status_code, again.json["code"]) == (409, "birthday_set")
    assert member.post("/membership/birthday/remove").status_code == 204
    assert member.get("/membership").json["birthday"]["month"] is None


def test_a_manager_tries_rules_and_then_publishes_them(manager, buyer, ladder):
    grow(buyer, amount=300_00, at=clock.now())
    db.session.rollback()
    rules = {"rules": a_ladder(silver={"conditions": [spending(300_00)]})}

    tried = manager.post("/counter/tiers/dry-run", rules).json
    assert [(one["from_tier"], one["to_tier"], one["members"]) for one in tried["pairs"]] == [
        (None, "silver", 1)
    ]
    assert manager.get("/counter/tiers").json["revision"] == 1
    made = manager.post("/counter/tiers", rules)
    assert (made.status_code, made.json["revision"]) == (201, 2)
    assert manager.get("/counter/tiers").json == made.json


def test_rules_that_drop_a_tier_somebody_has_are_refused(manager, buyer, ladder):
    grow(buyer, amount=500_00, at=clock.now())
    db.session.rollback()
    fewer = {"rules": {"tiers": a_ladder()["tiers"][:1]}}

    refused = manager.post("/counter/tiers", fewer)

    assert (refused.status_code, refused.json["code"]) == (409, "tier_in_use")
    assert refused.json["details"] == {"tiers": ["silver"]}


def test_a_clerk_has_no_say_in_the_rules(clerk, ladder):
    assert clerk.get("/counter/tiers").json["code"] == "managers_only"
