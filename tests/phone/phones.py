"""A person's phone in Chromium: WeChat around, the mini-program's real build inside."""

import io
import os
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import zxingcpp
from PIL import Image

SIZE = {"width": 375, "height": 812}
PICTURES = os.environ.get("KABAO_PICTURES")
# The machine does much else at once.
PATIENCE_MILLISECONDS = 60_000


class Phone:
    """One phone. Words are what a person reads; `app` is the mini-program's frame."""

    def __init__(self, page, stack, person, seen):
        self.page, self.stack, self.person, self.seen = page, stack, person, seen
        self.app = page.frame_locator("iframe.slot")

    def open_app(self, path="", query=""):
        """As from the list of mini-programs; at a page, as by a code."""
        self.page.goto(
            f"{self.stack.wechat_url}/phone?people={quote(self.person)}&open=mp:{self.stack.appid}"
        )
        self.app.locator("html[data-ready=true]").wait_for()
        if path:
            self.go(path, query)

    def go(self, path, query=""):
        url = f"/{path}" + (f"?{query}" if query else "")
        self.frame().evaluate("url => wx.reLaunch({url})", url)

    def open_screen(self, name):
        """A screen of WeChat's own: scan, bills, bag, …"""
        self.page.goto(f"{self.stack.wechat_url}/phone?people={quote(self.person)}&open={name}")

    def open_chat(self, with_whom):
        self.page.goto(
            f"{self.stack.wechat_url}/phone?people={quote(self.person)}&open=chat:{quote(with_whom)}"
        )

    def frame(self):
        return next(each for each in self.page.frames if each.url.startswith(self.stack.runner.url))

    def words(self, text, *, exact=False):
        """The last of the visible places where the page on top says this."""
        return self.app.get_by_text(text, exact=exact).locator("visible=true").last

    def see(self, text, *, exact=False):
        self.words(text, exact=exact).wait_for()

    def tap(self, text, *, exact=False):
        self.words(text, exact=exact).tap()

    def press(self, name, *, exact=False):
        """A button, by what is on it or what a screen reader says."""
        self.app.get_by_role("button", name=name, exact=exact).locator("visible=true").last.tap()

    def fill(self, label, text):
        self.app.locator(f"wx-input[aria-label='{label}'] input").locator("visible=true").last.fill(
            text
        )

    def wechat(self, name, *, exact=False):
        """A button of WeChat itself: a sheet, a chat, the title bar."""
        self.page.get_by_role("button", name=name, exact=exact).locator("visible=true").last.tap()

    def agree_to_pay(self):
        self.wechat("确认支付")

    def share_to(self, whom):
        self.page.locator(".sheet button", has_text=whom).first.tap()

    def read_code(self, locator):
        """What a scanner reads off these pixels; fails when it is no code."""
        (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(locator.screenshot())))
        return read.text

    def answer(self, words):
        """A dialog of WeChat's in the mini-program."""
        self.app.locator(".wx-dialog button", has_text=words).tap()

    def on_top(self, selector):
        """A part of the page on top that has no words of its own."""
        return self.app.locator(f".wx-box:not(.away) {selector}").last

    def scan(self, text, *, by):
        """The button opens WeChat's scanner, which reads this."""
        self.press(by)
        self.page.get_by_label("码里的内容").fill(text)
        self.wechat("识别")

    def open_card_of(self, chat):
        """Tap the newest mini-program card in this chat."""
        self.open_chat(chat)
        self.page.locator(".minicard").last.tap()
        self.app.locator("html[data-ready=true]").wait_for()

    def picture(self, name):
        """For whoever looks at them afterwards, where a folder is named."""
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"phone-{name}.png")


@contextmanager
def a_phone(browser, stack, person, *, dark=False, size=SIZE):
    """A phone of this person, in a browser profile of its own; what went wrong on it fails."""
    context = browser.new_context(
        viewport=size,
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
        locale="zh-CN",
        color_scheme="dark" if dark else "light",
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    page, seen = context.new_page(), []
    page.on("console", lambda said: _note(seen, said))
    page.on("pageerror", lambda failure: seen.append(f"{person}: {failure}"))
    near = (stack.wechat_url, stack.app_url, stack.house.web_url, "data:", "blob:")
    context.on("request", lambda asked: asked.url.startswith(near) or seen.append(asked.url))
    phone = Phone(page, stack, person, seen)
    try:
        yield phone
    finally:
        context.close()
    assert seen == []


# A refusal of the shop is an answer, and no network is what was asked for; the browser calls both errors.
EXPECTED = ("the server responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED")


def _note(seen, said):
    by_network = said.text.startswith("Failed to load resource") and any(
        each in said.text for each in EXPECTED
    )
    if said.type == "error" and not by_network:
        seen.append(said.text)
