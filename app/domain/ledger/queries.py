from dataclasses import dataclass
from datetime import datetime

from app.domain.ledger import statements
from app.domain.ledger.rules import AccountName
from app.kernel.db import fetch_all, fetch_one


@dataclass(frozen=True)
class _Sum:
    amount: int


@dataclass(frozen=True)
class Movement:
    """One posting as its account sees it: `change` (fen or points) is above zero coming in."""

    id: int
    posted_at: datetime
    cause: str
    change: int


def balance_of(*, merchant_id: int, account: AccountName) -> int:
    """What arrived less what left, in fen or points; 0 for an account never used."""
    found = fetch_one(_Sum, statements.BALANCE, _naming(merchant_id, account))
    return found.amount if found else 0


def list_movements(
    *, merchant_id: int, account: AccountName, after: int | None, limit: int
) -> list[Movement]:
    """The account's postings, newest first, continuing below the id `after`."""
    parameters = _naming(merchant_id, account) | {"after": after, "limit": limit}
    return fetch_all(Movement, statements.MOVEMENTS, parameters)


def _naming(merchant_id: int, account: AccountName) -> dict[str, object]:
    return {
        "merchant_id": merchant_id,
        "kind": account.kind.value,
        "owner": account.owner,
        "asset": account.asset.value,
    }
