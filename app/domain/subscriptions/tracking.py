"""Tracking numbers by the table: all of it is written, or none and each bad line is named."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.subscriptions.errors import LinesRefused
from app.domain.subscriptions.parcels import send
from app.kernel.errors import DomainError

MOST_LINES = 500
COLUMNS = ("parcel", "company", "tracking_number")


@dataclass(frozen=True, kw_only=True)
class TrackingLine:
    """A parcel on its way. `line` is where it stands in the table, for whoever mends it."""

    line: int
    parcel: str
    company: str
    tracking_number: str


def read_table(text: str) -> list[TrackingLine]:
    """CSV with the columns parcel, company and tracking_number, in any order, under their names.

    Raises LinesRefused for another head, or too many lines.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if not set(COLUMNS) <= {name.strip() for name in rows.fieldnames or () if name}:
        head = {"line": 1, "parcel": "", "code": "columns_missing"}
        raise LinesRefused(f"表头须包含{'、'.join(COLUMNS)}", lines=[head])
    found = [_line(row, rows.line_num) for row in rows]
    if len(found) > MOST_LINES:
        last = {"line": found[MOST_LINES].line, "parcel": "", "code": "too_many_lines"}
        raise LinesRefused(f"一次最多{MOST_LINES}行", lines=[last])
    return found


def send_all(*, merchant_id: int, lines: Sequence[TrackingLine], actor: str, at: datetime) -> int:
    """All of these are on their way; how many. Lines that were told before change nothing.

    Parcels are held in one order, so that two tables at once never wait for each other. Raises
    LinesRefused with every bad line; then the caller's transaction must not be kept.
    """
    refused = []
    for each in sorted(lines, key=lambda one: (one.parcel, one.line)):
        try:
            send(
                merchant_id=merchant_id,
                number=each.parcel,
                company=each.company,
                tracking_number=each.tracking_number,
                actor=actor,
                at=at,
            )
        except DomainError as refusal:
            refused.append({"line": each.line, "parcel": each.parcel[:40], "code": refusal.code})
    if refused:
        told = sorted(refused, key=lambda one: str(one["line"]).zfill(9))
        raise LinesRefused("有些行有误，全部未导入", lines=told)
    return len(lines)


def _line(row: dict[str | None, str | None], number: int) -> TrackingLine:
    said = {(name or "").strip(): (value or "").strip() for name, value in row.items() if name}
    return TrackingLine(line=number, **{name: said.get(name, "") for name in COLUMNS})
