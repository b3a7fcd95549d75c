"""What a batch brings to whoever binds its cards, for the person who has to agree to it."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound

BATCH = """
SELECT b.number, b.title, b.points, b.bind_until, c.cards, c.points
FROM card_batches b CROSS JOIN LATERAL (
  SELECT count(*) AS cards, coalesce(sum(coalesce(points, b.points)), 0)::bigint AS points
  FROM paper_cards WHERE merchant_id = b.merchant_id AND batch_id = b.id) c
WHERE b.merchant_id = %(merchant_id)s AND b.number = %(number)s
"""
# A card of a list may say for itself how often its batch's one benefit is on it.
PACK = """
SELECT r.name, (p.each->>'quantity')::bigint, c.uses
FROM card_batches b CROSS JOIN jsonb_array_elements(b.pack) WITH ORDINALITY p(each, place)
JOIN benefit_revisions r
  ON r.merchant_id = b.merchant_id AND r.id = (p.each->>'revision_id')::bigint
CROSS JOIN LATERAL (
  SELECT coalesce(sum(coalesce(uses, (p.each->>'quantity')::bigint)), 0)::bigint AS uses
  FROM paper_cards WHERE merchant_id = b.merchant_id AND batch_id = b.id) c
WHERE b.merchant_id = %(merchant_id)s AND b.number = %(number)s
ORDER BY p.place
"""


@dataclass(frozen=True)
class Packed:
    """One benefit of a batch: how often it is on a card, and on all of them together."""

    name: str
    each: int
    together: int


@dataclass(frozen=True, kw_only=True)
class Contents:
    """`points` is on each card that says nothing else, `all_points` on all of them together."""

    number: str
    title: str
    cards: int
    points: int
    all_points: int
    bind_until: datetime
    pack: tuple[Packed, ...]


@dataclass(frozen=True)
class _Batch:
    number: str
    title: str
    points: int
    bind_until: datetime
    cards: int
    all_points: int


def contents_of(*, merchant_id: int, number: str) -> Contents:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "number": number}
    found = fetch_one(_Batch, BATCH, which)
    if found is None:
        raise NotFound("There is no such batch.", number=number[:40])
    return Contents(
        number=found.number,
        title=found.title,
        cards=found.cards,
        points=found.points,
        all_points=found.all_points,
        bind_until=found.bind_until,
        pack=tuple(fetch_all(Packed, PACK, which)),
    )
