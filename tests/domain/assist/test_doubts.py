"""What risk control noted about a person."""

import pytest

from app.domain import assist
from tests.builders.assist import a_friend, a_task, helped

pytestmark = pytest.mark.usefixtures("database")


def test_a_help_that_something_spoke_against_stays_in_the_notes():
    shop, _buyer, task = a_task()
    doubted, plain = a_friend(shop), a_friend(shop)
    number = helped(shop, task, doubted, risk_rank=2).number
    helped(shop, task, plain)
    (doubt,) = assist.list_doubts(merchant_id=shop.id, member_id=doubted.id)
    assert (doubt.number, doubt.state, doubt.reasons) == (number, "held", ["risk_rank"])
    assert assist.list_doubts(merchant_id=shop.id, member_id=plain.id) == []
