"""Stored value at the manager's desk: looked at, frozen, corrected by two people."""

import pytest

from app.domain import stored_value
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import db, execute, transaction
from tests.api.calling import Caller, token_of_staff
from tests.builders.merchants import a_clerk
from tests.builders.stored_value import a_top_up, held, spent


@pytest.fixture
def purse(buyer):
    return f"/counter/members/{buyer.number}/value"


def a_manager(client, shop, *, who=None):
    hired = a_clerk(shop.store, role=Role.MANAGER)
    if who is not None:
        with transaction():
            execute(
                "UPDATE staff SET user_id = %(user_id)s WHERE merchant_id = %(m)s AND id = %(id)s",
                {"user_id": who.user_id, "m": shop.id, "id": hired.staff_id},
            )
    return Caller(client, shop.merchant, bearer=token_of_staff(hired, shop.store))


@pytest.fixture
def other(client, shop):
    return a_manager(client, shop)


def refused(answer):
    return answer.status_code, answer.json["code"]


def test_a_manager_sees_what_is_there_and_from_where(manager, shop, buyer, purse):
    a_top_up(shop, buyer, at=clock.now())
    spent(shop, buyer, 12_000, confirmed=False, at=clock.now())
    db.session.rollback()

    told = manager.get(purse).json

    assert (told["paid_fen"], told["bonus_fen"]) == (90_000, 18_000)
    assert (told["unconfirmed_today_fen"], told["frozen"], told["waiting"]) == (12_000, None, None)
    (lot,) = manager.get(f"{purse}/top-ups").json["items"]
    assert (lot["paid_rest"], lot["bonus_rest"]) == (90_000, 18_000)
    entries = manager.get(f"{purse}/entries?limit=1").json
    assert [each["reason"] for each in entries["items"]] == ["消费支付"]
    assert manager.get("/counter/value/custody").json["paid_fen"] == 90_000


def test_it_is_for_managers_and_their_own_members(clerk, manager, buyer, purse):
    assert refused(clerk.get(purse)) == (403, "managers_only")
    assert refused(clerk.post(f"{purse}/freeze", {"reason": "盗刷"})) == (403, "managers_only")
    assert manager.get(purse.replace(buyer.number, "U2222222222222222")).status_code == 404


def test_what_is_frozen_is_not_spent_and_the_reason_stays_at_the_desk(
    manager, member, shop, buyer, purse
):
    a_top_up(shop, buyer, at=clock.now())
    db.session.rollback()

    assert manager.post(f"{purse}/freeze", {"reason": "疑似盗刷"}).status_code == 204
    assert manager.get(purse).json["frozen"]["reason"] == "疑似盗刷"
    told = member.get("/value")
    assert told.json["frozen"]
    assert "疑似盗刷" not in told.text
    with pytest.raises(stored_value.ValueFrozen):
        held(shop, buyer, 1)
    assert manager.post(f"{purse}/unfreeze", {"reason": "本人核实"}).status_code == 204
    assert manager.get(purse).json["frozen"] is None


def test_a_correction_is_made_by_two_people(manager, other, member, purse):
    asked = manager.post(
        f"{purse}/adjustments", {"kind": "bonus", "change_fen": 500, "reason": "系统故障补偿"}
    )
    assert asked.status_code == 201
    said = {"adjustment": asked.json["adjustment"]}
    (waiting,) = other.get("/counter/value/adjustments").json["items"]
    assert waiting == asked.json == other.get(purse).json["waiting"]
    own = manager.post(f"{purse}/adjustments/approve", said)
    assert refused(own) == (409, "second_person_needed")
    assert member.get("/value").json["bonus_fen"] == 0

    assert other.post(f"{purse}/adjustments/approve", said).json["state"] == "approved"

    assert member.get("/value").json["bonus_fen"] == 500
    again = other.post(f"{purse}/adjustments/approve", said)
    assert refused(again) == (409, "adjustment_settled")
    assert other.get("/counter/value/adjustments").json["items"] == []


def test_what_took_the_place_of_a_proposal_is_not_approved_with_it(manager, other, member, purse):
    words = {"kind": "bonus", "reason": "补偿"}
    first = manager.post(f"{purse}/adjustments", words | {"change_fen": 500}).json
    other.post(f"{purse}/adjustments/reject", {"adjustment": first["adjustment"]})
    manager.post(f"{purse}/adjustments", words | {"change_fen": 50_000})

    late = other.post(f"{purse}/adjustments/approve", {"adjustment": first["adjustment"]})

    assert refused(late) == (409, "adjustment_settled")
    assert member.get("/value").json["bonus_fen"] == 0


def test_nobody_corrects_or_lets_go_of_his_own(client, shop, buyer, manager, purse):
    himself = a_manager(client, shop, who=buyer)
    words = {"kind": "bonus", "change_fen": 500, "reason": "补偿"}
    assert refused(himself.post(f"{purse}/adjustments", words)) == (403, "own_value")
    proposed = manager.post(f"{purse}/adjustments", words).json["adjustment"]
    approving = himself.post(f"{purse}/adjustments/approve", {"adjustment": proposed})
    assert refused(approving) == (403, "own_value")
    assert himself.post(f"{purse}/freeze", {"reason": "丢手机"}).status_code == 204
    assert refused(himself.post(f"{purse}/unfreeze", {"reason": "找到"})) == (403, "own_value")


def test_the_limits_are_set_and_told_to_customers(manager, member, shop, buyer):
    rules = {"confirm_above_fen": 5_000, "confirm_day_above_fen": 8_000}
    assert manager.post("/counter/value/rules", rules).json == rules
    assert manager.get("/counter/value/rules").json == rules
    a_top_up(shop, buyer, at=clock.now())
    spent(shop, buyer, 5_000, confirmed=False, at=clock.now())
    db.session.rollback()

    told = member.get("/value").json

    assert (told["confirm_above_fen"], told["confirm_day_above_fen"]) == (5_000, 8_000)
    assert told["free_fen"] == 3_000
    wrong = {"confirm_above_fen": 2, "confirm_day_above_fen": 1}
    answer = manager.post("/counter/value/rules", wrong)
    assert refused(answer) == (409, "spend_limits_impossible")
