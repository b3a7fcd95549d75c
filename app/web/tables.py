"""Tables as files that spreadsheets open: CSV line by line, XLSX in constant memory.

A cell of text is never a formula, whoever wrote it: in CSV what begins like one gets a quote
before it, in XLSX every text is written as text.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import BinaryIO

import xlsxwriter

CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff"
# Chinese and Japanese spreadsheets take the wide signs for the narrow ones.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What a sheet holds beside its heading.
MOST_XLSX_ROWS = 1_048_575

Cell = str | int | Decimal | date | None


def csv_pieces(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file row by row, for an answer that is streamed."""
    yield (BOM + _line(heading)).encode()
    for row in rows:
        yield _line(row).encode()


def write(kind: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]], out: BinaryIO) -> None:
    """Write the whole file."""
    if kind == XLSX:
        _write_xlsx(heading, rows, out)
        return
    out.writelines(csv_pieces(heading, rows))


def harmless(text: str) -> str:
    """The same, to be read as text by whatever opens the table."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(row: Sequence[Cell]) -> str:
    out = StringIO()
    csv.writer(out).writerow([_told(cell) for cell in row])
    return out.getvalue()


def _told(cell: Cell) -> str:
    if isinstance(cell, str):
        return harmless(cell)
    return "" if cell is None else str(cell)


def _write_xlsx(heading: Sequence[str], rows: Iterable[Sequence[Cell]], out: BinaryIO) -> None:
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for column, words in enumerate(heading):
        sheet.write_string(0, column, words, bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, int | Decimal):
                sheet.write_number(number, column, cell)
            elif cell is not None:
                sheet.write_string(number, column, str(cell))
    sheet.freeze_panes(1, 0)
    book.close()
