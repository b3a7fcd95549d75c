from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger, points, vouchers
from app.domain.ledger import AccountKind, Posting, house
from app.domain.merchants import Role
from app.domain.redemption import statements
from app.domain.redemption.earning import source_of
from app.domain.redemption.errors import NotReversible, ReverseNotAllowed
from app.domain.redemption.events import RedemptionReversed
from app.domain.redemption.rules import REVERSE_WITHIN
from app.domain.vouchers import Move
from app.kernel import audit
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound
from app.kernel.outbox import publish

_MAY_REVERSE = frozenset({Role.OWNER, Role.MANAGER})


@dataclass(frozen=True)
class Reversed:
    """What a reversal gave back. `points_debt` is what the member had spent already."""

    number: str
    voucher_number: str
    points_taken_back: int
    points_debt: int


@dataclass(frozen=True)
class _Locked:
    id: int
    voucher_id: int
    holder_id: int
    store_id: int
    value_fen: int
    points: int
    redeemed_at: datetime
    reversed_at: datetime | None
    voucher_number: str


def reverse(
    *,
    merchant_id: int,
    number: str,
    reason: str,
    actor: str,
    role: Role,
    at: datetime,
    only_at_store: int | None = None,
) -> Reversed:
    """Undo a redemption within 24 hours: the voucher is usable again, the points go back.

    `only_at_store` is for a till, which undoes what was redeemed at its own store.

    Raises NotFound; ReverseNotAllowed for a clerk; NotReversible when too late or done before.
    """
    if role not in _MAY_REVERSE:
        raise ReverseNotAllowed("撤销核销需要店长权限")
    which: dict[str, object] = {"merchant_id": merchant_id, "number": number}
    found = fetch_one(_Locked, statements.LOCK_TO_REVERSE, which)
    if found is None or only_at_store not in {None, found.store_id}:
        raise NotFound("There is no such redemption.", number=number[:40])
    _check(found, at=at)
    execute(
        statements.REVERSE,
        {"merchant_id": merchant_id, "id": found.id, "at": at, "actor": actor, "reason": reason},
    )
    vouchers.move(
        merchant_id=merchant_id,
        voucher_id=found.voucher_id,
        what=Move.REVERSE,
        actor=actor,
        reference=number,
        reason=reason,
        at=at,
    )
    debt = _take_back(merchant_id, number, found, at=at)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="voucher.reverse",
        subject=found.voucher_number,
        details={"redemption": number, "reason": reason, "points_debt": debt},
        at=at,
    )
    publish(RedemptionReversed(merchant_id=merchant_id, redemption_number=number), at=at)
    return Reversed(number, found.voucher_number, found.points, debt)


def _check(found: _Locked, *, at: datetime) -> None:
    if found.reversed_at:
        raise NotReversible("这次核销已经撤销过", reversed_at=found.reversed_at)
    if at >= found.redeemed_at + REVERSE_WITHIN:
        raise NotReversible("超过 24 小时，无法撤销", redeemed_at=found.redeemed_at)


def _take_back(merchant_id: int, number: str, found: _Locked, *, at: datetime) -> int:
    if found.value_fen:
        back = Posting(
            source=house(AccountKind.EARNED),
            destination=house(AccountKind.PREPAID),
            amount=found.value_fen,
        )
        cause = f"reversal:{number}:value"
        ledger.post(merchant_id=merchant_id, cause=cause, postings=[back], at=at)
    if not found.points:
        return 0
    debt = points.take_back(
        merchant_id=merchant_id,
        # Whoever redeemed may have turned out to be another member since; his points went along.
        member_id=found.holder_id,
        points=found.points,
        earned_by=source_of(number),
        cause=f"reversal:{number}:points",
        at=at,
    )
    points.forget(merchant_id=merchant_id, earned_by=source_of(number), at=at)
    return debt
