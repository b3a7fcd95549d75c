"""Orders, refunds and vouchers as a manager sees them."""

import io
import zipfile
from datetime import timedelta

import pytest

from app.domain import approvals
from app.kernel import clock
from tests.builders.aftersales import a_refund, seen
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, vouchers_of
from tests.builders.transactions import joined


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def sold(shop, buyer):
    """Two lattes for 49 yuan, paid a moment ago."""
    return a_paid_order(shop, buyer=buyer, at=clock.now() - timedelta(minutes=5)).order_number


@pytest.fixture
def foreign():
    """An order and a voucher of another merchant."""
    other = a_shop()
    buyer = a_buyer(other)
    number = a_paid_order(other, buyer=buyer).order_number
    return number, vouchers_of(other, buyer)[0].number


def test_an_empty_shop_says_what_will_come(house):
    answer = house.manager.get("/orders")
    assert answer.status_code == 200
    assert "还没有订单" in answer.text


def test_orders_are_listed_and_lead_to_their_page(house, sold, buyer):
    answer = house.manager.get("/orders")
    assert sold in answer.text
    assert buyer.number in answer.text
    assert "¥49.00" in answer.text


def test_filters_leave_out_what_does_not_fit(house, shop, buyer, sold):
    waiting = an_order(shop, buyer=buyer, at=clock.now()).order_number
    only = house.manager.get("/orders?state=pending").text
    assert waiting in only
    assert sold not in only
    assert "没有符合条件的订单" in house.manager.get("/orders?until=2020-01-01").text


def test_a_number_leads_straight_to_its_order(house, shop, buyer, sold):
    assert house.manager.get(f"/orders?q={sold}").location.endswith(f"/orders/{sold}")
    payment = an_order(shop, buyer=buyer, at=clock.now())
    found = house.manager.get(f"/orders?q={payment.payment_number}")
    assert found.location.endswith(f"/orders/{payment.order_number}")
    assert sold in house.manager.get(f"/orders?q={buyer.number}").text


def test_the_list_continues_where_the_page_ended(house, shop, buyer):
    at = clock.now() - timedelta(hours=1)
    numbers = [
        an_order(shop, buyer=buyer, at=at + timedelta(seconds=i)).order_number for i in range(32)
    ]
    first = house.manager.get("/orders").text
    assert numbers[-1] in first
    assert numbers[0] not in first
    cursor = first.partition("cursor=")[2].partition('"')[0]
    second = house.manager.get(f"/orders?cursor={cursor}").text
    assert numbers[0] in second
    assert numbers[-1] not in second


def test_a_list_takes_few_statements_however_long(house, shop, buyer, statements):
    for _ in range(5):
        an_order(shop, buyer=buyer, at=clock.now())
    house.manager.get("/orders")
    with statements() as counted:
        house.manager.get("/orders")
    assert len(counted.statements) <= 5


def test_an_orders_page_tells_its_money_its_vouchers_and_its_story(house, shop, buyer, sold):
    text = house.manager.get(f"/orders/{sold}").text
    voucher = vouchers_of(shop, buyer)[0]
    assert "微信支付到账" in text
    assert voucher.number in text
    assert "¥24.50" in text
    assert "权益已发放" in text


def test_the_evidence_comes_as_a_file(house, sold):
    answer = house.manager.post(f"/orders/{sold}/evidence")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{sold}.zip"'
    assert "order.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


def test_another_merchants_numbers_lead_nowhere(house, foreign):
    order, voucher = foreign
    for path in (f"/orders/{order}", f"/orders/{order}/refund", f"/vouchers/{voucher}"):
        assert house.manager.get(path).status_code == 404
    assert house.manager.post(f"/orders/{order}/evidence").status_code == 404
    assert house.manager.get(f"/orders?q={order}").status_code == 200


def test_clerks_do_not_see_orders_refunds_or_vouchers(house, sold):
    for path in ("/orders", f"/orders/{sold}", "/refunds", "/vouchers", f"/orders/{sold}/refund"):
        assert house.clerk.get(path).status_code == 403


def test_a_refund_is_seen_line_by_line_before_it_goes(house, shop, buyer, sold):
    voucher = vouchers_of(shop, buyer)[0]
    assert "可退" in house.manager.get(f"/orders/{sold}/refund").text
    shown = house.manager.post(
        f"/orders/{sold}/refund/preview", {"voucher": voucher.number, "reason": "出品有误"}
    )
    assert "¥24.50" in shown.text
    assert 'name="back_fen" value="2450"' in shown.text
    done = house.manager.post(
        f"/orders/{sold}/refund",
        {"voucher": voucher.number, "reason": "出品有误", "back_fen": "2450"},
    )
    assert done.status_code == 303
    refund = done.location.rpartition("/")[2]
    assert seen(shop, refund).amount_fen == 2450
    page = house.manager.get(f"/refunds/{refund}").text
    assert "出品有误" in page
    assert refund in house.manager.get(f"/orders/{sold}").text


