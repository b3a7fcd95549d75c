"""The numbers and long work in a real browser, at a desk and on a phone."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain import works
from app.domain.merchants import Role
from app.domain.works import Step
from app.kernel import clock
from app.kernel.db import transaction
from tests.admin.chromium import DESKTOP, PHONE, a_page, chromium, served
from tests.builders.desk import a_work
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.redemption import a_redemption

PAGES = ("numbers", "numbers/cohorts", "numbers/sources", "numbers/unused", "numbers/used")
QUIET = ("works", "money", "operations", "")
WIDER = "document.documentElement.scrollWidth - window.innerWidth"


def kept(page, name):
    """A picture for whoever looks at the run, where a folder is named."""
    folder = os.environ.get("KABAO_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def shop(house):
    shop = a_shop(merchant=house.merchant)
    for ago in (1, 30, 60):
        at, buyer = clock.now() - timedelta(hours=ago), a_buyer(shop)
        a_paid_order(shop, buyer=buyer, at=at)
        used = vouchers_of(shop, buyer, at=at + timedelta(minutes=1))[0]
        a_redemption(shop, used, at=at + timedelta(minutes=2))
    return shop


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_every_page_draws_its_charts_and_fits(app, house, shop, browser, size):
    with served(app) as address, a_page(browser, address, house.manager, size=size) as seen_on:
        page, _context, seen = seen_on
        for name in PAGES + QUIET:
            page.goto(f"{address}/admin/{house.merchant.number}/{name}")
            page.wait_for_load_state("networkidle")
            charts = page.locator("[data-chart]").count()
            assert page.locator("[data-chart] canvas").count() == charts, name
            assert page.evaluate(WIDER) <= 0, name
            kept(page, f"numbers-{name.replace('/', '-') or 'overview'}-{size['width']}")
    assert (seen.errors, seen.strangers) == ([], [])


def test_the_bar_moves_by_itself_until_the_work_is_over(app, house, browser):
    mine = f"staff:{house.people[Role.MANAGER].staff_id}"
    work_id = a_work(house.id, by=mine, total=4)
    with served(app) as address, a_page(browser, address, house.manager) as (page, _context, seen):
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
