import pytest

from app.domain import payments
from app.domain.merchants import Role
from app.kernel import audit_search
from app.kernel.audit_search import Wanted
from app.web import standing
from tests.builders.desk import a_difference
from tests.builders.merchants import a_merchant


@pytest.fixture(autouse=True)
def _ask_anew():
    standing.forget()


def look(house, line):
    return payments.get_difference(merchant_id=house.id, difference_id=line)


def test_books_that_agree_say_so(house):
    assert "账都对得上" in house.manager.get("/money").text


def test_a_difference_is_listed_assigned_and_settled_with_a_reason(house):
    line = a_difference(house.merchant)
    page = house.manager.get("/money").text
    for words in ("P1", "¥49.00", "微信账单里没有", "未指派"):
        assert words in page

    clerk = house.people[Role.CLERK].staff_id
    answer = house.manager.post(f"/money/{line}/assign", {"staff": clerk})
    assert (answer.status_code, look(house, line).assigned_to) == (303, clerk)

    reason = {"reason": "微信侧次日补入账"}
    assert house.manager.post(f"/money/{line}/settle", reason).status_code == 303
    assert look(house, line).settled_reason == "微信侧次日补入账"
    assert "P1" not in house.manager.get("/money").text
    assert "微信侧次日补入账" in house.manager.get("/money?tab=settled").text


def test_one_sees_what_is_ones_own(house):
    line = a_difference(house.merchant)
    assert "P1" not in house.manager.get("/money?tab=mine").text
    manager = house.people[Role.MANAGER].staff_id
    house.owner.post(f"/money/{line}/assign", {"staff": manager})
    assert "P1" in house.manager.get("/money?tab=mine").text


def test_it_is_written_down_with_before_and_after(house):
    line = a_difference(house.merchant)
    house.manager.post(f"/money/{line}/assign", {"staff": house.people[Role.CLERK].staff_id})
    house.manager.post(f"/money/{line}/settle", {"reason": "已查清"})
    found = audit_search.search(merchant_id=house.id, wanted=Wanted(subject="P1")).items
    assert [each.action for each in found] == ["money.settle", "money.assign"]
    assert found[0].details["after"] == {"state": "settled", "reason": "已查清"}
    assert found[1].details["before"] == {"assignee": None}


def test_without_a_reason_it_stays_open(house):
    line = a_difference(house.merchant)
    answer = house.manager.post(f"/money/{line}/settle", {"reason": " "})
    assert (answer.status_code, "必填" in answer.text) == (422, True)
    assert look(house, line).settled_at is None


def test_what_is_settled_stays_so(house):
    line = a_difference(house.merchant)
    house.manager.post(f"/money/{line}/settle", {"reason": "已查清"})
    again = house.owner.post(f"/money/{line}/settle", {"reason": "另一个说法"})
    assert (again.status_code, "已经处理过" in again.text) == (422, True)
    assert look(house, line).settled_reason == "已查清"


def test_only_somebody_who_works_here_is_made_responsible(house):
    line = a_difference(house.merchant)
    answer = house.manager.post(f"/money/{line}/assign", {"staff": 999_999_999})
    assert (answer.status_code, "在职" in answer.text) == (422, True)


def test_another_shops_difference_is_not_found(house):
    other = a_merchant(name="隔壁")
    line = a_difference(other)
    assert house.manager.get(f"/money/{line}").status_code == 404
    assert house.manager.post(f"/money/{line}/settle", {"reason": "x"}).status_code in {404, 422}
    found = payments.get_difference(merchant_id=other.id, difference_id=line)
    assert found.settled_at is None


def test_a_clerk_sees_nothing_of_it(house):
    assert house.clerk.get("/money").status_code == 403


def test_an_open_difference_is_told_on_every_page(house):
    assert "有事项需要处理" not in house.manager.get("/operations/banner").text
    standing.forget()
    a_difference(house.merchant)
    assert "账单差异 1" in house.manager.get("/operations/banner").text
