from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image

from app.admin import channels, posters
from app.gateways import gateways
from app.kernel.errors import NotFound
from tests.builders.catalog import a_draft_offer, an_offer
from tests.builders.merchants import a_merchant, an_app


def a_picture(kind="JPEG", size=(430, 430)):
    out = BytesIO()
    Image.new("RGB", size, "#336699").save(out, kind)
    return out.getvalue()


@pytest.fixture
def drawn(app, monkeypatch):
    """What WeChat was asked to draw."""
    seen, files = [], gateways().files

    def draw(**words):
        seen.append(words)
        return a_picture()

    world = SimpleNamespace(
        mini_program=lambda _app: SimpleNamespace(code_picture=draw), files=files
    )
    monkeypatch.setattr(channels, "gateways", lambda: world)
    return seen


@pytest.fixture
def offer(house):
    an_app(merchant=house.merchant)
    return an_offer(merchant=house.merchant, title="世界杯决赛夜观赛双人餐加炸鸡啤酒无限畅饮" * 3)


def opened(answer):
    assert answer.status_code == 200
    assert answer.content_type == "image/png"
    assert "attachment" in answer.headers["Content-Disposition"]
    return Image.open(BytesIO(answer.data))


def test_without_an_app_or_an_offer_it_says_what_comes_first(house):
    page = house.manager.get("/channels").text
    assert "还没有接入小程序" in page
    assert "还没有在售的商品" in page
    a_draft_offer(merchant=house.merchant)
    assert "还没有在售的商品" in house.manager.get("/channels").text


def test_each_channel_has_its_poster_and_its_code(house, offer):
    page = house.manager.get("/channels").text
    for word in channels.PLACES:
        assert f"/channels/{offer.number}/{word}/poster.png" in page
    own = house.manager.get(f"/channels?offer={offer.number}&channel=expo_2026").text
    assert f"/channels/{offer.number}/expo_2026/code.png" in own
    wrong = house.manager.get(f"/channels?offer={offer.number}&channel=大展").text
    assert "小写字母、数字" in wrong
    assert "/大展/" not in wrong


def test_the_code_carries_the_offer_and_the_channel(house, offer, drawn):
    picture = opened(house.manager.get(f"/channels/{offer.number}/leaflet/code.png"))
    assert picture.format == "PNG"
    assert drawn == [
        {"scene": f"{offer.number},leaflet", "page": "pages/offer/show", "width": 1280}
    ]


def test_the_longest_channel_still_fits_into_a_scene(house, offer):
    assert len(channels.scene_of(offer.number, "a" * 14)) <= 32
    for word in ("a" * 15, "", "A", "a,b"):
        with pytest.raises(NotFound):
            channels.scene_of(offer.number, word)


def test_a_poster_is_drawn_with_and_without_a_cover(house, offer, drawn):
    picture = opened(house.manager.get(f"/channels/{offer.number}/store/poster.png"))
    assert picture.size == (posters.WIDTH, posters.HEIGHT)
    with_cover = posters.draw(
        posters.Poster(
            shop="好味咖啡南京西路旗舰店" * 2,
            title="短",
            price="¥49.00",
            was=None,
            cover=a_picture("WEBP", (1200, 400)),
            code=a_picture(),
        )
    )
    assert Image.open(BytesIO(with_cover)).getpixel((10, 10)) == pytest.approx(
        (0x33, 0x66, 0x99), abs=6
    )


def test_without_a_chinese_font_it_says_so(house, offer, drawn, monkeypatch):
    posters._font.cache_clear()
    monkeypatch.setattr(posters, "FONTS", ())
    answer = house.manager.get(f"/channels/{offer.number}/store/poster.png")
    posters._font.cache_clear()
    assert answer.status_code == 409
    assert "中文字体" in answer.text


def test_without_an_app_nothing_is_drawn(house, drawn):
    offer = an_offer(merchant=house.merchant)
    answer = house.manager.get(f"/channels/{offer.number}/store/code.png")
    assert answer.status_code == 409
    assert "接入小程序" in answer.text
    assert drawn == []


def test_another_shops_offer_and_a_clerk_get_nothing(house, offer, drawn):
    foreign = an_offer(merchant=a_merchant())
    for kind in ("code", "poster"):
        path = f"/channels/{foreign.number}/store/{kind}.png"
        assert house.manager.get(path).status_code == 404
        own = f"/channels/{offer.number}/store/{kind}.png"
        assert house.clerk.get(own).status_code == 403
    assert house.clerk.get("/channels").status_code == 403
    assert drawn == []
