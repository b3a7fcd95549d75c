from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.ledger import statements
from app.domain.ledger.errors import AlreadyPosted, InsufficientBalance
from app.domain.ledger.rules import HOUSE_ACCOUNTS, AccountName, Posting, house
from app.kernel.db import execute, fetch_all, fetch_one, this_transaction


@dataclass(frozen=True)
class _Account:
    id: int
    kind: str
    owner: int
    asset: str


@dataclass(frozen=True)
class _Floor:
    id: int
    balance: int


@dataclass(frozen=True)
class _Count:
    accounts: int


@dataclass(frozen=True)
class _Id:
    id: int


# Merchants whose house accounts were seen to exist. Accounts are never deleted.
_houses_seen: set[int] = set()
# Which transactions opened them here. Those see them at once, and may still be undone.
_houses_opened: dict[int, set[object]] = {}


def open_house_accounts(merchant_id: int) -> None:
    """Make sure that the merchant's own accounts exist. Safe to repeat, and free when they do."""
    if merchant_id in _houses_seen:
        return
    kinds = [kind.value for kind, _ in HOUSE_ACCOUNTS]
    found = fetch_one(
        _Count, statements.COUNT_HOUSE_ACCOUNTS, {"merchant_id": merchant_id, "kinds": kinds}
    )
    if not found or found.accounts < len(HOUSE_ACCOUNTS):
        _open(merchant_id, [house(kind, asset) for kind, asset in HOUSE_ACCOUNTS])
    elif this_transaction() not in _houses_opened.get(merchant_id, ()):
        _houses_seen.add(merchant_id)
        _houses_opened.pop(merchant_id, None)


def post(*, merchant_id: int, cause: str, postings: Sequence[Posting], at: datetime) -> int:
    """Move value, all of the postings or none; the id of the entry.

    `cause` names why, once and for ever ("payment:P…"): posting it again is refused. Accounts
    with a floor are locked in one order, so crossed postings never deadlock.

    Raises AlreadyPosted; InsufficientBalance when an account would fall below its floor.
    """
    names = {name for posting in postings for name in (posting.source, posting.destination)}
    ids = _open(merchant_id, names)
    _move_balances(merchant_id, postings, ids)
    entry = fetch_one(
        _Id,
        statements.ADD_ENTRY,
        {
            "merchant_id": merchant_id,
            "cause": cause,
            "at": at,
            "sources": [ids[posting.source] for posting in postings],
            "destinations": [ids[posting.destination] for posting in postings],
            "assets": [posting.asset.value for posting in postings],
            "amounts": [posting.amount for posting in postings],
        },
    )
    if entry is None:
        raise AlreadyPosted("This has been booked before.", cause=cause)
    return entry.id


def _open(
    merchant_id: int, names: Sequence[AccountName] | set[AccountName]
) -> dict[AccountName, int]:
    wanted = sorted(names, key=lambda name: (name.kind, name.owner, name.asset))
    parameters: dict[str, object] = {
        "merchant_id": merchant_id,
        "kinds": [name.kind.value for name in wanted],
        "owners": [name.owner for name in wanted],
        "assets": [name.asset.value for name in wanted],
        "floors": [name.has_floor for name in wanted],
    }
    found = fetch_all(_Account, statements.FIND_ACCOUNTS, parameters)
    if len(found) < len(wanted):
        if merchant_id not in _houses_seen:
            _houses_opened.setdefault(merchant_id, set()).add(this_transaction())
        execute(statements.OPEN_ACCOUNTS, parameters)
        found = fetch_all(_Account, statements.FIND_ACCOUNTS, parameters)
    ids = {(row.kind, row.owner, row.asset): row.id for row in found}
    return {name: ids[name.kind.value, name.owner, name.asset.value] for name in wanted}


def _move_balances(
    merchant_id: int, postings: Sequence[Posting], ids: dict[AccountName, int]
) -> None:
    changes: dict[int, int] = {}
    for posting in postings:
        for name, change in (
            (posting.source, -posting.amount),
            (posting.destination, posting.amount),
        ):
            if name.has_floor:
                changes[ids[name]] = changes.get(ids[name], 0) + change
    if not changes:
        return
    floors = fetch_all(
        _Floor, statements.LOCK_FLOORS, {"merchant_id": merchant_id, "ids": sorted(changes)}
    )
    for floor in floors:
        if floor.balance + changes[floor.id] < 0:
            raise InsufficientBalance("There is not enough left.", available=floor.balance)
    execute(
        statements.MOVE_BALANCES,
        {"merchant_id": merchant_id, "ids": list(changes), "changes": list(changes.values())},
    )
