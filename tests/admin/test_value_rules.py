import pytest

from app.domain import stored_value
from app.domain.catalog import OfferKind
from app.kernel.db import transaction
from tests.builders.catalog import a_draft_offer
from tests.builders.merchants import a_merchant


def limits(merchant_id):
    with transaction():
        found = stored_value.spend_limits(merchant_id=merchant_id)
    return found.order_fen, found.day_fen


def test_the_owner_says_above_what_a_spending_is_confirmed(house):
    page = house.owner.get("/value").text
    assert 'value="200.00"' in page
    other = a_merchant()
    answer = house.owner.post("/value", {"order": "300", "day": "500.50"})
    assert answer.status_code == 303
    assert limits(house.id) == (300_00, 500_50)
    assert limits(other.id) == (200_00, 200_00)
    assert "500.50" in house.manager.get("/value").text
    assert house.owner.get("/history?action=value.set_rule").status_code == 200


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"order": "", "day": "5"}, "必填"),
        ({"order": "x", "day": "5"}, "请输入金额"),
        ({"order": "300", "day": "200"}, "每日限额不能低于单笔限额"),
    ],
)
def test_limits_that_cannot_be_meant_are_told(house, told, said):
    answer = house.owner.post("/value", told)
    assert answer.status_code == 422
    assert said in answer.text
    assert limits(house.id) == (200_00, 200_00)


def test_what_is_sold_is_listed(house):
    assert "还没有储值商品" in house.manager.get("/value").text
    a_draft_offer(
        merchant=house.merchant,
        kind=OfferKind.TOPUP,
        title="储值一百送二十",
        items=[],
        terms={"bonus_fen": 20_00, "usage_order": "proportional", "bonus_cap_fen": 100_00},
    )
    page = house.manager.get("/value").text
    assert "储值一百送二十" in page
    assert "¥5,000.00" in page


def test_only_the_owner_changes_it_and_a_clerk_does_not_look(house):
    assert house.manager.post("/value", {"order": "1", "day": "1"}).status_code == 403
    assert house.clerk.get("/value").status_code == 403
    assert limits(house.id) == (200_00, 200_00)
