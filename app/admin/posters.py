"""A poster to be sent around: picture, title, price, and the mini-program code of a channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from app.kernel.errors import DomainError

WIDTH, HEIGHT = 750, 1334
COVER = (WIDTH, 450)
PAD, CODE = 48, 260
RED, INK, GREY, PAPER, LINE = "#c8102e", "#1d2433", "#6b7280", "#ffffff", "#e5e7eb"
# Where systems keep a font with Chinese characters, and its face in a collection.
FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/STHeiti Light.ttc", 0),
)


class NoFont(DomainError):
    """Without a font with Chinese characters the poster would show boxes."""

    code = "no_font"


@dataclass(frozen=True, kw_only=True)
class Poster:
    """`cover` and `code` are pictures; `was` is an old price to cross out."""

    shop: str
    title: str
    price: str
    was: str | None
    cover: bytes | None
    code: bytes


def draw(poster: Poster) -> bytes:
    """As PNG. Raises NoFont."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(sheet)
    _cover(sheet, poster.cover)
    below = _title(pen, poster.title, top=COVER[1] + PAD)
    _price(pen, poster, top=below + 24)
    _foot(sheet, pen, poster)
    return as_png(sheet)


def as_png(picture: Image.Image | bytes) -> bytes:
    """Whatever came, as PNG."""
    drawn = Image.open(BytesIO(picture)) if isinstance(picture, bytes) else picture
    out = BytesIO()
    drawn.convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()


def _cover(sheet: Image.Image, cover: bytes | None) -> None:
    if cover is None:
        fade = Image.linear_gradient("L").resize(COVER)
        sheet.paste(ImageOps.colorize(fade, RED, "#e8a33d"), (0, 0))
        return
    with Image.open(BytesIO(cover)) as picture:
        sheet.paste(ImageOps.fit(picture.convert("RGB"), COVER), (0, 0))


def _title(pen: ImageDraw.ImageDraw, title: str, *, top: int) -> int:
    """Where it ends; at most three lines."""
    font, step = _font(46), 66
    lines = list(_lines(title, font, room=WIDTH - 2 * PAD))
    shown = lines[:3]
    if len(lines) > len(shown):
        shown[-1] = f"{shown[-1][:-1]}…"
    for place, line in enumerate(shown):
        pen.text((PAD, top + place * step), line, font=font, fill=INK)
    return top + len(shown) * step


def _price(pen: ImageDraw.ImageDraw, poster: Poster, *, top: int) -> None:
    font, small = _font(72), _font(34)
    pen.text((PAD, top), poster.price, font=font, fill=RED)
    if poster.was is None:
        return
    left, base = PAD + font.getlength(poster.price) + 28, top + 40
    pen.text((left, base), poster.was, font=small, fill=GREY)
    across = base + 24
    pen.line((left, across, left + small.getlength(poster.was), across), fill=GREY, width=2)


def _foot(sheet: Image.Image, pen: ImageDraw.ImageDraw, poster: Poster) -> None:
    top = HEIGHT - CODE - 2 * PAD
    pen.line((PAD, top, WIDTH - PAD, top), fill=LINE, width=2)
    with Image.open(BytesIO(poster.code)) as code:
        sheet.paste(code.convert("RGB").resize((CODE, CODE)), (WIDTH - PAD - CODE, top + PAD))
    font, room = _font(38), WIDTH - 3 * PAD - CODE
    for place, line in enumerate(list(_lines(poster.shop, font, room=room))[:2]):
        pen.text((PAD, top + PAD + 40 + place * 54), line, font=font, fill=INK)
    pen.text((PAD, top + PAD + 170), "长按识别小程序码", font=_font(30), fill=GREY)


def _lines(text: str, font: ImageFont.FreeTypeFont, *, room: int) -> Iterator[str]:
    """Chinese breaks between any two characters."""
    line = ""
    for sign in " ".join(text.split()):
        if line and font.getlength(line + sign) > room:
            yield line
            line = ""
        line += sign
    if line:
        yield line


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    for path, face in FONTS:
        if Path(path).exists():
            return ImageFont.truetype(path, size, index=face)
    raise NoFont("服务器上没有中文字体，请安装 Noto Sans CJK 后再生成海报")
