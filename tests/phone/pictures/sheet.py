"""The contact sheets of docs/: the screens that show best what the app is, with their names."""

import base64
import html
import io
from pathlib import Path

from PIL import Image

from tests.phone.pictures.album import SCREENS
from tests.phone.pictures.lens import open_lens
from tests.phone.pictures.looks import Look

DOCS = Path(__file__).parents[3] / "docs"
DARK, LIGHT = Look(name="sheet-dark", is_dark=True), Look(name="sheet")
BYTES_AT_MOST, QUALITY_FIRST, QUALITY_STEP = 300_000, 88, 6
COLUMNS, SHOT_WIDTH = 6, 290
# Name of the screen, how it is lit, and its label.
CUSTOMER = (
    ("home", LIGHT, "首页", "Shop front"),
    ("offer", LIGHT, "权益详情", "What is in it"),
    ("checkout", LIGHT, "确认订单", "Checkout"),
    ("result", LIGHT, "支付成功", "Paid"),
    ("wallet", LIGHT, "我的卡包", "Wallet"),
    ("voucher-code", LIGHT, "出示券码", "A code that changes"),
    ("me", LIGHT, "我的", "Membership"),
    ("value", DARK, "储值余额", "Stored value"),
    ("level", DARK, "会员等级", "Tiers"),
    ("monthly", LIGHT, "月度卡", "Monthly card"),
    ("booking-make", LIGHT, "选择场次", "Booking"),
    ("order-refund", LIGHT, "申请退款", "Refund, to the fen"),
)
FRIENDS = (
    ("gift", LIGHT, "包好的礼物", "A gift, wrapped"),
    ("gift-take", LIGHT, "收到礼物", "A gift, opened"),
    ("assist", LIGHT, "好友助力", "Friends unlock"),
    ("assist-help", DARK, "为好友助力", "A friend helps"),
    ("counter-open", LIGHT, "门店核销", "The clerk's counter"),
    ("counter-verdict", LIGHT, "核销成功", "One scan, one answer"),
)
SHEETS = {"app.webp": CUSTOMER, "app-friends.webp": FRIENDS}
STYLE = """
  body { margin: 0; padding: 56px 48px 44px; background: #efece6; color: #22201c;
         font-family: 'Noto Sans CJK SC', 'PingFang SC', sans-serif; }
  main { display: grid; grid-template-columns: repeat(6, 290px); gap: 44px 32px; }
  figure { margin: 0; }
  img { display: block; width: 290px; border-radius: 26px; border: 5px solid #1b1917;
        box-sizing: border-box; box-shadow: 0 14px 34px rgba(34, 32, 28, .18); }
  figcaption { margin-top: 16px; text-align: center; line-height: 1.4; }
  b { display: block; font-size: 20px; }
  span { color: #6d665b; font-size: 15px; }
"""


def make(browser, house, cast, _wanted):
    """Write every sheet, small enough to be kept beside the code; what was wrong on the way."""
    found = []
    for name, chosen in SHEETS.items():
        figures = []
        for number, look, chinese, english in chosen:
            shot, faults = _shoot(browser, house, cast, number, look)
            found += [f"{name}/{number}: {fault}" for fault in faults]
            figures.append(_figure(shot, chinese, english))
        _write(DOCS / name, _draw(browser, figures))
    return found


def _shoot(browser, house, cast, name, look):
    screen = next(each for each in SCREENS if each.name == name)
    lens = open_lens(browser, look, cast, screen, house)
    try:
        faults = lens.show(screen)
        return lens.page.screenshot(), faults
    finally:
        lens.close()


def _figure(shot, chinese, english):
    data = base64.b64encode(shot).decode()
    return (
        f'<figure><img alt="" src="data:image/png;base64,{data}">'
        f"<figcaption><b>{html.escape(chinese)}</b><span>{html.escape(english)}</span>"
        "</figcaption></figure>"
    )


def _draw(browser, figures):
    width = COLUMNS * SHOT_WIDTH + (COLUMNS - 1) * 32 + 2 * 48
    page = browser.new_page(viewport={"width": width, "height": 600})
    page.set_content(f"<style>{STYLE}</style><main>{''.join(figures)}</main>")
    page.evaluate("Promise.all([...document.images].map(one => one.decode()))")
    drawn = page.screenshot(full_page=True)
    page.close()
    return Image.open(io.BytesIO(drawn)).convert("RGB")


def _write(path, picture):
    """As good as fits."""
    for quality in range(QUALITY_FIRST, 0, -QUALITY_STEP):
        packed = io.BytesIO()
        picture.save(packed, "WEBP", quality=quality, method=6)
        if packed.tell() <= BYTES_AT_MOST:
            break
    path.write_bytes(packed.getvalue())
