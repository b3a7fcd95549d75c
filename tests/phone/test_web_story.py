"""The official account's pages in phones, against the whole house: buy, show, give, pay back."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.phone.phones import Phone, a_phone
from tests.phone.story import FRIENDS_CARD, LATTE

ROTATES_WITHIN_MILLISECONDS = 40_000
ADDRESS = re.compile(r"https?://\S+")
NOT_HERE = "请在微信小程序中打开"


class WebPhone(Phone):
    """A phone in whose WeChat browser the account's page is open; `app` is that page's frame."""

    def __init__(self, phone):
        super().__init__(phone.page, phone.stack, phone.person, phone.seen)
        self.app = phone.page.frame_locator("iframe.web")
        self.asked = []
        self.page.on("request", lambda asked: self.asked.append(asked.url))

    @property
    def home(self):
        return f"{self.stack.house.web_url}/h5/{self.stack.shop['merchant']}/"

    def open(self, hash_=""):
        """As from the account's menu; with a hash, as from a link to one of its pages."""
        self.open_address(self.home + hash_)

    def open_address(self, address):
        self.open_screen("scan")
        self.page.get_by_label("码里的内容").fill(address)
        self.wechat("识别")

    def frame(self):
        return next(each for each in self.page.frames if each.url.startswith(self.home))

    def part(self, selector):
        """A part of the page that is shown, which has no words of its own."""
        return self.app.locator(selector).locator("visible=true").last

    def answer(self, words):
        self.app.locator(".uni-modal__btn", has_text=words).tap()

    def is_signed_in(self):
        name = f"{self.stack.shop['merchant']}:session"
        return self.frame().evaluate("name => localStorage.getItem(name) !== null", name)

    def buy(self, title=LATTE):
        """From the first page to the paid result; WeChat asks who is there on the way."""
        self.open()
        self.tap(title, exact=True)
        self.tap("立即购买")
        self.app.get_by_role("checkbox", name="同意协议").tap()
        self.tap("微信支付")
        self.agree_to_pay()
        self.see("购买成功")

    def open_wallet(self):
        self.tap("去卡包看看")
        self.see("优惠与礼券")

    def open_voucher(self):
        self.open_wallet()
        self.tap("去使用")
        self.see("券号")


@pytest.fixture
def web(stack, browser, request):
    """`web("小美")`: a new person's phone, in whose browser nothing is open yet."""
    phones = []
    with ExitStack() as open_phones:

        def open_phone(name):
            person = stack.newcomer(name)
            phone = open_phones.enter_context(a_phone(browser, stack, person))
            phones.append(WebPhone(phone))
            return phones[-1]

        yield open_phone
        if getattr(request.node, "has_failed", False):
            for one in phones:
                one.picture(f"failed-{request.node.name}-{one.person}")


def bill_of(phone):
    """WeChat's own bill of what this person paid last."""
    return phone.stack.wechat().get(f"/_sim/users/{phone.person}/bills").body[0]


def test_she_buys_a_voucher_and_it_is_in_her_wallet(web):
    xiaomei = web("小美")

    xiaomei.buy()

    xiaomei.see("1张券已到卡包")
    xiaomei.picture("web-bought")
    stub, words = (xiaomei.part(f".ticket {each}").bounding_box() for each in (".stub", ".words"))
    assert stub["x"] + stub["width"] <= words["x"]
    xiaomei.open_wallet()
    xiaomei.see(LATTE)
    xiaomei.picture("web-wallet")
    bill = bill_of(xiaomei)
    assert (bill["total_fen"], bill["state"]) == (1990, "SUCCESS")
    assert bill["appid"] == xiaomei.stack.shop["account"]


def test_the_code_on_the_screen_changes_and_each_can_be_read(web):
    xiaomei = web("小美")
    xiaomei.buy()
    xiaomei.open_voucher()
    xiaomei.tap("出示券码")
    xiaomei.see("秒后自动更新")
    first = xiaomei.read_code(xiaomei.part(".qr"))
    xiaomei.picture("web-code")

    digits = xiaomei.part(".digits").inner_text()
    changed = xiaomei.part(".digits").filter(has_not_text=digits)
    changed.wait_for(timeout=ROTATES_WITHIN_MILLISECONDS)
    second = xiaomei.read_code(xiaomei.part(".qr"))

    assert first.startswith("KB")
    assert second.startswith("KB")
    assert first != second


