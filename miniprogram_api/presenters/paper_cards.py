from collections.abc import Sequence
from datetime import datetime

from app.domain import paper_cards
from app.domain.paper_cards import BatchLine, Imported, Undone
from app.kernel.paging import Page
from app.web.words import Told


class BatchItem(Told):
    """A batch of cards: how many there are, and how many of them are bound.

    `held`: nobody can bind them until a second person has agreed.
    """

    batch: str
    title: str
    cards: int
    bound: int
    points: int
    bind_until: datetime
    stopped_at: datetime | None
    held: bool


class Batches(Told):
    items: list[BatchItem]
    next_cursor: str | None


class WrongLine(Told):
    """A line of the list, counted from 1, and why it cannot be a card."""

    line: int
    text: str
    why: str


class CardsImported(Told):
    """With nothing wrong and no dry run there is a batch."""

    batch: str | None
    count: int
    wrong: list[WrongLine]


class PrintableCard(Told):
    """The code as it is printed, and the text of its QR code."""

    code: str
    qr_text: str


class CardsPrinted(Told):
    """The codes are told this once."""

    batch: str
    cards: list[PrintableCard]


class BindingUndone(Told):
    """What went back; `owed` of the points were spent already and are a debt now."""

    vouchers: int
    points: int
    owed: int


def present_batches(page: Page[BatchLine]) -> Batches:
    return Batches(items=[_batch(each) for each in page.items], next_cursor=page.next_cursor)


def _batch(each: BatchLine) -> BatchItem:
    return BatchItem(
        batch=each.number,
        title=each.title,
        cards=each.cards,
        bound=each.bound,
        points=each.points,
        bind_until=each.bind_until,
        stopped_at=each.stopped_at,
        held=each.is_held,
    )


def present_imported(done: Imported) -> CardsImported:
    wrong = [WrongLine(line=bad.line, text=bad.text, why=bad.why) for bad in done.bad]
    return CardsImported(batch=done.batch_number, count=done.count, wrong=wrong)


def present_printed(batch: str, codes: Sequence[str]) -> CardsPrinted:
    cards = [
        PrintableCard(code=paper_cards.in_groups(code), qr_text=paper_cards.qr_text(code))
        for code in codes
    ]
    return CardsPrinted(batch=batch, cards=cards)


def present_undone(undone: Undone) -> BindingUndone:
    return BindingUndone(vouchers=undone.vouchers, points=undone.points, owed=undone.owed)
