import io
import zipfile
from datetime import timedelta

import pytest

from app.admin import numbers
from app.domain import works
from app.domain.orders import Source
from app.kernel import audit_search, calendar, clock
from app.kernel.audit_search import Wanted
from tests.builders.merchants import a_merchant
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.redemption import a_redemption

GROUP = {"source": Source(channel="group_chat", scene="1044"), "chat": "茶友一群"}


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


def earlier_today(merchant):
    """An hour ago, or half way back to the midnight of the shop."""
    now = clock.now()
    began = calendar.start_of_day(calendar.day_of(now, merchant.zone), merchant.zone)
    return now - max(timedelta(minutes=1), min(timedelta(hours=1), (now - began) / 2))


@pytest.fixture
def busy(shop):
    """Two orders today, one of their four vouchers used."""
    at = earlier_today(shop.merchant)
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, at=at, **GROUP)
    a_paid_order(shop, at=at)
    used = vouchers_of(shop, buyer, at=at + timedelta(minutes=1))[0]
    a_redemption(shop, used, at=at + timedelta(minutes=1))
    return shop


PAGES = ("", "/cohorts", "/sources", "/unused", "/used")


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_shop_is_told_what_to_do(house, page):
    answer = house.manager.get(f"/numbers{page}")
    assert answer.status_code == 200
    assert "口径" in answer.text or "empty-title" in answer.text


def test_the_overview_adds_up_and_says_what_it_means(house, busy):
    # 2 x 49.00 = 98.00 came; 98.00 - 24.50 = 73.50 are owed.
    page = house.manager.get("/numbers?days=7").text
    for words in ("¥98.00", "¥73.50", "截至期末已收款", "data-chart", busy.store.name):
        assert words in page


def test_the_first_page_shows_today(house, busy):
    assert "/numbers/today" in house.manager.get("/").text
    assert "/numbers/today" not in house.clerk.get("/").text
    page = house.manager.get("/numbers/today").text
    assert "<html" not in page
    assert "今日收款" in page


def test_cohorts_and_channels(house, busy):
    assert "25.0%" in house.manager.get("/numbers/cohorts?days=7").text
    sources = house.manager.get("/numbers/sources?days=7").text
    assert "微信群" in sources
    assert "茶友一群" in sources


def test_what_lies_unused_is_listed_with_its_cause(house, busy):
    page = house.manager.get("/numbers/unused?days=7").text
    assert page.count("/vouchers/V") == 3
    assert "用过同卡其他券" in page
    assert (
        "尚未到店"
        not in house.manager.get("/numbers/unused?days=7&cause=partly").text.split("<tbody>")[-1]
    )


def test_what_was_used_leads_to_the_voucher(house, busy):
    page = house.manager.get(f"/numbers/used?days=7&store={busy.store.id}").text
    assert page.count("/vouchers/V") == 1
    assert "没有核销" in house.manager.get("/numbers/used?days=7&store=999999").text


def test_another_shops_numbers_are_not_there(house, app):
    other = a_shop(merchant=a_merchant(name="隔壁"))
    a_paid_order(other, at=clock.now() - timedelta(hours=1))
    assert "¥49.00" not in house.manager.get("/numbers?days=7").text
    assert "/vouchers/V" not in house.manager.get("/numbers/unused?days=7").text


def test_days_may_be_named_and_nonsense_means_the_last_month(house):
    assert (
        'value="2026-05-01"' in house.manager.get("/numbers?since=2026-05-01&until=2026-05-31").text
    )
    for nonsense in ("since=x&until=y", "days=5", "since=2026-06-01&until=2026-05-01"):
        assert house.manager.get(f"/numbers?{nonsense}").status_code == 200


def test_a_clerk_sees_no_numbers(house):
    assert house.clerk.get("/numbers").status_code == 403
    assert (
        house.clerk.post("/numbers/export", {"table": "days", "format": "csv"}).status_code == 403
    )


def export(house, **fields):
    return house.manager.post("/numbers/export", {"days": "7", **fields})


@pytest.mark.parametrize("table", ["days", "channels", "communities", "cohorts", "unused", "used"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_short_table_comes_at_once(house, busy, table, kind):
    answer = export(house, table=table, format=kind)
    assert answer.status_code == 200
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    if kind == "csv":
        assert answer.data.startswith(b"\xef\xbb\xbf")
        assert len(answer.data.splitlines()) >= 2
    else:
        assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    (line, *_) = audit_search.search(
        merchant_id=house.id, wanted=Wanted(action="numbers.export")
    ).items
    assert (line.subject, line.details["format"]) == (table, kind)


def test_money_in_a_table_is_in_yuan(house, busy):
    answer = export(house, table="days", format="csv").data.decode("utf-8-sig")
    assert answer.splitlines()[-1].split(",")[1:] == ["2", "98.00", "0.00", "98.00", "4", "1"]


def test_a_nickname_is_never_a_formula(house, busy):
    from app.kernel.db import execute, transaction

    with transaction():
        execute(
            """UPDATE members SET nickname = '=HYPERLINK("http://x")'
            WHERE merchant_id = %(m)s""",
            {"m": house.id},
        )
    answer = export(house, table="unused", format="csv").data.decode("utf-8-sig")
    assert "'=HYPERLINK" in answer
    assert ",=HYPERLINK" not in answer
    assert ',"=HYPERLINK' not in answer
    book = zipfile.ZipFile(io.BytesIO(export(house, table="unused", format="xlsx").data))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_a_long_table_is_made_by_a_job(house, busy, monkeypatch):
    monkeypatch.setattr(numbers, "AT_ONCE", 2)
    answer = export(house, table="unused", format="xlsx")
    assert answer.status_code == 303
    (work,) = works.list_works(
        merchant_id=house.id, asked_by=None, at=clock.now(), cursor=None, limit=5
    ).items
    assert answer.headers["Location"].endswith(f"/works/{work.id}")
    assert (work.kind, "已售未用" in work.title) == ("export", True)


def test_an_unknown_table_or_format_is_refused(house):
    assert export(house, table="secrets", format="csv").status_code == 422
    assert export(house, table="days", format="exe").status_code == 422


def test_the_pages_ask_a_fixed_number_of_questions(house, busy, statements):
    def asked(page):
        house.manager.get(f"/numbers{page}?days=7")
        with statements() as seen:
            house.manager.get(f"/numbers{page}?days=7")
        return len(seen.statements)

    few = [asked(page) for page in PAGES]
    for _ in range(3):
        a_paid_order(busy, at=clock.now() - timedelta(minutes=30))
    assert [asked(page) for page in PAGES] == few
    assert max(few) <= 20
