"""Formulas in what people write, taken to a spreadsheet by every way out of the house."""

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

from psycopg import sql

from app.kernel import clock
from attack.panel import Panel, a_panel
from attack.stage import Stage
from attack.tally import Tally
from tests.builders.catalog import a_benefit
from tests.builders.orders import a_buyer
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_offer,
    an_address,
    opened,
)

ROOT = Path(__file__).parents[1]
# What spreadsheets take for the beginning of a formula, in Chinese and Japanese ones wide letters too.
BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    '=HYPERLINK("https://evil.example","x")',
    "＝1+1",
)
A_NUMBER = re.compile(r"-?\d+(\.\d+)?%?")
TABLES = ("days", "channels", "communities", "cohorts", "unused", "used")
QUICK_FORMULAS = 1
# What these tables show of people's and merchants' own words.
SAID = {
    "members": "nickname",
    "stores": "name",
    "cards": "title",
    "order_lines": "title",
    "orders": "source_channel",
    "offers": "title",
    "benefits": "name",
}


def run(stage: Stage, tally: Tally) -> None:
    with a_panel(stage) as panel:
        number = stage.town.make(_a_parcel, panel)
        for formula in FORMULAS[:QUICK_FORMULAS] if stage.is_quick else FORMULAS:
            _say(stage, panel, formula)
            _exports(tally, panel, formula)
            _labels(stage, tally, panel, formula, number)
            _imports(stage, tally, panel, formula)
    tally.note(f"each table says {', '.join(sorted(SAID))}: words that begin like formulas")


def formulas_in(table: bytes) -> list[str]:
    """The cells of a CSV that a spreadsheet would calculate."""
    rows = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    cells = (cell for row in rows for cell in row)
    return [each for each in cells if each.startswith(BEGINS) and not A_NUMBER.fullmatch(each)]


def formulas_in_book(book: bytes) -> list[str]:
    """The same of an XLSX, and what it would open elsewhere."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        parts = {name: packed.read(name).decode() for name in packed.namelist()}
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/")]
    found = [each for text in sheets for each in re.findall(r"<f[ >].*?</f>|<hyperlink.*?>", text)]
    return found + [name for name in parts if "externalLink" in name or "vbaProject" in name]


def _a_parcel(panel: Panel) -> str:
    """A monthly card whose parcel waits for its label; the shop's number."""
    shop = panel.things["shop"]
    shop.offer, at = a_monthly_offer(shop), clock.now() - timedelta(days=20)
    buyer = a_buyer(shop)
    an_address(shop, buyer, at=at, name="=1+1", street="=cmd|' /C calc'!A0")
    opened(shop, a_monthly_card(shop, buyer, at=at), at=clock.now())
    return str(panel.merchant.number)


def _say(stage: Stage, panel: Panel, formula: str) -> None:
    """In the place of every name; past the checks of the forms, as old rows might hold it."""
    for table, column in SAID.items():
        stage.tell(
            sql.SQL("UPDATE {} SET {} = %s WHERE merchant_id = %s").format(
                sql.Identifier(table), sql.Identifier(column)
            ),
            formula,
            panel.id,
        )


def _exports(tally: Tally, panel: Panel, formula: str) -> None:
    for name in TABLES:
        for kind, find in (("csv", formulas_in), ("xlsx", formulas_in_book)):
            answer = panel.owner.post(
                "/numbers/export", {"table": name, "format": kind, "days": "7"}
            )
            if answer.status_code != 200:
                raise RuntimeError(f"{name}.{kind} is not exported: {answer.status_code}")
            found = find(answer.data)
            tally.expect(not found, f"{name}.{kind} with {formula!r}: {found[:3]}")


def _labels(stage: Stage, tally: Tally, panel: Panel, formula: str, number: str) -> None:
    """Addresses, which customers write, from the panel and from the command line."""
    told = panel.owner.post("/shipments/labels.csv", {"until": ""})
    tally.expect(
        told.status_code == 200 and not formulas_in(told.data), f"labels: {told.text[:200]}"
    )
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "parcels", "labels", number]
    done = subprocess.run(
        command, env=os.environ | stage.env, cwd=ROOT, capture_output=True, check=True
    )
    table = b"\n".join(line for line in done.stdout.splitlines() if not line.startswith(b"{"))
    found = formulas_in(table)
    if table.count(b"\n") < 1:
        raise RuntimeError(f"the command printed no label: {table!r}")
    tally.expect(not found, f"flask parcels labels with {formula!r}: {found[:3]}")


def _imports(stage: Stage, tally: Tally, panel: Panel, formula: str) -> None:
    """What was wrong with a list that somebody handed in, told as a list."""
    number = stage.town.make(lambda: a_benefit(merchant=panel.merchant).benefit_number)
    said = {"step": "import", "lines": f"{formula}\n{formula}\n"}
    answer = panel.owner.post(f"/codes/{number}", said)
    if "csv" in answer.content_type:
        tally.expect(not formulas_in(answer.data), f"codes-errors.csv with {formula!r}")
