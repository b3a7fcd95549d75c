import struct
import zlib
from io import BytesIO

from PIL import Image

from app.domain import catalog
from app.gateways import gateways
from app.kernel import clock
from tests.builders.catalog import an_offer


def a_photo(*, size=(640, 400), exif=True):
    picture, out = Image.new("RGB", size, "firebrick"), BytesIO()
    told = Image.Exif()
    if exif:
        told[0x010F] = "SecretCamera"
    picture.save(out, "JPEG", exif=told)
    return out.getvalue()


def a_bomb():
    """A PNG of a few bytes that claims 60,000 by 60,000 pixels."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def upload(house, offer, content, name="photo.jpg"):
    """The body by hand: the client's own way would keep a large one in a file."""
    browser = house.manager
    browser.get("/offers")
    token, line = browser.csrf.encode(), b"--limit\r\nContent-Disposition: form-data; "
    body = b"".join(
        (
            line + b'name="csrf_token"\r\n\r\n' + token + b"\r\n",
            line + f'name="picture"; filename="{name}"\r\n'.encode(),
            b"Content-Type: image/jpeg\r\n\r\n" + content + b"\r\n--limit--\r\n",
        )
    )
    return browser.client.post(
        browser.path(f"/offers/{offer.number}/cover"),
        data=body,
        content_type="multipart/form-data; boundary=limit",
    )


def cover_of(house, offer):
    found = catalog.open_offer(merchant_id=house.id, number=offer.number, at=clock.now())
    return found.detail.cover


def test_a_cover_is_drawn_anew_and_tells_nothing_of_the_camera(house, app):
    offer = an_offer(merchant=house.merchant)
    content = a_photo()
    assert b"SecretCamera" in content
    assert upload(house, offer, content).status_code == 303
    kept = gateways().files.get(cover_of(house, offer))
    assert b"SecretCamera" not in kept
    assert Image.open(BytesIO(kept)).size == (640, 400)


def test_customers_get_the_picture_where_the_page_shows_it(house, app):
    offer = an_offer(merchant=house.merchant)
    upload(house, offer, a_photo())
    address = f"/api/v1/{cover_of(house, offer).replace('/cover/', '/files/cover/')}"
    assert address in house.manager.get(f"/offers/{offer.number}").text
    assert app.test_client().get(address).mimetype == "image/webp"


def test_a_file_larger_than_a_forms_body_is_taken(house):
    offer = an_offer(merchant=house.merchant)
    noise = Image.effect_noise((1200, 1200), 90).convert("RGB")
    out = BytesIO()
    noise.save(out, "PNG")
    assert len(out.getvalue()) > 200_000
    assert upload(house, offer, out.getvalue(), "noise.png").status_code == 303


def test_what_is_no_picture_too_large_or_a_bomb_is_refused_in_words(house):
    offer = an_offer(merchant=house.merchant)
    for content, said in (
        (b"<svg onload=alert(1)>", "不是可用的"),
        (b"", "不是可用的"),
        (a_bomb(), "不是可用的"),
        (b"x" * (5 * 1024 * 1024 + 1), "图片太大"),
    ):
        answer = upload(house, offer, content)
        assert answer.status_code == 422
        assert said in answer.text
    assert cover_of(house, offer) is None


def test_far_more_than_a_picture_is_turned_away_unread(house):
    offer = an_offer(merchant=house.merchant)
    assert upload(house, offer, b"x" * (7 * 1024 * 1024)).status_code == 413


def test_a_cover_is_removed(house):
    offer = an_offer(merchant=house.merchant)
    upload(house, offer, a_photo())
    assert house.manager.post(f"/offers/{offer.number}/cover/remove").status_code == 303
    assert cover_of(house, offer) is None
