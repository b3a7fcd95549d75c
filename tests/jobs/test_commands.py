"""What a person may type."""

import json

import pytest

from app.gateways.errors import Refused
from app.kernel import audit, clock
from app.kernel.db import execute, transaction

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


def given_up(house, job):
    def refuse(_task):
        raise Refused("no", code="NO_AUTH")

    task = house.publish(job("test.no", refuse))
    house.relay()
    house.work()
    return task


def test_status_tells_what_waits_and_what_was_given_up(house, job, flask):
    house.publish("test.waits")
    given_up(house, job)

    told = json.loads(flask("jobs", "status"))

    assert (told["waiting"], told["failed"]) == (0, 2)
    assert told["alive"] == {"relay": None, "schedule": None}


def test_what_was_given_up_is_listed_and_revived_once(house, job, flask):
    task = given_up(house, job)
    (line,) = flask("outbox", "failed").splitlines()
    assert json.loads(line)["error"] == "NO_AUTH"

    flask("outbox", "revive", house.merchant_id, task)
    assert house.row(task).failed_at is None
    flask("outbox", "revive", house.merchant_id, task, fails=1)


def test_a_merchant_is_added_by_hand(house, flask):
    assert flask("add-merchant", "面包房").strip().startswith("M")


def test_a_clean_house_verifies_and_a_changed_line_does_not(house, flask):
    with house.app.app_context(), transaction():
        audit.record(
            merchant_id=house.merchant_id,
            actor="system",
            action="test.line",
            subject="X",
            at=clock.now(),
        )
    assert "sealed" in flask("audit", "seal")
    assert flask("audit", "verify") == "every chain is whole\n"

    which = {"merchant_id": house.merchant_id}
    change = "UPDATE audit SET actor = %(actor)s WHERE merchant_id = %(merchant_id)s"
    with house.app.app_context(), transaction():
        execute(change, which | {"actor": "staff:1"})
    assert f"merchant {house.merchant_id}" in flask("audit", "verify", fails=1)
    with house.app.app_context(), transaction():
        execute(change, which | {"actor": "system"})


def test_the_books_of_a_shop_that_sold_add_up(shop, flask):
    shop.order()
    shop.pay()
    flask("jobs", "reconcile")
    flask("jobs", "sweep", "reconcile_payments")
    assert flask("ledger", "verify") == "the books add up\n"


def test_the_demonstration_shop_is_opened_once(house, flask, tmp_path):
    assert "made new keys" in flask("make-world", "--folder", tmp_path)
    assert "already" in flask("make-world", "--folder", tmp_path)

    first = json.loads(flask("seed", "--shop", tmp_path / "shop.json"))
    again = json.loads(flask("seed", "--shop", tmp_path / "shop.json"))

    assert first["api_key"].startswith("kbk_")
    assert first["invitations"].keys() == {"owner", "manager", "clerk"}
    assert len(first["offers"]) == 13
    assert again == {key: first[key] for key in again}
    assert "api_key" not in again
