"""`flask points …`: setting points up and looking at what is owed."""

import json

import pytest

from app.domain import points
from app.kernel import clock
from app.kernel.db import transaction
from tests.builders.orders import a_buyer, a_shop


@pytest.fixture
def shop(committed):
    return a_shop()


@pytest.fixture
def say(app, shop):
    def run(command, *words):
        result = app.test_cli_runner().invoke(
            args=["points", command, shop.merchant.number, *words]
        )
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_rules_factors_and_terms_are_set_up_and_listed(shop, say):
    rule = say("rule", "完善资料", "event", "--event", "profile", "--fixed", "50").split()[1]
    factor = say(
        "factor", "会员日", "20000", "--day", "8", "--weekday", "5", "--store", shop.store.number
    ).split()[1]
    say("terms", "--pay-bp", "5000", "--worth", "100")

    listed = say("list").splitlines()
    assert listed[:2] == [f"rule {rule} event profile 50 完善资料", f"factor {factor} ×2 会员日"]
    assert json.loads(listed[2]) == {
        "pay_bp": 5000,
        "worth": 100,
        "warn_days": 7,
        "earn_on": "redemption",
        "valid_months": None,
    }

    say("end", "rule", rule)
    say("end", "factor", factor)
    assert len(say("list").splitlines()) == 1


def test_an_event_is_paid_once_per_reference(shop, say):
    buyer = a_buyer(shop)
    say("rule", "完善资料", "event", "--event", "profile", "--fixed", "50")

    paid = [say("event", buyer.number, "profile", reference) for reference in ("a", "a", "b")]

    assert paid == ["50 points\n", "0 points\n", "50 points\n"]
    month = f"{clock.now():%Y-%m}"
    told = json.loads(say("liability", month))
    assert (told["issued"], told["closing"]) == (100, 100)
    with transaction():
        at = clock.now()
        found = points.balance(merchant_id=shop.id, member_id=buyer.id, at=at)
    assert found.spendable == 100
