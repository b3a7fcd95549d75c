"""Which voucher gets which code: whoever waits longest, the code that ends soonest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.pools import statements
from app.domain.pools.queries import MOST_COUNTED
from app.kernel.db import execute, fetch_all

MOST_AT_ONCE = 1000


def assign(*, merchant_id: int, benefit_id: int, voucher_ids: Sequence[int], at: datetime) -> int:
    """Give codes to these vouchers of one benefit; how many got one. The others stay issuing."""
    return _fill(merchant_id, benefit_id, list(voucher_ids), at=at)


def fill(*, merchant_id: int, benefit_id: int, at: datetime) -> int:
    """Give codes to whoever waits for one of this benefit; how many got one. Repeatable."""
    return _fill(merchant_id, benefit_id, None, at=at)


def _fill(merchant_id: int, benefit_id: int, ids: list[int] | None, *, at: datetime) -> int:
    return execute(
        statements.FILL,
        {
            "merchant_id": merchant_id,
            "benefit_id": benefit_id,
            "voucher_ids": ids,
            "limit": MOST_AT_ONCE,
            "at": at,
        },
    )


@dataclass(frozen=True)
class DuePool:
    merchant_id: int
    benefit_id: int


def list_due(*, at: datetime, limit: int) -> list[DuePool]:
    """Pools in which a voucher can get its code or a code can come back, without locks."""
    return fetch_all(DuePool, statements.DUE, {"at": at, "limit": limit})


def settle(*, merchant_id: int, benefit_id: int, at: datetime) -> int:
    """Take back the codes that nobody saw and nobody will, then give to whoever waits."""
    which: dict[str, object] = {"merchant_id": merchant_id, "benefit_id": benefit_id}
    execute(statements.RECLAIM, which)
    return fill(merchant_id=merchant_id, benefit_id=benefit_id, at=at)


@dataclass(frozen=True)
class Alarm:
    """A pool that went below its mark, or came back above it."""

    merchant_id: int
    benefit_id: int
    free: int
    is_low: bool


def ring(*, at: datetime) -> list[Alarm]:
    """The pools whose alarm changed just now, across merchants. Again: nothing new."""
    return fetch_all(Alarm, statements.RING, {"at": at, "most": MOST_COUNTED})
