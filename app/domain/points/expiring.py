from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger
from app.domain.ledger import AccountKind, Asset, Posting, house
from app.domain.points import statements
from app.domain.points.lots import lock_account, use
from app.domain.points.rules import OpenLot, member_points, take_from
from app.kernel.db import fetch_all


@dataclass(frozen=True)
class LotsDue:
    """A member with points that are over, as he was seen without locks."""

    merchant_id: int
    member_id: int


@dataclass(frozen=True)
class _OverLot(OpenLot):
    uses: int


def list_due(*, at: datetime, after: LotsDue | None, limit: int) -> list[LotsDue]:
    """Members with points that expire by then, in order, across merchants, without locks."""
    last = after or LotsDue(0, 0)
    asked: dict[str, object] = {"at": at, "limit": limit}
    asked |= {"after_merchant": last.merchant_id, "after_member": last.member_id}
    return fetch_all(LotsDue, statements.DUE_MEMBERS, asked)


def expire(*, merchant_id: int, member_id: int, at: datetime) -> int:
    """Book out this member's lots that are over; the points that went. Repeatable.

    Points that come back to a lot that is over go with the next time, which is another cause.
    """
    lock_account(merchant_id, member_id)
    lots = fetch_all(
        _OverLot,
        statements.LOCK_DUE_LOTS,
        {"merchant_id": merchant_id, "member_id": member_id, "at": at},
    )
    gone = sum(lot.remaining for lot in lots)
    if not gone:
        return 0
    expired = house(AccountKind.POINTS_EXPIRED, Asset.POINT)
    posting = Posting(source=member_points(member_id), destination=expired, amount=gone)
    last = max(lots, key=lambda lot: lot.id)
    cause = f"expiry:{member_id}:{last.id}:{last.uses}"
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=[posting], at=at)
    use(merchant_id, entry_id, take_from(lots, amount=gone))
    return gone
