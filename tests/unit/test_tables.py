"""What people write never becomes a formula; what we count stays a number."""

import io
import zipfile
from decimal import Decimal

import pytest

from app.web import tables

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


def csv(rows):
    return b"".join(tables.csv_pieces(["名称"], rows)).decode("utf-8-sig")


@pytest.mark.parametrize("text", EVIL)
def test_text_that_begins_like_a_formula_is_text_in_csv(text):
    assert csv([[text]]).partition("\r\n")[2].lstrip('"').startswith("'")


def test_numbers_stay_numbers_below_zero_too():
    assert csv([[-5, Decimal("-1.20"), None, "茶"]]).splitlines()[1] == "-5,-1.20,,茶"


def sheet(rows):
    out = io.BytesIO()
    tables.write(tables.XLSX, ["名称", "金额"], rows, out)
    return zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("text", [*EVIL, "http://x", "{=1}"])
def test_text_is_text_in_xlsx(text):
    found = sheet([[text, Decimal("12.30")]])
    assert "<f>" not in found
    assert "hyperlink" not in found
    assert "<v>12.30</v>" in found
