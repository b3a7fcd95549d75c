"""A card of paper comes home: bound to a member once, and what it holds is in his wallet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import catalog, merchants, points, vouchers
from app.domain.paper_cards.batches import index_of
from app.domain.paper_cards.errors import PaperCardOver, PaperCardTaken, PaperCardUnknown
from app.domain.paper_cards.rules import normal
from app.domain.vouchers import NewCard, Use
from app.kernel import audit, numbers
from app.kernel.db import execute, fetch_one

# Of many at once only one finds it unbound.
BIND = """
UPDATE paper_cards c SET member_id = %(member_id)s, bound_at = %(at)s,
  card_number = %(card_number)s
FROM card_batches b
WHERE c.merchant_id = %(merchant_id)s AND c.code_index = %(code_index)s
  AND b.merchant_id = c.merchant_id AND b.id = c.batch_id
  AND b.stopped_at IS NULL AND NOT b.is_held AND c.stopped_at IS NULL AND b.bind_until > %(at)s
  AND c.member_id IS NULL
RETURNING c.id, c.last_signs, c.times_undone, b.number, b.title, b.pack, c.uses,
  coalesce(c.points, b.points)
"""
LOOK = """
SELECT c.member_id FROM paper_cards c
WHERE c.merchant_id = %(merchant_id)s AND c.code_index = %(code_index)s
"""


@dataclass(frozen=True)
class Bound:
    """What a card brought. `card_number` groups its vouchers in the wallet."""

    card_number: str
    title: str
    vouchers: int
    points: int


@dataclass(frozen=True)
class _Taken:
    id: int
    last_signs: str
    times_undone: int
    batch_number: str
    title: str
    pack: list[dict[str, Any]]
    uses: int | None
    points: int


@dataclass(frozen=True)
class _Found:
    member_id: int | None


def bind(*, merchant_id: int, member_id: int, code_text: str, at: datetime) -> Bound:
    """The card is his from now on, and what it holds arrives with it.

    Raises PaperCardUnknown, PaperCardTaken, PaperCardOver.
    """
    code = normal(code_text)
    if code is None:
        raise PaperCardUnknown("没有找到这张卡")
    named = {"merchant_id": merchant_id, "code_index": index_of(code, merchant_id=merchant_id)}
    card_number = numbers.new(numbers.Kind.CARD, merchant_id=merchant_id)
    taken = fetch_one(
        _Taken, BIND, {**named, "member_id": member_id, "card_number": card_number, "at": at}
    )
    if taken is None:
        raise _why_not(named, member_id)
    count = _issue(merchant_id, member_id, taken, card_number, at=at)
    _earn(merchant_id, member_id, taken, at=at)
    audit.record(
        merchant_id=merchant_id,
        actor=f"member:{member_id}",
        action="paper_card.bind",
        subject=card_number,
        at=at,
        details={"batch": taken.batch_number, "last_signs": taken.last_signs},
    )
    return Bound(card_number, taken.title, count, taken.points)


def cause_of(card_id: int, *, times_undone: int) -> str:
    """Under which its points are booked, once; after it was taken back, under another one."""
    return f"paper_card:{card_id}" + (f":{times_undone}" if times_undone else "")


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> None:
    """Two members turned out to be one person."""
    execute(
        """UPDATE paper_cards SET member_id = %(winner_id)s
        WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s""",
        {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id},
    )


def _why_not(
    named: dict[str, object], member_id: int
) -> PaperCardUnknown | PaperCardTaken | PaperCardOver:
    found = fetch_one(_Found, LOOK, named)
    if found is None:
        return PaperCardUnknown("没有找到这张卡")
    if found.member_id is not None:
        return PaperCardTaken("这张卡已被绑定", mine=found.member_id == member_id)
    return PaperCardOver("这张卡已停用或过期")


def _issue(
    merchant_id: int, member_id: int, taken: _Taken, card_number: str, *, at: datetime
) -> int:
    if not taken.pack:
        return 0
    card = NewCard(
        offer_id=None,
        title=taken.title,
        uses=_uses(merchant_id, taken, at=at),
        number=card_number,
    )
    return vouchers.issue(
        merchant_id=merchant_id,
        order_id=None,
        order_number=taken.batch_number,
        member_id=member_id,
        cards=[card],
        at=at,
    )


def _uses(merchant_id: int, taken: _Taken, *, at: datetime) -> list[Use]:
    zone = merchants.profile(merchant_id=merchant_id).zone
    terms = catalog.find_revisions(
        merchant_id=merchant_id, revision_ids={each["revision_id"] for each in taken.pack}
    )
    uses: list[Use] = []
    for each in taken.pack:
        conditions = terms[each["revision_id"]].conditions
        starts_at, ends_at = catalog.validity_window(conditions, issued_at=at, zone=zone)
        use = Use(
            revision_id=each["revision_id"],
            allocated_fen=0,
            valid_from=starts_at,
            valid_until=ends_at,
        )
        uses += [use] * (taken.uses or each["quantity"])
    return uses


def _earn(merchant_id: int, member_id: int, taken: _Taken, *, at: datetime) -> None:
    if not taken.points:
        return
    points.earn(
        merchant_id=merchant_id,
        member_id=member_id,
        points=taken.points,
        cause=cause_of(taken.id, times_undone=taken.times_undone),
        reason="paper_card",
        expires_at=points.expiry_of(merchant_id=merchant_id, day_of=at),
        at=at,
    )
