"""The numbers and long work in a real browser, at a desk and on a phone."""

from datetime import timedelta

import pytest

from app.domain import works
from app.domain.merchants import Role
from app.domain.works import Step
from app.kernel import clock
from app.kernel.db import transaction
from tests.admin.chromium import SIZES, a_page, is_too_wide, keep_picture, settle
from tests.builders.desk import a_work
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.redemption import a_redemption

PAGES = ("numbers", "numbers/cohorts", "numbers/sources", "numbers/unused", "numbers/used")
QUIET = ("works", "money", "operations", "")


@pytest.fixture
def shop(house):
    shop = a_shop(merchant=house.merchant)
    for ago in (1, 30, 60):
        at, buyer = clock.now() - timedelta(hours=ago), a_buyer(shop)
        a_paid_order(shop, buyer=buyer, at=at)
        used = vouchers_of(shop, buyer, at=at + timedelta(minutes=1))[0]
        a_redemption(shop, used, at=at + timedelta(minutes=2))
    return shop


@SIZES
def test_every_page_draws_its_charts_and_fits(house, shop, browser, address, size):
    with a_page(browser, address, house.manager, size=size) as seen_on:
        page, _context, seen = seen_on
        for name in PAGES + QUIET:
            page.goto(f"{address}/admin/{house.merchant.number}/{name}")
            settle(page)
            charts = page.locator("[data-chart]").count()
            assert page.locator("[data-chart] canvas").count() == charts, name
            assert not is_too_wide(page), name
            keep_picture(page, f"numbers-{name.replace('/', '-') or 'overview'}-{size['width']}")
    assert (seen.errors, seen.strangers) == ([], [])


def test_the_bar_moves_by_itself_until_the_work_is_over(house, browser, address):
    mine = f"staff:{house.people[Role.MANAGER].staff_id}"
    work_id = a_work(house.id, by=mine, total=4)
    with a_page(browser, address, house.manager) as (page, _context, seen):
        page.goto(f"{address}/admin/{house.merchant.number}/works/{work_id}")
        for done in (2, 4):
            step(house, work_id, done=done, is_over=done == 4, told="共 4 行")
            page.wait_for_selector(f"progress[value='{done * 25}']", timeout=10_000)
        page.get_by_text("已完成").wait_for()
    assert (seen.errors, seen.strangers) == ([], [])


def step(house, work_id, **did):
    with transaction():
        work = works.take(merchant_id=house.id, work_id=work_id, at=clock.now())
        works.advance(work, Step(**did), at=clock.now())
