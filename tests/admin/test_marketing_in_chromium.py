"""Campaigns and tiers as a merchant has them before him: rules that answer while he types."""

from datetime import timedelta

from app.kernel import clock
from tests.admin.chromium import DESKTOP, SIZES, a_page, is_too_wide, keep_picture, settle
from tests.admin.test_campaigns import add, local
from tests.builders import assist as assists
from tests.builders import promotions as build
from tests.builders.catalog import a_draft_offer
from tests.builders.members import a_member
from tests.builders.membership import grow, tiers_in
from tests.builders.merchants import an_app
from tests.builders.orders import a_shop

LONG = "世界杯决赛夜观赛双人餐加炸鸡啤酒无限畅饮限时抢先预订套餐"


@SIZES
def test_the_linter_answers_beside_the_form(house, browser, address, size):
    told = assists.promises(a_shop(merchant=house.merchant), at=clock.now())
    with a_page(browser, address, house.manager, size=size) as (page, _context, seen):
        page.goto(f"{address}/admin/{house.merchant.number}/assists/new")
        page.wait_for_selector("text=选好主商品")
        page.select_option("#offer", told.offer)
        page.select_option('[name="sub-0"]', told.prize)
        page.select_option("#reward", told.reward)
        page.fill("#title", "转发到朋友圈")
        page.fill("#share_title", "帮我助力")
        page.wait_for_selector("text=运营规范 5.1.3")
        page.fill("#title", "好友助力，解锁蛋糕券")
        page.fill("#rewards", "500")
        page.press("#rewards", "Tab")
        page.wait_for_selector("text=没有需要修改的地方")
        settle(page)
        keep_picture(page, f"assist-form-{size['width']}")
        assert not is_too_wide(page)
        page.click("text=保存草稿")
        page.wait_for_selector("text=草稿已保存，检查后发布")
        assert (seen.errors, seen.strangers) == ([], [])


@SIZES
def test_the_calendar_shows_clashes_at_both_widths(house, browser, address, size):
    start = clock.now() + timedelta(hours=1)
    offer = a_draft_offer(merchant=house.merchant, title=LONG)
    event = build.an_event(house.merchant, starts_at=start, ends_at=start + timedelta(hours=2))
    for name in ("上半场", LONG[:20]):
        add(house, "sale", offers=[offer.number], name=name, ends_at=local(start + timedelta(1)))
    with a_page(browser, address, house.manager, size=size) as (page, _context, seen):
        page.goto(f"{address}/admin/{house.merchant.number}/agenda?month={local(start)[:7]}")
        page.wait_for_selector("text=1 处冲突")
        assert page.is_visible("td.is-empty") is (size == DESKTOP)
        keep_picture(page, f"calendar-{size['width']}")
        assert not is_too_wide(page)
        page.click(f'.month a[href$="/events/{event.number}"]')
        page.wait_for_selector("text=看看哪些活动会一起改")
        assert not is_too_wide(page)
        assert (seen.errors, seen.strangers) == ([], [])


@SIZES
def test_tiers_are_read_aloud_and_tried_before_they_hold(house, browser, address, size):
    tiers_in(house.merchant)
    grow(a_member(merchant=house.merchant), amount=800_00)
    with a_page(browser, address, house.manager, size=size) as (page, _context, seen):
        page.goto(f"{address}/admin/{house.merchant.number}/tiers/edit")
        page.wait_for_selector("text=近365天消费满500元，或近365天到店3次，升级为银卡")
        page.fill('[name="amount-silver"] >> nth=0', "600.5")
        page.wait_for_selector("text=近365天消费满600.50元")
        keep_picture(page, f"tiers-form-{size['width']}")
        assert not is_too_wide(page)
        page.click("text=先试算")
        page.wait_for_selector("text=谁会变动")
        keep_picture(page, f"tiers-tried-{size['width']}")
        assert not is_too_wide(page)
        page.click('form[action$="/tiers"] button')
        page.wait_for_selector("text=等级规则已发布")
        assert (seen.errors, seen.strangers) == ([], [])


@SIZES
def test_settings_of_points_value_and_channels_fit_the_screen(house, browser, address, size):
    an_app(merchant=house.merchant)
    a_draft_offer(merchant=house.merchant, title=LONG)
    with a_page(browser, address, house.owner, size=size) as (page, _context, seen):
        for name in ("points", "value", "channels", "tags", "campaigns", "assists", "messages"):
            page.goto(f"{address}/admin/{house.merchant.number}/{name}")
            keep_picture(page, f"{name}-{size['width']}")
            assert not is_too_wide(page), name
        page.goto(f"{address}/admin/{house.merchant.number}/points")
        page.click("text=加一个倍数")
        page.click('form[hx-post$="/points/try"] button')
        page.wait_for_selector("text=改后")
        assert not is_too_wide(page)
        assert (seen.errors, seen.strangers) == ([], [])
