from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from app.gateways import qr


@pytest.mark.parametrize("text", ["KB1.123456789012345678", "https://s.example/g/aZ09", "卡包"])
def test_somebody_elses_reader_reads_what_was_drawn(text):
    with Image.open(BytesIO(qr.draw(text))) as picture:
        assert picture.format == "PNG"
        found = zxingcpp.read_barcodes(picture.convert("L"))
    assert [code.text for code in found] == [text]


def test_modules_are_as_wide_as_asked():
    with Image.open(BytesIO(qr.draw("A", module_px=3))) as picture:
        assert picture.size == ((21 + 2 * 4) * 3,) * 2
