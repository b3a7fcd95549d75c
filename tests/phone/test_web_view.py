"""The official account's page in a phone: WeChat asks, the page comes back signed in, and pays."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.phone.phones import a_phone
from tests.phone.story import LATTE

SIDE_BY_SIDE = {"width": 1000, "height": 900}


@pytest.fixture
def home(stack):
    return f"{stack.house.web_url}/h5/{stack.shop['merchant']}/"


@pytest.fixture
def web(stack, browser, home):
    """A phone with the page open, by the address that the demonstration prints."""
    with a_phone(browser, stack, stack.newcomer("小美")) as phone:
        phone.open_screen(f"web:{home}")
        yield phone


def test_the_page_knows_who_is_there_and_takes_money(web):
    page = web.page.frame_locator("iframe.web")
    page.get_by_text(LATTE, exact=True).locator("visible=true").last.tap()
    page.get_by_text("立即购买").locator("visible=true").last.tap()
    page.get_by_role("checkbox", name="同意协议").tap()
    page.get_by_text("微信支付").locator("visible=true").last.tap()
    web.agree_to_pay()
    page.get_by_text("购买成功").locator("visible=true").wait_for()

    web.picture("web")
    # Asked for once.
    expect(web.page.get_by_role("button", name="确认支付")).to_have_count(0)
    bill = web.stack.wechat().get(f"/_sim/users/{web.person}/bills").body[0]
    assert (bill["total_fen"], bill["appid"]) == (1990, web.stack.shop["account"])


def test_two_phones_in_one_window_are_two_people(stack, browser, home):
    people = [stack.newcomer(name) for name in ("小美", "小张")]
    orders = f"{home}#/pages/orders/index"
    with a_phone(browser, stack, people[0], size=SIDE_BY_SIDE) as phone:
        phone.page.goto(
            f"{stack.wechat_url}/phone?people={quote(','.join(people))}"
            f"&open=web:{quote(orders)}&open=discover"
        )
        phone.page.frame_locator("iframe.web").get_by_text("还没有订单").wait_for()
        second = phone.page.locator(".device").nth(1)
        second.get_by_text("扫一扫").tap()
        second.get_by_label("码里的内容").fill(orders)
        second.get_by_role("button", name="识别").tap()
        second.frame_locator("iframe.web").get_by_text("还没有订单").wait_for()

        pages = [each for each in phone.page.frames if each.url.startswith(home)]
        kept = f"localStorage.getItem('{stack.shop['merchant']}:session')"
        assert len({each.evaluate(kept) for each in pages} - {None}) == len(people)
