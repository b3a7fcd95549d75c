"""A browser that opens one screen after the other as somebody, looks for faults and takes a picture."""

import json
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Error

from tests.phone.pictures.album import SCAN
from tests.phone.pictures.cast import a_code
from tests.phone.pictures.looks import HIGH, LARGE_CSS

FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")
# The house is on this machine, every part at a port of its own.
NEAR = ("http://127.0.0.1:", "data:", "blob:", "about:")
IDLE_MILLISECONDS, PATIENCE_MILLISECONDS, TAP_MILLISECONDS = 6_000, 15_000, 4_000
# Two frames, every picture there, and what moves come to its end.
DRAWN = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(done))
  await frame(); await frame()
  await Promise.race([
    Promise.all([...document.images].map(one => one.decode().catch(() => null))),
    new Promise(done => setTimeout(done, 2000)),
  ])
  const moving = document.getAnimations().filter(one => one.effect.getComputedTiming().endTime < Infinity)
  await Promise.all(moving.map(one => one.finished.catch(() => null)))
}"""
ENLARGE = f"""() => {{
  const sheet = new CSSStyleSheet()
  sheet.replaceSync({json.dumps(LARGE_CSS)})
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}}"""
# The page asks WeChat's script how to talk to WeChat; an ordinary browser has none of it.
# Nobody has touched it, so that it may not buzz.
NOT_OURS = re.compile(r"js-config|jweixin|navigator\.vibrate")


class Lens:
    """One person's browser in one look. Close it when done."""

    def __init__(self, browser, look, cast, who, house):
        self._look, self._cast, self._house = look, cast, house
        self._person = cast.people[who]
        self._seen = []
        self._context = browser.new_context(
            viewport={"width": look.width, "height": HIGH},
            has_touch=True,
            is_mobile=True,
            device_scale_factor=2,
            locale="zh-CN",
            color_scheme="dark" if look.is_dark else "light",
        )
        self._context.set_default_timeout(PATIENCE_MILLISECONDS)
        self.page = self._context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda failure: self._seen.append(f"page error: {failure}"))
        self._context.on(
            "request",
            lambda asked: asked.url.startswith(NEAR) or self._seen.append(f"asked {asked.url}"),
        )

    def close(self):
        self._context.close()

    def take(self, screen, path):
        """A picture of the whole screen; what is wrong with it."""
        faults = self.show(screen)
        self.page.screenshot(path=path, full_page=True)
        return faults

    def show(self, screen):
        """Open it, and tap what it says; what is wrong with it."""
        self._seen.clear()
        try:
            frame = self._open(screen, screen.query.format(**self._cast.links()))
            for words in screen.taps:
                self._scan(frame) if words == SCAN else self._tap(frame, words)
            faults = frame.evaluate(FAULTS)
        except Error as failure:
            faults = [f"not shown: {str(failure).splitlines()[0]}"]
        return [*faults, *self._seen]

    def _settle(self, frame):
        # Some pages ask again and again; what they show at first is there by then.
        with suppress(Error):
            self.page.wait_for_load_state("networkidle", timeout=IDLE_MILLISECONDS)
        frame.evaluate(DRAWN)

    def _tap(self, frame, words):
        frame.get_by_text(words, exact=False).locator("visible=true").last.tap(
            timeout=TAP_MILLISECONDS
        )
        self.page.wait_for_timeout(400)
        self._settle(frame)

    def _note(self, said):
        provoked = self._look.answers is not None and "Failed to load resource" in said.text
        # A shop's refusal is an answer; the browser calls it an error.
        refused = "the server responded with a status of 4" in said.text
        if said.type == "error" and not provoked and not refused and not NOT_OURS.search(said.text):
            self._seen.append(said.text[:200])


class WebLens(Lens):
    """The page of the official account, signed in."""

    def __init__(self, *about):
        super().__init__(*about)
        kept = {"type": "string", "data": json.dumps(self._person["session"])}
        place = f"{self._cast.merchant}:session"
        self.page.add_init_script(
            f"origin !== 'null' && localStorage.setItem({json.dumps(place)}, {json.dumps(json.dumps(kept))})"
        )
        if self._look.answers:
            self.page.route("**/api/v1/**", self._look.answers)

    def _open(self, screen, query):
        self.page.goto("about:blank")
        at = f"{self._house.web_url}/h5/{self._cast.merchant}/#/{screen.path}"
        self.page.goto(f"{at}?{query}" if query else at)
        if self._look.is_large:
            self.page.evaluate(ENLARGE)
        frame = self.page.main_frame
        self._settle(frame)
        return frame


class AppLens(Lens):
    """The mini-program in the simulator's phone."""

    def __init__(self, *about):
        super().__init__(*about)
        if self._look.answers:
            self.page.route("**/api/v1/**", self._look.answers)
        at = {"people": self._person["name"], "open": f"mp:{self._cast.appid}"}
        self._at = f"{self._house.wechat_url}/phone?{urlencode(at)}"

    def _open(self, screen, query):
        self.page.goto(self._at)
        app = self.page.frame_locator("iframe.slot")
        app.locator("html[data-ready=true]").wait_for()
        frame = self.page.locator("iframe.slot").element_handle().content_frame()
        if self._look.is_large:
            frame.evaluate(ENLARGE)
        url = f"/{screen.path}" + (f"?{query}" if query else "")
        frame.evaluate("url => wx.reLaunch({url})", url)
        self.page.wait_for_timeout(300)
        self._settle(frame)
        return frame

    def _scan(self, frame):
        code = a_code(self._house, self._cast)
        self.page.frame_locator("iframe.slot").get_by_role("button", name="扫码核销").last.tap()
        self.page.get_by_label("码里的内容").fill(code)
        self.page.get_by_role("button", name="识别").locator("visible=true").last.tap()
        self.page.wait_for_timeout(800)
        self._settle(frame)


def open_lens(browser, look, cast, screen, house):
    """The browser that this screen needs, for whose phone it is on."""
    kind = AppLens if screen.is_app else WebLens
    return kind(browser, look, cast, look.who or screen.who, house)
