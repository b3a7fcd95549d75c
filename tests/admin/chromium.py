"""The panel in a real browser: served on loopback, asked of nobody else, its complaints kept.

`KABAO_PICTURES=folder` keeps what was seen.
"""

import os
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import qrcode
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from deploy.local.browser import chromium as program

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
SIDE, FRAMES = 480, 30
PICTURES = os.environ.get("KABAO_PICTURES")
# Nothing is under way: neither what htmx asked for, nor what it is putting in its place.
QUIET = "html:not(:has(.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added))"
# After two frames a page knows its width; what then still fades in or moves comes to its end.
DRAWN = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const moving = document.getAnimations().filter(one => one.effect.getComputedTiming().endTime < Infinity);
  await Promise.all(moving.map(one => one.finished.catch(() => null)));
}"""
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
_playing = []


@dataclass
class Seen:
    """What the console said in anger, and what was asked of other hosts."""

    errors: list = field(default_factory=list)
    strangers: list = field(default_factory=list)

    def take(self):
        """Everything since the last time."""
        told = [*self.errors, *self.strangers]
        self.errors.clear()
        self.strangers.clear()
        return told


@contextmanager
def served(app):
    """The address of the running panel."""
    server = make_server("127.0.0.1", 0, _answering_whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def _answering_whole(app):
    """A page that goes in the middle of a file makes this server forget to close it."""

    def answer(environ, start_response):
        with closing(app(environ, start_response)) as parts:
            return [b"".join(parts)]

    return answer


@contextmanager
def a_page(browser, address, signed, *, size=DESKTOP, **more):
    """A page of whoever is `signed` in, in a browser profile of its own."""
    context = browser.new_context(viewport=size, permissions=["camera"], locale="zh-CN", **more)
    kept = signed.client.get_cookie("kabao_panel", path="/admin")
    context.add_cookies([{"name": kept.key, "value": kept.value, "url": f"{address}/admin"}])
    page, seen = context.new_page(), Seen()
    page.on("console", lambda said: said.type == "error" and seen.errors.append(said.text))
    page.on("pageerror", lambda failure: seen.errors.append(str(failure)))
    context.on("request", lambda asked: _note(seen, asked.url, address))
    yield page, context, seen
    context.close()


@contextmanager
def playing():
    """What drives browsers; one for a whole process, as two cannot live beside each other."""
    if _playing:
        yield _playing[0]
        return
    with sync_playwright() as playwright:
        _playing.append(playwright)
        yield playwright
        _playing.clear()


@contextmanager
def launched(playwright, *, camera=None):
    """A browser. `camera` is a film for its pretended camera."""
    args = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    if camera:
        args.append(f"--use-file-for-fake-video-capture={camera}")
    browser = playwright.chromium.launch(executable_path=program(), args=args)
    yield browser
    browser.close()


def settle(page):
    """Wait until what the page asks for by itself stands in it."""
    page.wait_for_selector(QUIET, state="attached")


def draw(page):
    """Wait until the page stands as it will be seen at its present width."""
    page.evaluate(DRAWN)


def is_too_wide(page):
    return page.evaluate(TOO_WIDE)


def keep_picture(page, name):
    """For whoever looks at them afterwards, where a folder is named."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def a_film_of(text, path):
    """A camera's look at the QR picture of this text."""
    drawn = qrcode.make(text, border=4).get_image().convert("L").resize((SIDE, SIDE))
    colourless = bytes([128]) * (SIDE * SIDE // 2)
    head = f"YUV4MPEG2 W{SIDE} H{SIDE} F10:1 Ip A1:1 C420\n".encode()
    path.write_bytes(head + (b"FRAME\n" + drawn.tobytes() + colourless) * FRAMES)
    return path


def _note(seen, url, address):
    if not url.startswith((address, "data:", "blob:")):
        seen.strangers.append(url)
