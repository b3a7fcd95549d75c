"""Selling and serving in a real browser: a refund from the order to its page, and every list."""

from datetime import timedelta

import pytest

from app.domain.merchants import Role
from app.kernel import clock
from tests.admin.chromium import SIZES, a_page, is_too_wide
from tests.builders.complaints import a_rule, a_ticket
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of

LISTS = (
    "/orders",
    "/refunds?tab=all",
    "/vouchers",
    "/members",
    "/complaints",
    "/reviews",
    "/goodwill",
    "/shipments",
    "/bookings",
)


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def sold(shop, buyer):
    at = clock.now() - timedelta(minutes=5)
    return a_paid_order(shop, buyer=buyer, at=at).order_number


@SIZES
def test_a_refund_goes_from_the_order_to_its_own_page(
    house, shop, buyer, sold, browser, address, size
):
    home = f"/admin/{house.merchant.number}"
    one = vouchers_of(shop, buyer)[0].number
    with a_page(browser, address, house.manager, size=size) as (page, _context, seen):
        page.goto(f"{address}{home}/orders/{sold}")
        page.click(f'a[href$="/orders/{sold}/refund"]')
        page.check(f'input[value="{one}"]')
        page.fill('[name="reason"]', "出品有误")
        page.click("text=计算退款")
        page.wait_for_selector("text=逐项计算")
        assert "¥24.50" in page.inner_text("main")
        assert not is_too_wide(page)
        page.click("text=确认退款")
        page.wait_for_url("**/refunds/Y*")
        assert "退款已提交" in page.inner_text("main")
        assert not is_too_wide(page)
    assert (seen.errors, seen.strangers) == ([], [])


@SIZES
def test_every_list_and_page_fits_and_complains_of_nothing(
    house, shop, buyer, sold, browser, address, size
):
    home, ticket = f"/admin/{house.merchant.number}", a_ticket(shop, buyer, at=clock.now())
    a_rule(shop, role=Role.MANAGER, at=clock.now())
    voucher = vouchers_of(shop, buyer)[0].number
    pages = (
        *LISTS,
        f"/orders/{sold}",
        f"/vouchers/{voucher}",
        f"/members/{buyer.number}",
        f"/complaints/{ticket}",
    )
    with a_page(browser, address, house.manager, size=size) as (page, _context, seen):
        for path in pages:
            assert page.goto(f"{address}{home}{path}").status == 200, path
            assert not is_too_wide(page), path
    assert (seen.errors, seen.strangers) == ([], [])
