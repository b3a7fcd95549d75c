"""Pictures for the demonstration shop, drawn here: a gradient, soft circles, and one plain thing."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw

SIZE = (750, 420)
LOGO_SIDE = 240
# Drawn larger and made smaller, for smooth edges.
OVER = 2
CREAM, SHADE = (255, 248, 238), (255, 248, 238, 46)

Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw
# From top left to bottom right, for what stands on the card.
TONES: dict[str, tuple[Colour, Colour]] = {
    "cup": ((196, 118, 66), (92, 48, 28)),
    "ticket": ((226, 92, 68), (158, 36, 46)),
    "cookie": ((238, 184, 92), (176, 112, 40)),
    "pair": ((222, 150, 84), (150, 74, 52)),
    "moon": ((58, 70, 112), (24, 26, 52)),
    "friends": ((72, 150, 132), (22, 84, 86)),
    "coins": ((226, 172, 80), (168, 104, 32)),
    "gift": ((206, 86, 118), (120, 34, 84)),
    "glass": ((112, 92, 160), (52, 40, 98)),
    "bean": ((128, 106, 78), (60, 44, 34)),
}


def draw(thing: str) -> bytes:
    """A cover of this thing, as a PNG."""
    width, height = (side * OVER for side in SIZE)
    picture = _gradient((width, height), *TONES[thing])
    _light(picture)
    THINGS[thing](ImageDraw.Draw(picture), width // 2, height // 2, height // 4)
    return _png(picture.resize(SIZE, Image.Resampling.LANCZOS))


def draw_logo() -> bytes:
    """A sun that rises, as a PNG."""
    side = LOGO_SIDE * OVER
    picture = _gradient((side, side), (236, 176, 92), (184, 96, 40))
    brush = ImageDraw.Draw(picture)
    middle, radius = side // 2, side // 4
    horizon, thin = middle + side // 8, side // 28
    brush.pieslice(_round(middle, horizon, radius), 180, 360, fill=CREAM)
    for across, up in ((-3, 1), (-2, 4), (0, 5), (2, 4), (3, 1)):
        inner = (middle + across * side // 10, horizon - up * side // 14 - side // 24)
        outer = (middle + across * side // 8, horizon - up * side // 11 - side // 24)
        brush.line((*inner, *outer), CREAM, thin)
    for row, width in ((1, 3), (2, 2)):
        top = horizon + row * side // 11
        brush.rounded_rectangle(
            (middle - width * side // 9, top, middle + width * side // 9, top + thin),
            thin // 2,
            fill=CREAM,
        )
    return _png(picture.resize((LOGO_SIDE, LOGO_SIDE), Image.Resampling.LANCZOS))


def _gradient(size: tuple[int, int], first: Colour, last: Colour) -> Image.Image:
    """Two small pictures of one colour each, laid over one another by a slanted mask."""
    turned = Image.linear_gradient("L").rotate(45)
    # Of a square that was turned, this much of the middle has no empty corner.
    edge = turned.width * 3 // 20
    slant = turned.crop((edge, edge, turned.width - edge, turned.height - edge)).resize(size)
    return Image.composite(Image.new("RGB", size, last), Image.new("RGB", size, first), slant)


def _light(picture: Image.Image) -> None:
    width, height = picture.size
    veil = Image.new("RGBA", picture.size)
    brush = ImageDraw.Draw(veil)
    for x, y, radius in ((0.88, 0.1, 0.5), (0.06, 0.95, 0.42), (0.7, 1.05, 0.3)):
        brush.ellipse(_round(int(width * x), int(height * y), int(height * radius)), fill=SHADE)
    picture.paste(veil, mask=veil)


def _cup(brush: Draw, x: int, y: int, unit: int) -> None:
    brush.arc(_round(x + unit, y, unit // 2), 270, 90, fill=CREAM, width=unit // 6)
    brush.rounded_rectangle(
        (x - unit, y - unit * 2 // 3, x + unit, y + unit), unit // 2, fill=CREAM
    )
    brush.rounded_rectangle(
        (x - unit * 3 // 2, y + unit * 7 // 6, x + unit * 3 // 2, y + unit * 4 // 3),
        unit // 12,
        fill=CREAM,
    )
    for place in (-1, 0, 1):
        left = x + place * unit // 2 - unit // 6
        brush.arc((left, y - unit * 3 // 2, left + unit // 3, y - unit * 4 // 5), 90, 270, CREAM, 8)


def _ticket(brush: Draw, x: int, y: int, unit: int) -> None:
    brush.rounded_rectangle((x - 2 * unit, y - unit, x + 2 * unit, y + unit), unit // 4, fill=CREAM)
    for edge in (y - unit, y + unit):
        brush.ellipse(_round(x + unit // 2, edge, unit // 4), fill=TONES["ticket"][0])
    for step in range(-3, 4):
        top = y + step * unit // 5
        brush.line((x + unit // 2, top, x + unit // 2, top + unit // 10), TONES["ticket"][0], 8)
    brush.rounded_rectangle(
        (x - unit * 3 // 2, y - unit // 3, x, y - unit // 8), unit // 9, fill=TONES["ticket"][0]
    )
    brush.rounded_rectangle(
        (x - unit * 3 // 2, y + unit // 8, x - unit // 2, y + unit // 3),
        unit // 9,
        fill=TONES["ticket"][0],
    )


def _cookie(brush: Draw, x: int, y: int, unit: int) -> None:
    brush.ellipse(_round(x, y, unit * 5 // 4), fill=CREAM)
    for across, down in ((-5, -3), (1, -7), (5, -1), (-2, 2), (3, 6), (-6, 5)):
        place = (x + across * unit // 9, y + down * unit // 9)
        brush.ellipse(_round(*place, unit // 6), fill=TONES["cookie"][1])


def _pair(brush: Draw, x: int, y: int, unit: int) -> None:
    _cup(brush, x - unit * 7 // 5, y, unit * 3 // 4)
    _cup(brush, x + unit * 6 // 5, y, unit * 3 // 4)


def _moon(brush: Draw, x: int, y: int, unit: int) -> None:
    _cup(brush, x - unit // 2, y, unit)
    brush.ellipse(_round(x + unit * 2, y - unit, unit // 2), fill=CREAM)
    for across, down in ((-9, -6), (5, 2), (10, -3)):
        place = (x + across * unit // 4, y + down * unit // 4)
        brush.ellipse(_round(*place, unit // 14), fill=CREAM)


def _friends(brush: Draw, x: int, y: int, unit: int) -> None:
    for place, size in ((-3, 2), (3, 2), (0, 3)):
        middle, radius = x + place * unit // 2, unit * size // 6
        brush.ellipse(_round(middle, y - unit // 2, radius), fill=CREAM)
        brush.pieslice(
            (middle - 2 * radius, y, middle + 2 * radius, y + 4 * radius), 180, 360, fill=CREAM
        )


def _coins(brush: Draw, x: int, y: int, unit: int) -> None:
    for place, many in ((-1, 2), (0, 4), (1, 3)):
        left = x + place * unit * 3 // 2 - unit * 3 // 5
        for step in range(many):
            top = y + unit - step * unit // 2
            box = (left, top - unit // 3, left + unit * 6 // 5, top)
            brush.rounded_rectangle(box, unit // 6, fill=CREAM)


def _gift(brush: Draw, x: int, y: int, unit: int) -> None:
    band = TONES["gift"][1]
    brush.rounded_rectangle(
        (x - unit, y - unit // 3, x + unit, y + unit * 4 // 3), unit // 8, CREAM
    )
    brush.rectangle((x - unit // 6, y - unit // 3, x + unit // 6, y + unit * 4 // 3), fill=band)
    for side in (-1, 1):
        middle = x + side * unit // 2
        brush.ellipse(_round(middle, y - unit * 2 // 3, unit // 3), outline=CREAM, width=unit // 7)


def _glass(brush: Draw, x: int, y: int, unit: int) -> None:
    brush.pieslice((x - unit, y - 2 * unit, x + unit, y + unit // 2), 0, 180, fill=CREAM)
    brush.rectangle((x - unit // 14, y, x + unit // 14, y + unit * 6 // 5), fill=CREAM)
    brush.rounded_rectangle(
        (x - unit * 2 // 3, y + unit * 6 // 5, x + unit * 2 // 3, y + unit * 4 // 3), 8, fill=CREAM
    )


def _bean(brush: Draw, x: int, y: int, unit: int) -> None:
    for across, down in ((-2, 1), (0, -1), (2, 1)):
        middle, height = x + across * unit * 3 // 4, y + down * unit // 4
        box = (middle - unit * 5 // 8, height - unit, middle + unit * 5 // 8, height + unit)
        brush.ellipse(box, fill=CREAM)
        brush.arc(
            (box[0] + unit // 2, box[1], box[2] + unit // 2, box[3]),
            120,
            240,
            TONES["bean"][1],
            unit // 9,
        )


THINGS: dict[str, Callable[[Draw, int, int, int], None]] = {
    "cup": _cup,
    "ticket": _ticket,
    "cookie": _cookie,
    "pair": _pair,
    "moon": _moon,
    "friends": _friends,
    "coins": _coins,
    "gift": _gift,
    "glass": _glass,
    "bean": _bean,
}


def _round(x: int, y: int, radius: int) -> tuple[int, int, int, int]:
    return x - radius, y - radius, x + radius, y + radius


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
