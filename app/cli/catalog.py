"""The numbers of what a merchant gives and sells, for commands that ask for them."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import catalog, merchants
from app.kernel.db import transaction
from app.kernel.paging import MOST_PER_PAGE, Page

Row = TypeVar("Row")

catalog_group = AppGroup("catalog", help="Benefits and offers, with their numbers.")


@catalog_group.command("benefits")
@click.argument("merchant")
@with_appcontext
def benefits(merchant: str) -> None:
    """Every benefit with its number B…, drafts included, the newest first: JSON, a line each."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        for row in _every(partial(catalog.list_benefits, merchant_id=merchant_id)):
            is_sold = row.published_at is not None or row.is_reworded
            _tell(row.number, "published" if is_sold else "draft", name=row.name, kind=row.kind)


@catalog_group.command("offers")
@click.argument("merchant")
@with_appcontext
def offers(merchant: str) -> None:
    """Every offer with its number G…, in whatever state, the newest first: JSON, a line each."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        for row in _every(partial(catalog.list_all_offers, merchant_id=merchant_id)):
            _tell(row.number, row.state, title=row.title, kind=row.kind)


def _every(page_of: Callable[..., Page[Row]]) -> Iterator[Row]:
    cursor = None
    while True:
        page = page_of(cursor=cursor, limit=MOST_PER_PAGE)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _tell(number: str, state: str, **more: str) -> None:
    click.echo(json.dumps({"number": number, **more, "state": state}, ensure_ascii=False))


COMMANDS = (catalog_group,)