def test_a_gift_goes_from_one_phone_to_the_other_as_a_link(web):
    xiaomei, xiaozhang = web("小美"), web("小张")
    xiaomei.buy()
    xiaomei.open_voucher()
    xiaomei.tap("送朋友")
    xiaomei.tap("包好 1 张")
    xiaomei.see("点右上角「…」发送给朋友")
    xiaomei.picture("web-wrapped")
    xiaomei.wechat("网页菜单")
    xiaomei.wechat("发送给朋友")
    xiaomei.share_to(xiaozhang.person)
    xiaomei.page.get_by_text("已发送").wait_for()

    xiaozhang.open_chat(xiaomei.person)
    link = ADDRESS.search(xiaozhang.page.locator(".bubble").last.inner_text()).group()
    assert link.startswith(xiaozhang.home)
    xiaozhang.open_address(link)
    xiaozhang.see("送来一份礼物")
    # WeChat has said already who is there: a tap that asks it now would be lost.
    assert xiaozhang.is_signed_in()
    xiaozhang.tap("收下礼物")
    xiaozhang.see("收下了")
    xiaozhang.picture("web-gift")

    xiaozhang.open_wallet()
    xiaozhang.see(LATTE)


def test_what_was_paid_comes_back(web):
    xiaomei = web("小美")
    xiaomei.buy()
    xiaomei.tap("查看订单")
    xiaomei.tap("申请退款")
    xiaomei.see("实付19.90元 × 市场价28.00/28.00 = 19.90元")
    xiaomei.app.get_by_role("radio", name="计划有变").tap()
    xiaomei.tap("提交申请")
    xiaomei.answer("确认提交")

    xiaomei.see("退款完成")
    xiaomei.picture("web-refunded")
    assert [each["fen"] for each in bill_of(xiaomei)["refunds"]] == [1990]


def test_the_wallet_opens_without_a_network(web):
    xiaomei = web("小美")
    xiaomei.buy()
    xiaomei.open_wallet()
    xiaomei.see(LATTE)

    # Opened anew, the page knows nothing of the wallet but what was kept.
    xiaomei.open()
    xiaomei.see(LATTE)
    xiaomei.page.context.set_offline(True)
    xiaomei.app.locator(".uni-tabbar__item", has_text="卡包").tap()

    xiaomei.see("离线内容")
    xiaomei.see("优惠与礼券")
    xiaomei.see(LATTE)
    xiaomei.picture("web-offline")


@pytest.mark.parametrize("page", ["list", "task?assist=T1", "help?scene=token"])
def test_friends_help_only_in_the_mini_program(web, page):
    xiaomei = web("小美")

    xiaomei.open(f"#/pages/assist/{page}")

    xiaomei.see(NOT_HERE)
    expect(xiaomei.part("uni-page-body")).to_have_text(NOT_HERE)
    assert not [each for each in xiaomei.asked if "/assist" in each and "/api/" in each]


def test_a_card_that_friends_unlock_is_bought_in_the_mini_program(web):
    xiaomei = web("小美")

    xiaomei.open()
    xiaomei.tap(FRIENDS_CARD, exact=True)

    xiaomei.see("请在微信小程序里购买")
    expect(xiaomei.app.get_by_text("立即购买")).to_have_count(0)
    expect(xiaomei.app.get_by_text("好友助力规则")).to_have_count(0)


def test_a_link_leads_a_stranger_to_the_offer_and_on_to_its_order(web):
    xiaomei = web("小美")
    offer = xiaomei.stack.shop["offers"][LATTE]

    xiaomei.open(f"#/pages/offer/show?offer={offer}")

    xiaomei.see(LATTE, exact=True)
    assert not xiaomei.is_signed_in()
    xiaomei.tap("立即购买")
    # WeChat was asked who is there; what it said is not left in the address.
    xiaomei.see("同意")
    xiaomei.see("微信支付")
    assert any("/oauth2/authorize" in each for each in xiaomei.asked)
    assert xiaomei.frame().url == f"{xiaomei.home}#/pages/offer/checkout?offer={offer}"
    assert xiaomei.is_signed_in()


def test_a_link_to_a_members_page_comes_back_to_that_very_page(web):
    xiaomei = web("小美")
    page = "#/pages/gift/list?box=received"

    xiaomei.open(page)

    xiaomei.see("还没有收到")
    assert any("/oauth2/authorize" in each for each in xiaomei.asked)
    assert xiaomei.frame().url == xiaomei.home + page
    assert xiaomei.is_signed_in()
