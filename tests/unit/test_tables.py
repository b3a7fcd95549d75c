"""What people write never becomes a formula; what we count stays a number."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from app.cli.paper_cards import _write_errors
from app.cli.parcels import _row
from app.domain.paper_cards import BadLine
from app.domain.subscriptions import Address, Label
from app.web import tables

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1", "＋1"]


def csv(rows):
    return b"".join(tables.csv_pieces(["名称"], rows)).decode("utf-8-sig")


@pytest.mark.parametrize("text", EVIL)
def test_text_that_begins_like_a_formula_is_text_in_csv(text):
    assert csv([[text]]).partition("\r\n")[2].lstrip('"').startswith("'")


@pytest.mark.parametrize("text", EVIL)
def test_a_label_of_the_command_line_holds_no_formula(text):
    where = dict.fromkeys(("name", "phone", "province", "city", "county", "street"), text)
    label = Label(number="E1", send_on=date(2026, 1, 1), goods=text, address=Address(**where))
    assert _row(label)[2:] == [f"'{text}"] * 7


@pytest.mark.parametrize("text", EVIL)
def test_a_line_that_was_refused_is_no_formula(text, tmp_path):
    path = tmp_path / "errors.csv"
    _write_errors(path, (BadLine(line=1, text=text, why="bad_code"),))
    assert f"'{text[:1]}" in path.read_bytes().decode()


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
