"""Batches of cards: brought in from a list, or made to be printed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.catalog import Benefit, BenefitRevision
from app.domain.paper_cards.rules import LAST_SIGNS, BadLine, new_code, read_codes
from app.kernel import audit, keyring, numbers
from app.kernel.db import execute, fetch_all, fetch_one, reading
from app.kernel.errors import Invalid, NotFound

MOST_PER_BATCH = 20_000
MOST_OF_ONE = 100


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What each card of a batch holds: benefits by number, and points.

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
    """A batch as reports list it."""

    number: str
    title: str
    cards: int
    bound: int
    points: int
    bind_until: datetime
    stopped_at: datetime | None


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

    A dry run only looks. Codes that are cards here already are wrong lines too.
    """
    read = read_codes(lines)
    bad = (*read.bad, *_known(wish.merchant_id, lines, read.codes))
    if len(read.codes) > MOST_PER_BATCH:
        raise Invalid(f"At most {MOST_PER_BATCH} cards in a batch.", lines=["too many"])
    pack = _pack(wish, at=at)
    if bad or dry_run or not read.codes:
        return Imported(batch_number=None, count=len(read.codes), bad=bad)
    number = _keep(wish, pack, read.codes, actor=actor, at=at)
    return Imported(batch_number=number, count=len(read.codes), bad=())


def print_cards(wish: Wish, *, count: int, actor: str, at: datetime) -> tuple[str, tuple[str, ...]]:
    """Make cards to be printed: the batch's number and the codes, which are told this once."""
    if not 0 < count <= MOST_PER_BATCH:
        raise Invalid(f"1 to {MOST_PER_BATCH} cards in a batch.", count=["out of range"])
    codes = tuple(new_code() for _ in range(count))
    return _keep(wish, _pack(wish, at=at), codes, actor=actor, at=at), codes


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


def list_batches(*, merchant_id: int) -> list[BatchLine]:
    """The newest first."""
    return fetch_all(
        BatchLine,
        """SELECT b.number, b.title, count(c.id), count(c.member_id), b.points, b.bind_until,
          b.stopped_at
        FROM card_batches b
        LEFT JOIN paper_cards c ON c.merchant_id = b.merchant_id AND c.batch_id = b.id
        WHERE b.merchant_id = %(merchant_id)s
        GROUP BY b.merchant_id, b.id ORDER BY b.id DESC""",
        {"merchant_id": merchant_id},
    )


def index_of(code: str, *, merchant_id: int) -> bytes:
    """What is kept of a code: nobody without the key can try codes against it."""
    return keyring.blind_index(code, context=f"paper_cards:{merchant_id}")


def _known(merchant_id: int, lines: Sequence[str], codes: Sequence[str]) -> list[BadLine]:
    indexes = {index_of(code, merchant_id=merchant_id): code for code in codes}
    rows = fetch_all(
        _Index,
        """SELECT code_index FROM paper_cards
        WHERE merchant_id = %(merchant_id)s AND code_index = ANY(%(indexes)s)""",
        {"merchant_id": merchant_id, "indexes": list(indexes)},
    )
    taken = {indexes[bytes(row.code_index)] for row in rows}
    places = {code: place for place, code in enumerate(_normalised(lines), start=1) if code}
    return [
        BadLine(places[code], lines[places[code] - 1].strip()[:60], "is a card here already")
        for code in sorted(taken, key=lambda code: places[code])
    ]


def _normalised(lines: Sequence[str]) -> list[str]:
    return [(read_codes([line]).codes or ("",))[0] for line in lines]


def _pack(wish: Wish, *, at: datetime) -> list[dict[str, int]]:
    """The present wording of each benefit, which is the one that counts when it is bound."""
    if wish.points < 0 or (not wish.benefits and not wish.points):
        raise Invalid("A card holds benefits, points or both.", points=["nothing on it"])
    if wish.bind_until <= at:
        raise Invalid("The last day is over already.", bind_until=["is in the past"])
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
    wish: Wish, pack: list[dict[str, int]], codes: Sequence[str], *, actor: str, at: datetime
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
        """INSERT INTO paper_cards (merchant_id, batch_id, code_index, last_signs)
        SELECT %(merchant_id)s, %(batch_id)s, given.code_index, given.last_signs
        FROM unnest(%(indexes)s::bytea[], %(lasts)s::text[]) AS given (code_index, last_signs)""",
        {
            "merchant_id": wish.merchant_id,
            "batch_id": batch.id if batch else None,
            "indexes": [index_of(code, merchant_id=wish.merchant_id) for code in codes],
            "lasts": [code[-LAST_SIGNS:] for code in codes],
        },
    )
    audit.record(
        merchant_id=wish.merchant_id,
        actor=actor,
        action="card_batch.make",
        subject=number,
        at=at,
        details={"cards": len(codes), "points": wish.points, "pack": pack},
    )
    return number
