from dataclasses import dataclass
from datetime import datetime

from app.domain.orders import referral_statements as statements
from app.kernel.db import fetch_all, fetch_one

MOST_LINES = 200
WHOLE_BP = 10_000


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """Which orders to look at: placed in [starts_at, ends_at), of one offer or channel, or all."""

    starts_at: datetime
    ends_at: datetime
    offer_number: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class Referred:
    """What came through somebody's links. `paid_fen` is what the paid orders cost."""

    buyers: int
    orders: int
    paid_orders: int
    paid_fen: int
    first_time_payers: int

    @property
    def conversion_bp(self) -> int:
        """Of the orders placed, those that were paid, in basis points."""
        return self.paid_orders * WHOLE_BP // self.orders if self.orders else 0


@dataclass(frozen=True)
class Sharer:
    """One sharer and what came of his links; the nickname is whole, an edge masks it."""

    number: str
    nickname: str | None
    buyers: int
    orders: int
    paid_orders: int
    paid_fen: int
    first_time_payers: int

    @property
    def referred(self) -> Referred:
        return Referred(
            self.buyers, self.orders, self.paid_orders, self.paid_fen, self.first_time_payers
        )


@dataclass(frozen=True)
class Buyer:
    """Somebody who bought through a sharer's link; `is_first_time`: he had never paid before."""

    number: str
    nickname: str | None
    orders: int
    paid_orders: int
    paid_fen: int
    is_first_time: bool
    first_placed_at: datetime


def list_sharers(*, merchant_id: int, campaign: Campaign) -> list[Sharer]:
    """Who brought buyers, those with the most first-time payers first; at most 200."""
    return fetch_all(Sharer, statements.SHARERS, _parameters(merchant_id, campaign))


def list_buyers(*, merchant_id: int, sharer_number: str, campaign: Campaign) -> list[Buyer]:
    """Whom one sharer brought, the earliest first; at most 200."""
    parameters = _parameters(merchant_id, campaign) | {"sharer": sharer_number}
    return fetch_all(Buyer, statements.BUYERS, parameters)


def referred_by(*, merchant_id: int, member_id: int, campaign: Campaign) -> Referred:
    """What came through one member's own links, in sums only."""
    parameters = _parameters(merchant_id, campaign) | {"member_id": member_id}
    found = fetch_one(Referred, statements.OF_MEMBER, parameters)
    return found or Referred(0, 0, 0, 0, 0)


def _parameters(merchant_id: int, campaign: Campaign) -> dict[str, object]:
    return {
        "merchant_id": merchant_id,
        "starts_at": campaign.starts_at,
        "ends_at": campaign.ends_at,
        "offer": campaign.offer_number,
        "channel": campaign.channel,
        "limit": MOST_LINES,
    }
