from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.domain.pools import statements
from app.kernel.db import fetch_all

MOST_COUNTED = 10_000


@dataclass(frozen=True)
class PoolView:
    """A benefit's codes: free to give, given and not seen, seen, over; and who waits for one.

    Each is counted up to MOST_COUNTED (`free` up to `low_at`, if that is more).
    """

    benefit_number: str
    benefit_name: str
    low_at: int
    alarmed_at: datetime | None
    free: int
    assigned: int
    revealed: int
    expired: int
    waiting: int

    @property
    def is_low(self) -> bool:
        return self.free < self.low_at


@dataclass(frozen=True)
class _Stock:
    benefit_id: int
    free: int


def list_pools(
    *, merchant_id: int, at: datetime, benefit_number: str | None = None
) -> list[PoolView]:
    """By name; only that of one benefit, where it is named."""
    which = {"merchant_id": merchant_id, "at": at, "most": MOST_COUNTED, "number": benefit_number}
    return fetch_all(PoolView, statements.POOLS, which)


def stock_of(*, merchant_id: int, benefit_ids: Collection[int], at: datetime) -> dict[int, int]:
    """Codes that nobody has yet, by benefit id; a benefit without any is left out."""
    which = {"merchant_id": merchant_id, "ids": sorted(benefit_ids), "at": at}
    return {each.benefit_id: each.free for each in fetch_all(_Stock, statements.STOCK, which)}


def stock_of_offer(*, merchant_id: int, offer_number: str, at: datetime) -> dict[int, int]:
    """What publishing an offer asks for: unused codes of each benefit in it."""
    which = {"merchant_id": merchant_id, "number": offer_number, "at": at}
    found = fetch_all(_Stock, statements.STOCK_OF_OFFER, which)
    return {each.benefit_id: each.free for each in found}
