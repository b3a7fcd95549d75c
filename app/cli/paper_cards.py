"""Cards of paper and plastic: brought in from a list, printed, stopped."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.cli.secret_files import write_secret
from app.domain import merchants, paper_cards
from app.domain.paper_cards import BadLine, Wish
from app.kernel import calendar, clock, numbers
from app.kernel.db import transaction
from app.kernel.paging import MOST_PER_PAGE
from app.web.tables import harmless

ACTOR = "system"
MERCHANT = click.argument("merchant")

card_group = AppGroup("cards", help="Paper and legacy cards that members bind by a scan.")


def _holding(command: Callable[..., None]) -> Callable[..., None]:
    """What each card of the batch holds."""
    for option in (
        click.option("--title", required=True, help="What the wallet calls the card."),
        click.option("--benefit", "benefits", multiple=True, help="B…=2: two uses of it."),
        click.option("--points", default=0, show_default=True),
        click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"])),
    ):
        command = option(command)
    return command


@card_group.command("import")
@MERCHANT
@click.argument("codes", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_holding
@click.option("--dry-run", is_flag=True, help="Only look.")
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    default="errors.csv",
    show_default=True,
    help="Where wrong lines are written.",
)
@with_appcontext
def import_cards(
    merchant: str,
    codes: Path,
    *,
    title: str,
    benefits: tuple[str, ...],
    points: int,
    until: datetime,
    dry_run: bool,
    errors: Path,
) -> None:
    """Bring in the cards of CODES, one a line: all of them, or none when a line is wrong.

    A line is a code, or "code,uses,points" for what is left on that card.
    """
    lines = codes.read_text(encoding="utf-8-sig").splitlines()
    wish = _wish(merchant, title=title, benefits=benefits, points=points, until=until)
    with transaction():
        done = paper_cards.import_cards(wish, lines, dry_run=dry_run, actor=ACTOR, at=clock.now())
    if done.bad:
        _write_errors(errors, done.bad)
        raise click.ClickException(f"{len(done.bad)} wrong lines, see {errors}; nothing was kept")
    click.echo(f"{done.count} cards, batch {done.batch_number or '(dry run)'}")


@card_group.command("print")
@MERCHANT
@click.argument("count", type=int)
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
@_holding
@with_appcontext
def print_cards(
    merchant: str,
    count: int,
    to: Path,
    *,
    title: str,
    benefits: tuple[str, ...],
    points: int,
    until: datetime,
) -> None:
    """Make COUNT cards and write their codes to TO, a CSV for the printer. They are told once."""
    wish = _wish(merchant, title=title, benefits=benefits, points=points, until=until)
    with transaction():
        batch, codes = paper_cards.print_cards(wish, count=count, actor=ACTOR, at=clock.now())
        write_secret(to, _for_the_printer(codes))
    click.echo(f"{len(codes)} cards of batch {batch} in {to.resolve()}")


@card_group.command("stop")
@click.argument("batch")
@with_appcontext
def stop(batch: str) -> None:
    """Cards of a batch that nobody has bound are worth nothing from now on."""
    with transaction():
        paper_cards.stop_batch(
            merchant_id=numbers.merchant_of(batch, numbers.Kind.CARD_BATCH),
            number=batch,
            actor=ACTOR,
            at=clock.now(),
        )


@card_group.command("undo")
@click.argument("card")
@click.argument("reason")
@click.option("--again", is_flag=True, help="The paper may be bound once more.")
@with_appcontext
def undo(card: str, reason: str, *, again: bool) -> None:
    """Take back what a paper card brought; CARD is the card in the wallet."""
    with transaction():
        undone = paper_cards.undo(
            merchant_id=numbers.merchant_of(card, numbers.Kind.CARD),
            card_number=card,
            may_bind_again=again,
            reason=reason,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo(f"{undone.vouchers} vouchers void, {undone.points} points back, {undone.owed} owed")


@card_group.command("list")
@MERCHANT
@with_appcontext
def list_batches(merchant: str) -> None:
    """Every batch with how many cards were bound: JSON, a line each."""
    cursor, is_more = None, True
    while is_more:
        with transaction():
            page = paper_cards.list_batches(
                merchant_id=merchants.merchant_id_of(merchant), cursor=cursor, limit=MOST_PER_PAGE
            )
        for batch in page.items:
            click.echo(json.dumps(asdict(batch), default=str, ensure_ascii=False))
        cursor, is_more = page.next_cursor, page.next_cursor is not None


def _wish(
    merchant: str, *, title: str, benefits: tuple[str, ...], points: int, until: datetime
) -> Wish:
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        zone = merchants.profile(merchant_id=merchant_id).zone
    return Wish(
        merchant_id=merchant_id,
        title=title,
        benefits=dict(map(_held, benefits)),
        points=points,
        bind_until=calendar.end_of(until.date(), zone),
    )


def _held(text: str) -> tuple[str, int]:
    number, _, uses = text.partition("=")
    if not (uses or "1").isdecimal():
        raise click.BadParameter(f"{text}: uses are a whole number, as in B…=2")
    return number, int(uses or "1")


def _for_the_printer(codes: Sequence[str]) -> bytes:
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(("code", "qr_text"))
    writer.writerows((paper_cards.in_groups(code), paper_cards.qr_text(code)) for code in codes)
    return table.getvalue().encode()


def _write_errors(path: Path, bad: tuple[BadLine, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "text", "why"))
        writer.writerows((line.line, harmless(line.text), line.why) for line in bad)


COMMANDS = (card_group,)
