"""Batches of cards: brought in from a list, or made to be printed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.catalog import Benefit, BenefitRevision
from app.domain.paper_cards.errors import BatchUnfit
from app.domain.paper_cards.guessing import why_guessable
from app.domain.paper_cards.rules import (
    LAST_SIGNS,
    MOST_OF_ONE,
    BadLine,
    CardLine,
    bad_line,
    new_code,
    read_cards,
)
from app.kernel import audit, keyring, numbers, paging
from app.kernel.db import execute, fetch_all, fetch_one, reading
from app.kernel.errors import Invalid, NotFound
from app.kernel.paging import MOST_PER_PAGE, Page

MOST_PER_BATCH = 20_000
# Cards are counted for the batches of one page only.
BATCHES = """
SELECT b.id, b.number, b.title,
  (SELECT count(*) FROM paper_cards
    WHERE merchant_id = %(merchant_id)s AND batch_id = b.id),
  (SELECT count(*) FROM paper_cards
    WHERE merchant_id = %(merchant_id)s AND batch_id = b.id AND member_id IS NOT NULL),
  b.points, b.bind_until, b.stopped_at, b.is_held
FROM (
  SELECT * FROM card_batches
  WHERE merchant_id = %(merchant_id)s AND id < coalesce(%(after)s::bigint, 9223372036854775807)
  ORDER BY id DESC LIMIT %(rows)s) b
ORDER BY b.id DESC
"""
# Beyond that somebody mistyped the year.
LONGEST = timedelta(days=20 * 366)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What each card of a batch holds: benefits by number, and points.

    A card of a list may say otherwise for itself: how many uses of the batch's one benefit are
    left on it, and how many points.
    There is no stored value on paper: money taken elsewhere is not ours to pay out.
    """

    merchant_id: int
    title: str
    benefits: Mapping[str, int]
    points: int
    bind_until: datetime


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What came of a list; with nothing wrong and no dry run there is a batch."""

    batch_number: str | None
    count: int
    bad: tuple[BadLine, ...]


@dataclass(frozen=True)
class BatchLine:
    """A batch as reports list it. `is_held`: not without a second person's yes."""

    id: int
    number: str
    title: str
    cards: int
    bound: int
    points: int
    bind_until: datetime
    stopped_at: datetime | None
    is_held: bool


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Index:
    code_index: bytes


def import_cards(
    wish: Wish, lines: Sequence[str], *, dry_run: bool, actor: str, at: datetime
) -> Imported:
    """Bring cards in, all of them or none: one wrong line and nothing is kept.

    A dry run only looks. Codes that are cards here already are wrong lines too, and codes that
    can be guessed: whoever tries them would empty other people's cards.
    """
    read = read_cards(lines)
    if len(read.cards) > MOST_PER_BATCH:
        raise Invalid(f"At most {MOST_PER_BATCH} cards in a batch.", lines=["too many"])
    cards = list(read.cards.values())
    pack = _pack(wish, cards, at=at)
    bad = sorted(
        (*read.bad, *_unfit(wish, lines, read.cards), *_known(wish, lines, read.cards)),
        key=lambda wrong: wrong.line,
    )
    if bad or dry_run or not cards:
        return Imported(batch_number=None, count=len(cards), bad=tuple(bad))
    number = _keep(wish, pack, cards, actor=actor, at=at)
    return Imported(batch_number=number, count=len(cards), bad=())


def print_cards(wish: Wish, *, count: int, actor: str, at: datetime) -> tuple[str, tuple[str, ...]]:
    """Make cards to be printed: the batch's number and the codes, which are told this once."""
    if not 0 < count <= MOST_PER_BATCH:
        raise Invalid(f"1 to {MOST_PER_BATCH} cards in a batch.", count=["out of range"])
    cards = [CardLine(new_code()) for _ in range(count)]
    number = _keep(wish, _pack(wish, cards, at=at), cards, actor=actor, at=at)
    return number, tuple(card.code for card in cards)


def stop_batch(*, merchant_id: int, number: str, actor: str, at: datetime) -> None:
    """Cards of it that nobody has bound are worth nothing from now on. Raises NotFound."""
    named = {"merchant_id": merchant_id, "number": number, "at": at}
    if not execute(
        """UPDATE card_batches SET stopped_at = coalesce(stopped_at, %(at)s)
        WHERE merchant_id = %(merchant_id)s AND number = %(number)s""",
        named,
    ):
        raise NotFound("There is no such batch.", number=number[:40])
    audit.record(
        merchant_id=merchant_id, actor=actor, action="card_batch.stop", subject=number, at=at
    )


def list_batches(
    *, merchant_id: int, cursor: str | None = None, limit: int = 20
) -> Page[BatchLine]:
    """The newest first. Raises Invalid for a cursor that is not ours."""
    limit = max(1, min(limit, MOST_PER_PAGE))
    wanted = {"merchant_id": merchant_id, "after": paging.after(cursor), "rows": limit + 1}
    return paging.cut(fetch_all(BatchLine, BATCHES, wanted), limit=limit, key=lambda row: row.id)


