"""A table as a file, when it is too long for anybody to wait for.

Each step keeps one page of rows under its number; the last one makes the file of them all.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import chain
from typing import BinaryIO

from app.domain.works import NewFile, Step, Work
from app.gateways import gateways
from app.web import exports, tables
from app.web.exports import Row, Table

KIND = "export"
# A sheet holds a little more than a million rows; beyond that there is a second file.
PAGES_PER_FILE = 500


def step(work: Work, _at: datetime) -> Step:
    """Read the next page, or, when there is none, make the files."""
    pages = work.position.get("pages", 0)
    cursor = work.position.get("cursor")
    if pages and cursor is None:
        return _finish(work, pages)
    table = exports.find(work.payload["table"])
    ask = exports.from_json(work.merchant_id, work.payload["ask"])
    rows, after = table.read(ask, cursor, exports.ROWS_PER_PAGE)
    _keep(work, pages, rows)
    done = work.done + len(rows)
    return Step(done=done, position={"pages": pages + 1, "cursor": after})


def _keep(work: Work, page: int, rows: list[Row]) -> None:
    def fill(out: BinaryIO) -> None:
        out.writelines(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)

    gateways().results.write(
        merchant_id=work.merchant_id, work_id=work.id, name=_page_name(page), fill=fill
    )


def _finish(work: Work, pages: int) -> Step:
    table, kind = exports.find(work.payload["table"]), work.payload["format"]
    per_file = PAGES_PER_FILE if kind == tables.XLSX else pages
    starts = range(0, pages, per_file)
    files = tuple(
        _file(work, table, kind, range(start, min(start + per_file, pages)), number)
        for number, start in enumerate(starts, start=1)
    )
    return Step(
        done=work.done, total=work.done, is_over=True, told=f"共 {work.done} 行", files=files
    )


def _file(work: Work, table: Table, kind: str, pages: range, number: int) -> NewFile:
    cells = (table.cells(row) for row in _rows(work, pages))
    key, size = gateways().results.write(
        merchant_id=work.merchant_id,
        work_id=work.id,
        name=f"result-{number}.{kind}",
        fill=partial(tables.write, kind, table.words, cells),
    )
    since, until = work.payload["ask"]["since"], work.payload["ask"]["until"]
    which = f"-{number}" if number > 1 else ""
    return NewFile(
        name=f"{table.title}_{since}_{until}{which}.{kind}",
        media_type=tables.MEDIA_TYPES[kind],
        key=key,
        size_bytes=size,
    )


def _rows(work: Work, pages: range) -> Iterator[Row]:
    keys = (f"{work.merchant_id}/works/{work.id}/{_page_name(page)}" for page in pages)
    lines = chain.from_iterable(gateways().results.lines(key) for key in keys)
    return (json.loads(line) for line in lines)


def _page_name(page: int) -> str:
    return f"page-{page:06}.jsonl"
