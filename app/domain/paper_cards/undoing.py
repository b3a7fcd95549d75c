"""A card was bound by mistake: what it brought goes back, with an entry of its own in the books."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import points, vouchers
from app.domain.paper_cards.binding import cause_of
from app.domain.paper_cards.errors import PaperCardUsed
from app.domain.vouchers import Move, VoucherState
from app.kernel import audit
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound

LOCK = """
SELECT c.id, c.member_id, c.times_undone, coalesce(c.points, b.points), b.number, c.last_signs,
  (SELECT coalesce(sum(coalesce(c.uses, (held ->> 'quantity')::bigint)), 0)::bigint
    FROM jsonb_array_elements(b.pack) held)
FROM paper_cards c
JOIN card_batches b ON b.merchant_id = c.merchant_id AND b.id = c.batch_id
WHERE c.merchant_id = %(merchant_id)s AND c.card_number = %(card_number)s
FOR NO KEY UPDATE OF c
"""
LOCK_VOUCHERS = """
SELECT v.id, v.number, v.state, v.holder_id FROM cards c
JOIN vouchers v ON v.merchant_id = c.merchant_id AND v.card_id = c.id
WHERE c.merchant_id = %(merchant_id)s AND c.number = %(card_number)s
ORDER BY v.id FOR NO KEY UPDATE OF v
"""
FREE = """
UPDATE paper_cards SET member_id = NULL, bound_at = NULL, card_number = NULL,
  times_undone = times_undone + 1,
  stopped_at = CASE WHEN %(may_bind_again)s THEN NULL ELSE %(at)s::timestamptz END
WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""

UNUSED = frozenset({VoucherState.ISSUING, VoucherState.ACTIVE, VoucherState.EXPIRED})


@dataclass(frozen=True)
class Undone:
    """What went back: vouchers and points, `owed` of which were spent already."""

    vouchers: int
    points: int
    owed: int


@dataclass(frozen=True)
class _Bound:
    id: int
    member_id: int
    times_undone: int
    points: int
    batch_number: str
    last_signs: str
    brought: int


@dataclass(frozen=True)
class _Voucher:
    id: int
    number: str
    state: str
    holder_id: int


def undo(
    *,
    merchant_id: int,
    card_number: str,
    may_bind_again: bool,
    reason: str,
    actor: str,
    at: datetime,
) -> Undone:
    """Take back what a card brought: its vouchers are void, its points are booked back.

    `card_number` is the card in the wallet. The paper is dead then, or free to be bound once more.

    Raises NotFound; PaperCardUsed when something of it was used, given away or is in a refund.
    """
    which = {"merchant_id": merchant_id, "card_number": card_number}
    bound = fetch_one(_Bound, LOCK, which)
    if bound is None:
        raise NotFound("No paper card brought this.", number=card_number[:40])
    held = fetch_all(_Voucher, LOCK_VOUCHERS, which)
    _refuse_used(bound, held)
    for voucher in held:
        vouchers.move(
            merchant_id=merchant_id,
            voucher_id=voucher.id,
            what=Move.CANCEL,
            actor=actor,
            reference=bound.batch_number,
            reason="paper_card_undone",
            at=at,
        )
    owed = _take_points(merchant_id, bound, at=at)
    execute(
        FREE,
        {"merchant_id": merchant_id, "id": bound.id, "may_bind_again": may_bind_again, "at": at},
    )
    undone = Undone(vouchers=len(held), points=bound.points, owed=owed)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="paper_card.undo",
        subject=card_number,
        at=at,
        details={
            "batch": bound.batch_number,
            "last_signs": bound.last_signs,
            "reason": reason,
            **vars(undone),
        },
    )
    return undone


def _refuse_used(bound: _Bound, held: list[_Voucher]) -> None:
    used = [
        voucher.number
        for voucher in held
        if VoucherState(voucher.state) not in UNUSED or voucher.holder_id != bound.member_id
    ]
    # What a friend took lies on a card of his own now.
    gone = bound.brought - len(held)
    if used or gone:
        raise PaperCardUsed("卡内权益已使用或转出，不能撤销", vouchers=used[:20], gone=gone)


def _take_points(merchant_id: int, bound: _Bound, *, at: datetime) -> int:
    if not bound.points:
        return 0
    cause = cause_of(bound.id, times_undone=bound.times_undone)
    return points.take_back(
        merchant_id=merchant_id,
        member_id=bound.member_id,
        points=bound.points,
        earned_by=cause,
        cause=f"undone:{cause}",
        at=at,
    )