def index_of(code: str, *, merchant_id: int) -> bytes:
    """What is kept of a code: nobody without the key can try codes against it."""
    return keyring.blind_index(code, context=f"paper_cards:{merchant_id}")


def _known(wish: Wish, lines: Sequence[str], cards: Mapping[int, CardLine]) -> list[BadLine]:
    places = {
        index_of(card.code, merchant_id=wish.merchant_id): line for line, card in cards.items()
    }
    rows = fetch_all(
        _Index,
        """SELECT code_index FROM paper_cards
        WHERE merchant_id = %(merchant_id)s AND code_index = ANY(%(indexes)s)""",
        {"merchant_id": wish.merchant_id, "indexes": list(places)},
    )
    taken = sorted(places[bytes(row.code_index)] for row in rows)
    return [bad_line(line, lines[line - 1], "is a card here already") for line in taken]


def _unfit(wish: Wish, lines: Sequence[str], cards: Mapping[int, CardLine]) -> list[BadLine]:
    guessable = why_guessable(cards)
    return [
        bad_line(line, lines[line - 1], why)
        for line, card in cards.items()
        if (why := _why_unfit(wish, card) or guessable.get(line))
    ]


def _why_unfit(wish: Wish, card: CardLine) -> str | None:
    if card.uses is not None and len(wish.benefits) != 1:
        return "uses of its own need a batch of one benefit"
    if not wish.benefits and not _points_on(wish, card):
        return "nothing on it"
    return None


def _points_on(wish: Wish, card: CardLine) -> int:
    return wish.points if card.points is None else card.points


def _pack(wish: Wish, cards: Sequence[CardLine], *, at: datetime) -> list[dict[str, int]]:
    """The present wording of each benefit, which is the one that counts when it is bound."""
    if wish.points < 0:
        raise Invalid("Points are 0 or more.", points=["out of range"])
    if not (wish.benefits or wish.points or any(card.points for card in cards)):
        raise BatchUnfit("卡内至少包含一项权益或积分", why="nothing on it")
    if not at < wish.bind_until < at + LONGEST:
        raise BatchUnfit("绑定截止日须在今后二十年内", why="last day")
    return [
        {"revision_id": _revision(wish.merchant_id, number), "quantity": _checked(quantity)}
        for number, quantity in wish.benefits.items()
    ]


def _checked(quantity: int) -> int:
    if not 0 < quantity <= MOST_OF_ONE:
        raise Invalid("1 to 100 of one benefit.", quantity=["out of range"])
    return quantity


def _revision(merchant_id: int, number: str) -> int:
    query = (
        select(BenefitRevision.id)
        .join(
            Benefit,
            (Benefit.merchant_id == BenefitRevision.merchant_id)
            & (Benefit.id == BenefitRevision.benefit_id),
        )
        .where(
            BenefitRevision.merchant_id == merchant_id,
            Benefit.number == number,
            BenefitRevision.published_at.is_not(None),
        )
        .order_by(BenefitRevision.revision.desc())
        .limit(1)
    )
    found = reading().scalar(query)
    if found is None:
        raise NotFound("There is no such benefit.", number=number[:40])
    return int(found)


def _keep(
    wish: Wish, pack: list[dict[str, int]], cards: Sequence[CardLine], *, actor: str, at: datetime
) -> str:
    number = numbers.new(numbers.Kind.CARD_BATCH, merchant_id=wish.merchant_id)
    batch = fetch_one(
        _Id,
        """INSERT INTO card_batches
          (merchant_id, number, title, pack, points, bind_until, made_at, made_by)
        VALUES (%(merchant_id)s, %(number)s, %(title)s, %(pack)s::jsonb, %(points)s,
          %(bind_until)s, %(at)s, %(actor)s) RETURNING id""",
        {
            "merchant_id": wish.merchant_id,
            "number": number,
            "title": wish.title,
            "pack": json.dumps(pack),
            "points": wish.points,
            "bind_until": wish.bind_until,
            "at": at,
            "actor": actor,
        },
    )
    execute(
        """INSERT INTO paper_cards (merchant_id, batch_id, code_index, last_signs, uses, points)
        SELECT %(merchant_id)s, %(batch_id)s, given.* FROM unnest(
          %(indexes)s::bytea[], %(lasts)s::text[], %(uses)s::bigint[], %(points)s::bigint[]) given""",
        {
            "merchant_id": wish.merchant_id,
            "batch_id": batch.id if batch else None,
            "indexes": [index_of(card.code, merchant_id=wish.merchant_id) for card in cards],
            "lasts": [card.code[-LAST_SIGNS:] for card in cards],
            "uses": [card.uses for card in cards],
            "points": [card.points for card in cards],
        },
    )
    audit.record(
        merchant_id=wish.merchant_id,
        actor=actor,
        action="card_batch.make",
        subject=number,
        at=at,
        details={"cards": len(cards), "points": wish.points, "pack": pack},
    )
    return number
