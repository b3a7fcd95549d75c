from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.vouchers import statements
from app.domain.vouchers.errors import MoveRefused
from app.domain.vouchers.rules import MOVES, NEW_HOLDER_VERSION, Move, VoucherState, sources_of
from app.kernel.db import execute, fetch_all


def move(
    *,
    merchant_id: int,
    voucher_id: int,
    what: Move,
    actor: str,
    at: datetime,
    reference: str | None = None,
    reason: str | None = None,
) -> None:
    """Make one allowed move and write it on the timeline. Raises MoveRefused."""
    for to_state in dict.fromkeys(MOVES[what].values()):
        moved = execute(
            statements.MOVE,
            {
                "merchant_id": merchant_id,
                "voucher_id": voucher_id,
                "sources": sources_of(what, to=to_state),
                "to_state": to_state.value,
                "new_version": int(what in NEW_HOLDER_VERSION),
                "at": at,
                "action": what.value,
                "actor": actor,
                "reference": reference,
                "reason": reason,
            },
        )
        if moved:
            return
    raise MoveRefused("The voucher is not in a state that allows this.", move=what.value)


def hand_over(
    *,
    merchant_id: int,
    voucher_id: int,
    to_member: int,
    actor: str,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Another member holds it from now on; every older show code is dead.

    What is held waits for somebody already, and is handed over by whoever holds it only. Raises
    MoveRefused.
    """
    moved = execute(
        statements.HAND_OVER,
        {
            "merchant_id": merchant_id,
            "voucher_id": voucher_id,
            "to_member": to_member,
            "sources": [VoucherState.ACTIVE.value],
            "actor": actor,
            "reason": reason,
            "at": at,
        },
    )
    if not moved:
        raise MoveRefused("The voucher is not in a state that allows this.", move="hand_over")


def unlock(
    *,
    merchant_id: int,
    voucher_id: int,
    valid_from: datetime,
    valid_until: datetime,
    actor: str,
    reference: str,
    at: datetime,
) -> None:
    """A locked voucher may be used from now on, with a validity of its own. Raises MoveRefused."""
    moved = execute(
        statements.UNLOCK,
        {
            "merchant_id": merchant_id,
            "voucher_id": voucher_id,
            "sources": sources_of(Move.UNLOCK),
            "valid_from": valid_from,
            "valid_until": valid_until,
            "actor": actor,
            "reference": reference,
            "at": at,
        },
    )
    if not moved:
        raise MoveRefused("The voucher is not in a state that allows this.", move="unlock")


@dataclass(frozen=True)
class Due:
    merchant_id: int
    id: int


def expire_due(*, at: datetime, limit: int) -> int:
    """Mark at most `limit` vouchers expired whose validity is over; how many were."""
    by_merchant: dict[int, list[int]] = defaultdict(list)
    for due in fetch_all(Due, statements.DUE, {"at": at, "limit": limit}):
        by_merchant[due.merchant_id].append(due.id)
    return sum(expire(merchant_id=m, voucher_ids=ids, at=at) for m, ids in by_merchant.items())


def expire(*, merchant_id: int, voucher_ids: Sequence[int], at: datetime) -> int:
    """Mark those of these vouchers expired whose validity is over; how many were."""
    which = {"merchant_id": merchant_id, "ids": list(voucher_ids)}
    return execute(statements.EXPIRE, {**which, "sources": sources_of(Move.EXPIRE), "at": at})


def take_over(*, merchant_id: int, loser_id: int, winner_id: int, at: datetime) -> int:
    """One person turned out to be two members: his vouchers come together. Repeatable."""
    return execute(
        statements.TAKE_OVER,
        {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id, "at": at},
    )
