"""Sweeps and commands around stored value."""

import json

import pytest

from app.domain import stored_value
from app.kernel import clock
from app.kernel.db import db
from jobs.schedule import find
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import a_top_up, has, spent


@pytest.fixture
def shop(committed):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def test_parked_top_ups_come_in_when_there_is_room_and_twice_is_once(shop, buyer):
    a_top_up(shop, buyer, paid=490_000, bonus=0)
    a_top_up(shop, buyer, paid=20_000, bonus=0)
    sweep = find("admit_parked_value")
    assert sweep.run(at=clock.now()) == 0
    spent(shop, buyer, 10_000)

    assert [sweep.run(at=clock.now()) for _ in range(2)] == [1, 0]
    assert has(shop, buyer) == (500_000, 0)
    db.session.rollback()


@pytest.fixture
def flask(app, shop, buyer):
    runner = app.test_cli_runner()

    def call(verb, *words, whom=True):
        who = [shop.merchant.number, *([buyer.number] if whom else [])]
        db.session.rollback()
        return runner.invoke(args=["value", verb, *who, *words])

    return call


def test_two_people_correct_a_balance_at_the_command_line(flask, shop, buyer):
    assert flask("propose", "500", "--reason", "补偿", "--by", "王").exit_code == 0
    (line,) = flask("list", whom=False).output.splitlines()
    assert json.loads(line)["change_fen"] == 500
    assert flask("approve", "--by", "王").exit_code != 0
    assert flask("approve", "--by", "李").output == "500\n"
    assert json.loads(flask("show").output)["bonus_fen"] == 500
    assert flask("propose", "--reason", "误", "--by", "王", "--", "-100").exit_code == 0
    assert flask("reject", "--by", "李").exit_code == 0
    assert has(shop, buyer) == (0, 500)
    db.session.rollback()


def test_freezing_rules_and_custody_at_the_command_line(flask, shop, buyer):
    a_top_up(shop, buyer)
    assert flask("freeze", "--reason", "盗刷", "--by", "王").exit_code == 0
    assert json.loads(flask("show").output)["frozen"]
    assert flask("unfreeze", "--reason", "核实", "--by", "王").exit_code == 0
    assert not json.loads(flask("show").output)["frozen"]
    assert flask("rule", "--confirm-above", "50000", "--by", "王", whom=False).exit_code == 0
    limits = stored_value.spend_limits(merchant_id=shop.id)
    assert (limits.order_fen, limits.day_fen) == (50_000, 50_000)
    assert json.loads(flask("custody", whom=False).output)["paid_fen"] == 100_000
    db.session.rollback()
