"""The till: one scan, one answer; undoing; shifts."""

import re
import secrets
from datetime import timedelta

import pytest

from app.domain import redemption, vouchers
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.admin.browsing import signed_in
from tests.builders.merchants import a_clerk, a_merchant, a_store
from tests.builders.orders import a_buyer, a_shop, a_voucher, shown

FRAGMENT = {"HX-Request": "true"}
STARTS = re.compile(r'name="starts_at" value="([^"]+)"')
CHOICE = re.compile(r'name="voucher" value="(V[^"]+)"')


def earlier():
    """Bought a minute ago, and so usable now."""
    return clock.now() - timedelta(minutes=1)


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


@pytest.fixture
def voucher(shop):
    return a_voucher(shop, at=earlier())


def code_of(shop, voucher):
    found = shown(shop, voucher, at=clock.now()).digits
    db.session.rollback()
    return found


def scan(browser, code, **more):
    fields = {"code": code, "attempt": secrets.token_hex(16), **more}
    return browser.post("/till/scan", fields, headers=FRAGMENT)


def test_a_clerk_of_one_store_stands_at_its_till_at_once(house):
    answer = house.clerk.get("/till/")
    assert answer.status_code == 200
    assert house.store.name in answer.text
    assert "等待扫码" in answer.text


def test_who_works_at_several_stores_chooses_one(house, shop):
    other = a_store(merchant=house.merchant, name="静安寺店")
    assert "选择门店" in house.manager.get("/till/").text
    assert house.manager.post("/till/store", {"store": other.number}).status_code == 303
    assert "静安寺店" in house.manager.get("/till/").text
    assert scan(house.manager, "123456789012345678").status_code == 404


def test_nobody_stands_at_a_store_that_is_not_his(house, shop):
    assert house.clerk.post("/till/store", {"store": shop.store.number}).status_code == 404
    foreign = a_store()
    assert house.owner.post("/till/store", {"store": foreign.number}).status_code == 404


def test_without_a_store_nothing_is_redeemed(house, shop, voucher):
    said = scan(house.manager, code_of(shop, voucher))
    assert said.status_code == 403
    assert "请先选择门店" in said.text


def test_a_clerks_first_page_is_his_day(house, shop, voucher):
    before = house.clerk.get("/").text
    assert "去核销" in before
    scan(house.clerk, code_of(shop, voucher))
    assert '<div class="h1 mb-1">1</div>' in house.clerk.get("/").text


def test_a_scan_redeems_and_says_what_to_hand_over(house, shop, voucher):
    said = scan(house.clerk, code_of(shop, voucher))
    assert said.status_code == 200
    assert 'data-kind="good"' in said.text
    assert "核销成功" in said.text
    assert "积分" in said.text
    assert voucher.number in house.clerk.get("/till/").text


def test_typed_digits_may_have_spaces_and_dashes(house, shop, voucher):
    code = code_of(shop, voucher)
    said = scan(house.clerk, f" {code[:6]} {code[6:12]}-{code[12:]} ")
    assert 'data-kind="good"' in said.text


def test_the_second_scan_is_refused_in_red_and_in_words(house, shop, voucher):
    scan(house.clerk, code_of(shop, voucher))
    said = scan(house.clerk, code_of(shop, voucher))
    assert said.status_code == 409
    assert 'data-kind="bad"' in said.text
    assert "此券已核销" in said.text


def test_the_same_attempt_again_has_the_first_verdict(house, shop, voucher):
    code, attempt = code_of(shop, voucher), secrets.token_hex(16)
    scan(house.clerk, code, attempt=attempt)
    said = scan(house.clerk, code, attempt=attempt)
    assert said.status_code == 200
    assert "刚才已核销成功" in said.text


@pytest.mark.parametrize("code", ["123", "KB1XYZ", "0" * 18])
def test_nonsense_is_refused(house, shop, code):
    said = scan(house.clerk, code)
    assert said.status_code == 404
    assert "不是有效的券码" in said.text


def test_an_empty_field_asks_for_a_code(house):
    assert "请扫描或输入券码" in scan(house.clerk, "").text


def test_without_script_the_whole_page_answers(house, shop, voucher):
    said = house.clerk.post(
        "/till/scan", {"code": code_of(shop, voucher), "attempt": secrets.token_hex(16)}
    )
    assert said.status_code == 200
    assert "<!doctype html>" in said.text
    assert "核销成功" in said.text


def test_another_merchants_voucher_is_unknown_here(house):
    elsewhere = a_shop()
    foreign = a_voucher(elsewhere, at=earlier())
    assert scan(house.clerk, code_of(elsewhere, foreign)).status_code == 404