def test_a_sum_that_is_not_the_one_shown_moves_no_money(house, shop, buyer, sold):
    answer = house.manager.post(f"/orders/{sold}/refund", {"reason": "误", "back_fen": "9900"})
    assert answer.status_code == 422
    assert "可退金额已变化" in answer.text
    assert all(voucher.state == "active" for voucher in vouchers_of(shop, buyer))


@pytest.mark.parametrize(
    ("ticked", "scope", "status"),
    [(False, "", 422), (False, "some", 422), (True, "all", 422), (False, "all", 200)],
)
def test_nothing_ticked_is_not_taken_for_everything(
    house, shop, buyer, sold, ticked, scope, status
):
    number = vouchers_of(shop, buyer)[0].number
    said = {"reason": "出品有误", "scope": scope} | ({"voucher": number} if ticked else {})
    answer = house.manager.post(f"/orders/{sold}/refund/preview", said)
    assert answer.status_code == status
    assert ('name="back_fen" value="4900"' in answer.text) is (status == 200)


def test_a_refund_without_a_reason_goes_nowhere(house, sold):
    answer = house.manager.post(f"/orders/{sold}/refund/preview", {"reason": "", "scope": "all"})
    assert answer.status_code == 422
    assert "必填" in answer.text


def test_above_the_limit_a_second_person_is_asked(house, shop, buyer, sold):
    with joined():
        approvals.set_limit(
            merchant_id=house.id,
            kind=approvals.Kind.REFUND,
            above_fen=10_00,
            actor="staff:1",
            at=clock.now(),
        )
    answer = house.manager.post(f"/orders/{sold}/refund", {"reason": "误", "back_fen": "4900"})
    assert answer.location.endswith("/approvals")
    assert all(voucher.state == "active" for voucher in vouchers_of(shop, buyer))


def test_what_was_taken_meanwhile_is_refused_in_words(house, shop, buyer, sold):
    a_refund(shop, buyer, sold, at=clock.now())
    answer = house.manager.post(f"/orders/{sold}/refund", {"reason": "误", "back_fen": "4900"})
    assert answer.status_code == 422


def test_refunds_are_listed_by_what_they_wait_for(house, shop, buyer, sold):
    number = a_refund(shop, buyer, sold, at=clock.now())
    assert "没有待处理的退款" in house.manager.get("/refunds").text
    assert number in house.manager.get("/refunds?tab=all").text
    assert number not in house.manager.get("/refunds?tab=all&state=declined").text
    assert house.manager.get(f"/refunds?q={number}").location.endswith(number)


def test_a_list_of_refunds_takes_few_statements(house, shop, buyer, sold, statements):
    a_refund(shop, buyer, sold, at=clock.now())
    house.manager.get("/refunds?tab=all")
    with statements() as counted:
        house.manager.get("/refunds?tab=all")
    assert len(counted.statements) <= 4


def test_a_refund_that_is_on_its_way_is_not_decided_again(house, shop, buyer, sold):
    number = a_refund(shop, buyer, sold, at=clock.now())
    answer = house.manager.post(f"/refunds/{number}/decline", {"reason": "不同意"})
    assert answer.status_code == 422
    assert "已处理" in answer.text
    assert house.manager.post(f"/refunds/{number}/retry").status_code == 303


def test_a_vouchers_page_tells_who_where_when_and_what_was_booked(house, shop, buyer, sold):
    voucher = vouchers_of(shop, buyer)[0]
    listed = house.manager.get("/vouchers").text
    assert voucher.number in listed
    assert house.manager.get(f"/vouchers?q={voucher.number}").location.endswith(voucher.number)
    text = house.manager.get(f"/vouchers/{voucher.number}").text
    assert "券已发放" in text
    assert "待履约预收" in text
    assert sold in text


def test_a_words_that_are_no_number_find_no_voucher(house, sold):
    assert "没有找到" in house.manager.get("/vouchers?q=拿铁").text


def test_what_ends_at_midnight_is_good_until_the_evening_before(house, sold):
    """Nobody is told a day on which it is over already."""
    page = house.manager.get(f"/orders/{sold}").text
    assert " 24:00" in page
    assert " 00:00" not in page
