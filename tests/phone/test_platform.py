"""What the phone's runtime does as WeChat does it, on a small mini-program of our own."""

import subprocess

import pytest

from tests.phone.phones import a_phone
from tests.phone.stack import ROOT

FIXTURE = ROOT / "tests" / "phone" / "fixture"
TOOL = ROOT / "miniprogram" / "tools" / "wxrun" / "build.mjs"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "phone"
    subprocess.run(["node", TOOL, FIXTURE, folder], check=True, capture_output=True)
    return folder


@pytest.fixture
def small(stack, built, browser):
    """A phone with the small mini-program open."""
    stack.run_app(built)
    with a_phone(browser, stack, stack.newcomer("小样")) as phone:
        phone.open_app()
        yield phone


def test_what_is_typed_is_kept_and_comes_back(small):
    small.see("你好，陌生人")
    small.app.locator("wx-input input").fill("小林")
    small.see("你好，小林")
    small.press("记住")
    small.see("记住了")

    small.open_app()

    small.see("你好，小林")


def test_the_shop_is_asked_through_the_runner_and_nobody_else_is(small):
    small.press("问服务器")
    small.see("服务器说 200")
    small.press("问别人")
    small.see("request:fail url not in domain list")


def test_a_button_shares_what_the_page_says(small, stack):
    friend = stack.newcomer("好友")
    small.page.wait_for_timeout(1200)
    small.press("转发")
    small.share_to(friend)
    small.page.get_by_text("已转发").wait_for()

    chats = stack.wechat().get(f"/_sim/users/{friend}/chats/{small.person}").body

    assert [each["path"] for each in chats] == ["pages/second/second?from=button-button"]


def test_a_refused_payment_says_so(small):
    small.press("支付")
    small.see("requestPayment:fail")


def test_privacy_comes_before_the_phone_number(small):
    small.press("手机号")
    small.see("用户隐私保护提示")
    small.app.get_by_role("button", name="同意").tap()
    small.wechat("允许", exact=True)
    small.see("有号码")


def test_a_refusal_of_privacy_reaches_the_page(small):
    small.press("手机号")
    small.app.get_by_role("button", name="拒绝").tap()
    small.see("getPhoneNumber:fail privacy permission is not authorized")


def test_switches_pickers_and_components_answer(small):
    small.app.get_by_role("switch", name="开关").tap()
    small.see("开关 true")
    small.tap("颜色：")
    small.app.locator(".wx-sheet select").select_option("蓝")
    small.app.locator(".wx-sheet").get_by_text("确定").tap()
    small.see("颜色：蓝")
    small.tap("行 乙")
    small.see("按了乙")
    small.app.get_by_role("button", name="不能按").tap(force=True)
    assert small.app.get_by_text("不该发生").count() == 0


def test_styles_of_a_component_are_its_own(small):
    size = "node => getComputedStyle(node).fontSize"
    ours = small.words("你好").evaluate(size)
    theirs = small.words("行 甲").evaluate(size)

    assert (ours, theirs) == ("20px", "15px")


def test_pages_come_and_go_with_the_arrow(small):
    small.tap("下一页")
    small.see("从home来，undefined")
    assert small.page.locator(".mininav b").inner_text() == "第二页"
    small.press("位置")
    small.see("getLocation:fail not supported")

    small.wechat("返回上一页")

    small.see("你好")
    assert small.page.locator(".mininav b").inner_text() == "第一页"


def test_a_page_is_pulled_down(small):
    small.page.mouse.move(180, 120)
    small.page.mouse.down()
    small.page.mouse.move(180, 260, steps=5)
    small.page.mouse.up()
    small.see("刷新了")
