"""What WeChat could not bring back, and a person paid: said in the panel, above a sum by two."""

from datetime import timedelta

import pytest

from app.domain import approvals
from app.domain.approvals import Kind
from app.domain.payments import RefundState
from app.kernel import clock
from tests.builders.aftersales import a_refund, seen, walk, wechat_says
from tests.builders.approvals import a_limit
from tests.builders.orders import a_buyer, a_paid_order, a_shop

HOW = {"how": "银行转账，流水号 2026112200017"}


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


@pytest.fixture
def under_way(shop):
    """A refund of 49 yuan that WeChat has in hand; its number."""
    at, buyer = clock.now(), a_buyer(shop)
    order = a_paid_order(shop, buyer=buyer, at=at - timedelta(minutes=5)).order_number
    number = a_refund(shop, buyer, order, at=at)
    assert walk(shop, number, at=at) == "paying"
    return number


@pytest.fixture
def closed(shop, under_way):
    """The same, and WeChat has closed it."""
    wechat_says(shop, under_way, RefundState.CLOSED, at=clock.now())
    return under_way


def say(browser, number, **said):
    return browser.post(f"/refunds/{number}/paid-by-hand", HOW | said)


def waiting(house):
    return approvals.list_waiting(merchant_id=house.id, at=clock.now()).items


def test_up_to_the_limit_one_person_says_it_and_the_return_goes_on(house, shop, closed):
    a_limit(shop, Kind.PAID_BY_HAND, 49_00)
    page = house.manager.get(f"/refunds/{closed}").text
    assert all(each in page for each in ("登记线下退款", "登记不会付款", "¥49.00"))

    assert say(house.manager, closed).status_code == 303

    assert seen(shop, closed).transfer_state == "succeeded"
    assert not waiting(house)
    page = house.manager.get(f"/refunds/{closed}").text
    assert "已登记为已退" in page
    assert "登记线下退款" not in page
    assert walk(shop, closed, at=clock.now()) == "done"


def test_above_the_limit_it_is_done_by_the_second_persons_yes(house, shop, closed):
    a_limit(shop, Kind.PAID_BY_HAND, 48_99)
    assert say(house.manager, closed).status_code == 303
    assert seen(shop, closed).transfer_number is None
    (question,) = waiting(house)
    page = house.manager.get(f"/refunds/{closed}").text
    assert f"/approvals/{question.id}" in page
    assert "登记为已退" not in page
    told = house.owner.get(f"/approvals/{question.id}").text
    assert told.count(HOW["how"]) == 1
    assert f"/refunds/{closed}" in told

    assert house.owner.post(f"/approvals/{question.id}/approve").status_code == 303

    assert seen(shop, closed).transfer_state == "succeeded"


def test_while_it_waits_it_is_not_asked_twice(house, shop, closed):
    a_limit(shop, Kind.PAID_BY_HAND)
    say(house.manager, closed)
    answer = say(house.owner, closed)
    assert (answer.status_code, "已提交过审批" in answer.text) == (422, True)
    assert len(waiting(house)) == 1


@pytest.mark.parametrize("limit", [None, 0])
def test_what_may_still_arrive_is_neither_offered_nor_taken(house, shop, under_way, limit):
    a_limit(shop, Kind.PAID_BY_HAND, limit)
    assert "登记线下退款" not in house.manager.get(f"/refunds/{under_way}").text
    answer = say(house.manager, under_way)
    assert (answer.status_code, "还可能到账" in answer.text) == (422, True)
    assert not waiting(house)
    assert seen(shop, under_way).transfer_number is None


@pytest.mark.parametrize("limit", [None, 0])
def test_what_is_over_is_not_paid_by_hand(house, shop, under_way, limit):
    a_limit(shop, Kind.PAID_BY_HAND, limit)
    wechat_says(shop, under_way, at=clock.now())
    walk(shop, under_way, at=clock.now())
    assert "登记线下退款" not in house.manager.get(f"/refunds/{under_way}").text
    assert say(house.manager, under_way).status_code == 422
    assert not waiting(house)


def test_a_transfer_that_waits_for_the_buyer_is_not_taken_for_paid(house, shop, closed):
    a_limit(shop, Kind.PAID_BY_HAND)
    assert house.manager.post(f"/refunds/{closed}/transfer").status_code == 303
    assert "登记线下退款" not in house.manager.get(f"/refunds/{closed}").text
    assert say(house.manager, closed).status_code == 422
    assert not waiting(house)


def test_what_is_sent_anew_before_the_yes_is_not_paid_twice(house, shop, closed):
    a_limit(shop, Kind.PAID_BY_HAND)
    say(house.manager, closed)
    (question,) = waiting(house)
    assert house.manager.post(f"/refunds/{closed}/transfer").status_code == 303
    assert house.owner.post(f"/approvals/{question.id}/approve").status_code == 409
    assert seen(shop, closed).transfer_state == "asked"


@pytest.mark.parametrize("how", ["", "  ", "x" * 201])
def test_how_it_was_paid_is_said_in_a_few_words(house, shop, closed, how):
    answer = say(house.manager, closed, how=how)
    assert (answer.status_code, "invalid-feedback" in answer.text) == (422, True)
    assert seen(shop, closed).transfer_number is None


def test_a_clerk_says_nothing_of_the_kind(house, shop, closed):
    assert say(house.clerk, closed).status_code == 403
    assert seen(shop, closed).transfer_number is None
