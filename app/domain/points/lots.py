"""The rows under a member's points: his accounts are locked before any of his lots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.ledger import AccountKind
from app.domain.points import statements
from app.domain.points.rules import OpenLot
from app.kernel.db import execute, fetch_all


@dataclass(frozen=True)
class _Account:
    kind: str
    balance: int | None


@dataclass(frozen=True)
class NewLot:
    points: int
    earned_at: datetime
    expires_at: datetime
    reason: str


def lock_account(merchant_id: int, member_id: int) -> int:
    """What he can spend; his points, his debt and what he waits for are ours until commit."""
    accounts = fetch_all(
        _Account, statements.LOCK_ACCOUNT, {"merchant_id": merchant_id, "member_id": member_id}
    )
    return next((each.balance or 0 for each in accounts if each.kind == AccountKind.POINTS), 0)


def lock_lots(merchant_id: int, member_id: int) -> list[OpenLot]:
    who: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    return fetch_all(OpenLot, statements.LOCK_LOTS, who)


def use(merchant_id: int, entry_id: int, taken: Sequence[tuple[int, int]]) -> None:
    if taken:
        execute(
            statements.USE_LOTS,
            {
                "merchant_id": merchant_id,
                "entry_id": entry_id,
                "lots": [lot_id for lot_id, _ in taken],
                "amounts": [amount for _, amount in taken],
            },
        )


def add_lot(merchant_id: int, member_id: int, entry_id: int, lot: NewLot) -> None:
    execute(
        statements.ADD_LOT,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "entry_id": entry_id,
            "points": lot.points,
            "at": lot.earned_at,
            "expires_at": lot.expires_at,
            "reason": lot.reason,
        },
    )


def put_back(merchant_id: int, hold_entry_id: int, amount: int) -> None:
    """Return points to the lots that an entry took them from, the longest-lived lot first."""
    if amount:
        which = {"merchant_id": merchant_id, "entry_id": hold_entry_id, "amount": amount}
        execute(statements.PUT_BACK, which)
