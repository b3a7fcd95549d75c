"""The official account's page in a phone: WeChat asks, the page comes back signed in, and pays."""

import pytest

from tests.phone.phones import a_phone
from tests.phone.stack import ROOT
from tests.phone.story import LATTE

BRIDGE = ROOT / "app" / "simulator" / "pages" / "static" / "jsbridge.js"


@pytest.fixture
def web(stack, browser):
    """A phone in whose browser the account's page was opened by its address."""
    with a_phone(browser, stack, stack.newcomer("小美"), is_web=True) as phone:
        phone.page.context.add_init_script(path=BRIDGE)
        phone.open_screen("scan")
        address = f"{stack.house.web_url}/h5/{stack.shop['merchant']}/"
        phone.page.get_by_label("码里的内容").fill(address)
        phone.wechat("识别")
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
    bill = web.stack.wechat().get(f"/_sim/users/{web.person}/bills").body[0]
    assert (bill["total_fen"], bill["appid"]) == (1990, web.stack.shop["account"])
