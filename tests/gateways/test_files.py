import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.gateways.files import BadImage, LocalFiles, made_anew


@pytest.fixture
def files(tmp_path):
    return LocalFiles(tmp_path / "files")


def picture(kind, size=(64, 48), *, color=(200, 30, 30), **how):
    out = BytesIO()
    Image.new("RGBA" if len(color) == 4 else "RGB", size, color).save(out, kind, **how)
    return out.getvalue()


def opened(content):
    found = Image.open(BytesIO(content))
    found.load()
    return found


@pytest.mark.parametrize(("kind", "kept"), [("JPEG", "WEBP"), ("PNG", "PNG"), ("WEBP", "WEBP")])
def test_a_picture_is_kept_under_its_merchant_and_content(files, kind, kept):
    key = files.put(merchant_id=7, name="Cover 图.jpg", content=picture(kind))
    merchant, name, digest = key.split("/")
    assert (merchant, name, len(digest.split(".")[0])) == ("7", "cover-jpg", 64)
    assert opened(files.get(key)).format == kept


def test_the_same_picture_has_the_same_key(files):
    keys = {files.put(merchant_id=7, name="cover", content=picture("PNG")) for _ in range(2)}
    assert len(keys) == 1


def test_a_deleted_file_is_gone_and_may_be_deleted_again(files):
    key = files.put(merchant_id=7, name="cover", content=picture("PNG"))
    files.delete(key)
    files.delete(key)
    assert files.get(key) is None


def test_nothing_unfinished_is_left_behind(files, tmp_path):
    files.put(merchant_id=7, name="cover", content=picture("PNG"))
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".png"]


@pytest.mark.parametrize(
    "key",
    [
        "../secret",
        "/etc/passwd",
        "7/cover/../../x.png",
        "7/../7/" + "a" * 64 + ".png",
        "7/cover/" + "a" * 64 + ".png\n",
        "7\\cover",
        "",
        "7/cover/x.png\0",
    ],
)
def test_a_key_that_is_none_of_ours_leads_nowhere(files, tmp_path, key):
    (tmp_path / "secret").write_text("s")
    assert files.get(key) is None
    files.delete(key)
    assert (tmp_path / "secret").exists()


@pytest.mark.parametrize("merchant", ["", "..", "a/b", "7\n"])
def test_a_merchant_that_is_a_path_is_our_mistake(files, merchant):
    with pytest.raises(ValueError, match="merchant"):
        files.put(merchant_id=merchant, name="cover", content=picture("PNG"))


def test_a_name_that_is_a_path_is_tidied(files):
    key = files.put(merchant_id=7, name="../../etc/passwd", content=picture("PNG"))
    assert key.startswith("7/etc-passwd/")
    assert files.put(merchant_id=7, name="封面", content=picture("PNG")).startswith("7/file/")


def test_where_and_when_a_photo_was_taken_is_not_kept():
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "SecretPhone", "2026:11:21 10:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    kept, _ = made_anew(picture("JPEG", exif=exif.tobytes(), comment=b"SecretNote"))
    assert not opened(kept).getexif()
    assert b"Secret" not in kept


def test_words_hidden_in_a_png_are_not_kept():
    words = PngInfo()
    words.add_text("Author", "SecretName")
    kept, _ = made_anew(picture("PNG", pnginfo=words, icc_profile=b"SecretProfile"))
    assert opened(kept).info == {}
    assert b"Secret" not in kept


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    kept, _ = made_anew(picture("JPEG", (64, 48), exif=exif.tobytes()))
    assert opened(kept).size == (48, 64)


def test_what_is_hidden_behind_a_picture_is_not_kept():
    kept, _ = made_anew(picture("PNG") + b"<script>alert(1)</script>")
    assert b"script" not in kept


def test_glass_stays_glass():
    kept, _ = made_anew(picture("PNG", color=(1, 2, 3, 100)))
    assert opened(kept).convert("RGBA").getpixel((0, 0)) == (1, 2, 3, 100)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_wide_picture_is_made_smaller(kind):
    kept, _ = made_anew(picture(kind, (5000, 100)))
    assert opened(kept).size == (4096, 82)


def claims(width, height):
    """A PNG of a few bytes that says it is huge."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


@pytest.mark.parametrize("size", [(6000, 6000), (12000, 12000), (60000, 60000)])
def test_a_picture_that_claims_to_be_huge_is_not_unpacked(size):
    with pytest.raises(BadImage) as caught:
        made_anew(claims(*size))
    assert caught.value.code in {"image_too_large", "image_unreadable"}


def test_more_than_five_mebibytes_are_not_looked_at():
    with pytest.raises(BadImage) as caught:
        made_anew(picture("PNG") + b"\0" * (5 * 1024 * 1024))
    assert caught.value.code == "image_too_large"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("BMP"),
        picture("GIF"),
        picture("PNG")[:60],
        picture("JPEG")[:200],
        picture("WEBP")[:40],
    ],
)
def test_what_is_no_picture_or_only_half_of_one_is_refused(content):
    with pytest.raises(BadImage) as caught:
        made_anew(content)
    assert caught.value.code == "image_unreadable"