def test_a_members_code_offers_his_vouchers_and_one_is_picked(house, shop):
    buyer = a_buyer(shop)
    a_voucher(shop, buyer=buyer, at=earlier())
    code = vouchers.show_member_code(
        merchant_id=house.id, member_id=buyer.id, version=0, at=clock.now()
    ).qr_text
    offered = scan(house.clerk, code)
    assert 'data-kind="pick"' in offered.text
    assert "推荐" in offered.text
    picked = CHOICE.search(offered.text).group(1)
    said = scan(house.clerk, code, voucher=picked)
    assert 'data-kind="good"' in said.text
    assert picked in said.text


def redeemed(house, shop, voucher):
    scan(house.clerk, code_of(shop, voucher))
    with transaction(merchant=house.id):
        lines, _totals = redemption.today(
            merchant_id=house.id, store_id=house.store.id, actor=None, at=clock.now()
        )
    return lines[0].number


def test_a_manager_undoes_with_a_reason_and_the_voucher_is_usable_again(house, shop, voucher):
    number = redeemed(house, shop, voucher)
    page = house.manager.get(f"/till/redemptions/{number}/undo")
    assert "撤销后券恢复可用" in page.text
    assert house.manager.post(f"/till/redemptions/{number}/undo").status_code == 422
    undone = house.manager.post(f"/till/redemptions/{number}/undo", {"reason": "扫错了"})
    assert undone.status_code == 303
    assert 'data-kind="good"' in scan(house.clerk, code_of(shop, voucher)).text


def test_twice_undone_is_refused_in_words(house, shop, voucher):
    number = redeemed(house, shop, voucher)
    house.manager.post(f"/till/redemptions/{number}/undo", {"reason": "扫错了"})
    again = house.manager.post(f"/till/redemptions/{number}/undo", {"reason": "再来"})
    assert again.status_code == 422
    assert "已经撤销过" in again.text


def test_a_clerk_undoes_nothing(house, shop, voucher):
    number = redeemed(house, shop, voucher)
    assert house.clerk.post(f"/till/redemptions/{number}/undo", {"reason": "x"}).status_code == 403
    assert f"{number}/undo" not in house.clerk.get("/till/").text


def test_another_merchants_redemption_cannot_be_undone(app, house, shop, voucher):
    number = redeemed(house, shop, voucher)
    other = a_merchant()
    manager = signed_in(app, other, a_clerk(a_store(merchant=other), role=Role.MANAGER))
    assert manager.get(f"/till/redemptions/{number}/undo").status_code == 404
    assert manager.post(f"/till/redemptions/{number}/undo", {"reason": "x"}).status_code == 404


def close(browser, starts_at, **more):
    return browser.post("/till/shift", {"starts_at": starts_at, **more})


def test_a_shift_is_counted_closed_once_and_begins_anew(house, shop, voucher):
    redeemed(house, shop, voucher)
    starts_at = STARTS.search(house.clerk.get("/till/shift").text).group(1)
    assert close(house.clerk, starts_at, counted="2", note="多交付一份").status_code == 303
    page = house.clerk.get("/till/shift").text
    assert "本班还没有核销" in page
    assert "多交付一份" in page
    assert "+1" in page
    again = close(house.clerk, starts_at)
    assert again.status_code == 422
    assert "已经交接" in again.text


def test_an_empty_shift_needs_no_closing(house):
    starts_at = STARTS.search(house.clerk.get("/till/shift").text).group(1)
    answer = close(house.clerk, starts_at)
    assert answer.status_code == 422
    assert "无需交班" in answer.text


def test_a_clerk_sees_his_own_closings_a_manager_everybodys(app, house, shop, voucher):
    redeemed(house, shop, voucher)
    starts_at = STARTS.search(house.clerk.get("/till/shift").text).group(1)
    close(house.clerk, starts_at, note="小王的班")
    colleague = signed_in(app, house.merchant, a_clerk(house.store, name="小李"))
    assert "小王的班" not in colleague.get("/till/shift").text
    house.manager.post("/till/store", {"store": house.store.number})
    assert "小王的班" in house.manager.get("/till/shift").text


@pytest.mark.parametrize("starts_at", ["", "nonsense", "2026-01-01T00:00:00", "x" * 41])
def test_a_made_up_shift_cannot_be_closed(house, starts_at):
    assert close(house.clerk, starts_at).status_code == 422


def test_the_till_asks_few_questions(house, shop, statements):
    for _ in range(5):
        redeemed(house, shop, a_voucher(shop, at=earlier()))
    house.clerk.get("/till/")
    with statements() as seen:
        house.clerk.get("/till/")
    assert len(seen.statements) <= 15, "\n".join(seen.statements)
