"""The demonstration shop's pictures."""

from io import BytesIO

import pytest
from PIL import Image

from app.cli import covers
from app.cli.assortment import EVENING_OFFER, OFFERS


@pytest.mark.parametrize("offer", [*OFFERS, EVENING_OFFER], ids=lambda offer: offer["title"])
def test_every_offer_has_a_small_picture_of_its_own_tones(offer):
    drawn = covers.draw(offer["cover"])
    picture = Image.open(BytesIO(drawn))

    assert picture.size == covers.SIZE
    assert len(drawn) < 100_000
    darker, lighter = sum(picture.getpixel((740, 410))), sum(picture.getpixel((4, 4)))
    assert darker < lighter
    assert len(picture.getcolors(maxcolors=2**20)) > 50


def test_the_logo_is_square():
    assert Image.open(BytesIO(covers.draw_logo())).size == (covers.LOGO_SIDE, covers.LOGO_SIDE)


def test_the_shop_has_enough_to_show():
    assert len({offer["shelf"] for offer in OFFERS}) >= 4
    assert len(OFFERS) + 1 >= 8
