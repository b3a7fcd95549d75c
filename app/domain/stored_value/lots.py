"""The rows under a member's stored value: his wallet is locked before anything of it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger, members
from app.domain.ledger import AccountKind, AccountName, Posting, house
from app.domain.stored_value import statements
from app.domain.stored_value.rules import (
    CreditState,
    LotKind,
    MoveKind,
    OpenLot,
    Part,
    member_value,
    sum_of,
)
from app.kernel.db import execute, fetch_all, fetch_one


@dataclass(frozen=True)
class Wallet:
    """A member's stored value that nobody else changes until commit."""

    member_id: int
    frozen_at: datetime | None
    frozen_reason: str | None


@dataclass(frozen=True)
class Fen:
    amount: int


@dataclass(frozen=True)
class LotOfMember:
    """`amount` fen that an order has of a lot, whose value belongs to `member_id` now."""

    id: int
    kind: str
    member_id: int
    credit_id: int
    credit_state: str
    amount: int

    @property
    def is_over(self) -> bool:
        """Bonus of a credit that went back: without what was paid for it, nobody has it."""
        return self.kind == LotKind.BONUS and self.credit_state == CreditState.REFUNDED


def lock_wallets(merchant_id: int, member_ids: Iterable[int]) -> dict[int, Wallet]:
    """These members' stored value is ours until commit. The smaller id first, as everybody."""
    ids = sorted(set(member_ids))
    whose: dict[str, object] = {"merchant_id": merchant_id, "member_ids": ids}
    found = fetch_all(Wallet, statements.LOCK_WALLETS, whose)
    if len(found) < len(ids):
        execute(statements.OPEN_WALLETS, whose)
        found = fetch_all(Wallet, statements.LOCK_WALLETS, whose)
    return {wallet.member_id: wallet for wallet in found}


def lock_wallet(merchant_id: int, member_id: int) -> Wallet:
    return lock_wallets(merchant_id, [member_id])[member_id]


def lock_shapes(merchant_id: int, member_id: int) -> None:
    """The wallets of a member and of whom he turned out to be: his lots are in one of them."""
    stays = members.canonical_id(merchant_id=merchant_id, member_id=member_id)
    lock_wallets(merchant_id, {member_id, stays})


def open_lots(merchant_id: int, member_id: int) -> list[OpenLot]:
    """Everything he can spend, the oldest first. The caller holds his wallet."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    return fetch_all(OpenLot, statements.OPEN_LOTS, who)


def lots_of_order(merchant_id: int, order_id: int) -> list[LotOfMember]:
    which = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_all(LotOfMember, statements.LOTS_OF_ORDER, which)


def move(
    *,
    merchant_id: int,
    entry_id: int,
    order_id: int | None,
    kind: MoveKind,
    changes: Sequence[tuple[int, int]],
) -> None:
    """Change lots by (lot id, fen), and remember with which entry."""
    moving = [(lot, change) for lot, change in changes if change]
    if not moving:
        return
    execute(
        statements.MOVE_LOTS,
        {
            "merchant_id": merchant_id,
            "entry_id": entry_id,
            "order_id": order_id,
            "kind": kind.value,
            "lots": [lot for lot, _ in moving],
            "changes": [change for _, change in moving],
        },
    )


def bring_back(
    *,
    merchant_id: int,
    order_id: int,
    source: AccountName,
    back: Sequence[tuple[LotOfMember, int]],
    kind: MoveKind,
    cause: str,
    at: datetime,
) -> None:
    """Move fen from a house account into the very lots that an order had them of.

    Bonus of a top-up that was refunded meanwhile goes on to where it came from, as it would have
    with the refund; paid money is its member's again.
    """
    sums: dict[AccountName, int] = {}
    for lot, amount in back:
        name = _home_of(lot)
        sums[name] = sums.get(name, 0) + amount
    postings = [Posting(source=source, destination=name, amount=n) for name, n in sums.items() if n]
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=postings, at=at)
    move(
        merchant_id=merchant_id,
        entry_id=entry_id,
        order_id=order_id,
        kind=kind,
        changes=[(lot.id, amount) for lot, amount in back],
    )
    for lot, amount in back:
        if lot.is_over and amount:
            _claw(merchant_id, entry_id, lot, amount)


def _home_of(lot: LotOfMember) -> AccountName:
    if lot.is_over:
        return house(AccountKind.BONUS_ISSUED)
    return member_value(lot.member_id, LotKind(lot.kind))


def _claw(merchant_id: int, entry_id: int, lot: LotOfMember, amount: int) -> None:
    """Not for the order: what it has of its lots went back to them."""
    move(
        merchant_id=merchant_id,
        entry_id=entry_id,
        order_id=None,
        kind=MoveKind.CLAW,
        changes=[(lot.id, -amount)],
    )
    state = {"merchant_id": merchant_id, "credit_id": lot.credit_id, "state": lot.credit_state}
    execute(statements.SET_CREDIT, state | {"clawed_fen": amount})


def postings_of(member_id: int, parts: Sequence[Part], destination: AccountName) -> list[Posting]:
    """The parts leave the member's two accounts."""
    return [
        Posting(source=member_value(member_id, kind), destination=destination, amount=amount)
        for kind in LotKind
        if (amount := sum_of(parts, kind))
    ]


def counted_fen(merchant_id: int, member_id: int) -> int:
    """What counts towards the cap of a named card, in fen."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    found = fetch_one(Fen, statements.COUNTED, who)
    return found.amount if found else 0
