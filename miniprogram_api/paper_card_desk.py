"""Cards of paper for managers: brought in from a list, printed, stopped, taken back."""

from datetime import MAXYEAR, date
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, request
from msgspec import Meta, field

from app.domain import approvals, merchants, paper_cards
from app.kernel import calendar, clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer, nothing
from app.web.openapi import STAFF, documented
from app.web.words import Asked, Cursor, Limit, Line40, Line200, Number, Points, Quantity
from miniprogram_api.presenters.paper_cards import (
    Batches,
    BindingUndone,
    CardsImported,
    CardsPrinted,
    present_batches,
    present_imported,
    present_printed,
    present_undone,
)

bp = APIBlueprint(
    "paper_card_desk", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Counter"
)

# Room for a full batch of long codes.
LARGEST_LIST = 1024 * 1024
MOST_PRINTED = 2_000

CardList = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1_000_000,
        pattern=r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$(?!\n)",
        description='A card a line: "code", or "code,uses,points" for what is left on it.',
    ),
]


class CardsHold(Asked, kw_only=True):
    """What each card holds: uses of benefits by number, and points; and its last day to be bound."""

    title: Line40
    until: date
    benefits: Annotated[dict[Number, Quantity], Meta(max_length=20)] = field(default_factory=dict)
    points: Points = 0


class ImportCards(CardsHold, kw_only=True):
    """All of the list, or nothing of it. A dry run only looks."""

    cards: CardList
    dry_run: bool = False


class PrintCards(CardsHold, kw_only=True):
    count: Annotated[int, Meta(ge=1, le=MOST_PRINTED)]


class PageOfBatches(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


class UndoBinding(Asked):
    """The card in the wallet that the paper brought. The paper is dead then, unless told else."""

    card: Number
    reason: Line200
    may_bind_again: bool = False


@bp.get("/paper-cards")
@documented(who=[STAFF], query=PageOfBatches, told={200: Batches})
def list_batches(merchant: str) -> Response:
    """The batches, the newest first, with how many of their cards are bound."""
    manager, wanted = auth.manager(merchant), parse.query(PageOfBatches)
    with transaction(merchant=manager.merchant_id):
        page = paper_cards.list_batches(
            merchant_id=manager.merchant_id, cursor=wanted.cursor, limit=wanted.limit
        )
    return answer(present_batches(page))


@bp.post("/paper-cards/import")
@documented(who=[STAFF], body=ImportCards, told={200: CardsImported}, refuses=[409])
def import_cards(merchant: str) -> Response:
    """Bring cards in from a list; wrong lines are named, and then nothing is kept."""
    manager = auth.manager(merchant)
    request.max_content_length = LARGEST_LIST
    wanted = parse.body(ImportCards)
    with transaction(merchant=manager.merchant_id):
        done = paper_cards.import_cards(
            _wish(manager, wanted),
            wanted.cards.splitlines(),
            dry_run=wanted.dry_run,
            actor=manager.actor,
            at=clock.now(),
        )
        if done.batch_number:
            _refuse_alone(manager, done.batch_number)
    return answer(present_imported(done))


@bp.post("/paper-cards/print")
@documented(who=[STAFF], body=PrintCards, told={201: CardsPrinted}, refuses=[409])
def print_cards(merchant: str) -> Response:
    """Make cards for the printer. Their codes are told this once and kept as hashes."""
    manager, wanted = auth.manager(merchant), parse.body(PrintCards)
    with transaction(merchant=manager.merchant_id):
        batch, codes = paper_cards.print_cards(
            _wish(manager, wanted), count=wanted.count, actor=manager.actor, at=clock.now()
        )
        _refuse_alone(manager, batch)
    return answer(present_printed(batch, codes), 201)


@bp.post("/paper-cards/<batch>/stop")
@documented(who=[STAFF], told={204: None})
def stop_batch(merchant: str, batch: str) -> Response:
    """Cards of it that nobody has bound are worth nothing from now on."""
    manager = auth.manager(merchant)
    number = parse.number(batch, numbers.Kind.CARD_BATCH, merchant_id=manager.merchant_id)
    with transaction(merchant=manager.merchant_id):
        paper_cards.stop_batch(
            merchant_id=manager.merchant_id, number=number, actor=manager.actor, at=clock.now()
        )
    return nothing()


@bp.post("/paper-cards/undo")
@documented(who=[STAFF], body=UndoBinding, told={200: BindingUndone}, refuses=[409])
def undo(merchant: str) -> Response:
    """A card was bound by mistake: its vouchers are void, its points go back."""
    manager, wanted = auth.manager(merchant), parse.body(UndoBinding)
    with transaction(merchant=manager.merchant_id):
        undone = paper_cards.undo(
            merchant_id=manager.merchant_id,
            card_number=wanted.card,
            may_bind_again=wanted.may_bind_again,
            reason=wanted.reason,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(present_undone(undone))


def _refuse_alone(manager: auth.Teller, batch: str) -> None:
    """Above the limit nothing is kept here: at the panel a second person can be asked."""
    approvals.refuse_alone(
        merchant_id=manager.merchant_id,
        action=approvals.CardBatch(batch_number=batch),
        actor=manager.actor,
        at=clock.now(),
    )


def _wish(manager: auth.StaffOnLine, wanted: CardsHold) -> paper_cards.Wish:
    if wanted.until.year == MAXYEAR:
        raise paper_cards.BatchUnfit("绑定截止日须在今后二十年内", why="last day")
    zone = merchants.profile(merchant_id=manager.merchant_id).zone
    return paper_cards.Wish(
        merchant_id=manager.merchant_id,
        title=wanted.title,
        benefits=wanted.benefits,
        points=wanted.points,
        bind_until=calendar.end_of(wanted.until, zone),
    )
