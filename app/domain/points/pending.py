"""Points of a purchase wait until it can no longer be given back; then they can be spent."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger
from app.domain.ledger import Posting
from app.domain.points import pending_sql, workings_sql
from app.domain.points.actions import lock_member, take_back
from app.domain.points.lots import NewLot, add_lot
from app.domain.points.rules import ISSUED, MATURING, member_debt, member_pending, member_points
from app.kernel import money
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Busy

MOST_LISTED = 100


@dataclass(frozen=True)
class _Pending:
    id: int
    member_id: int
    cause: str
    reason: str
    earned: int
    taken_back: int
    taken_bp: int
    earned_at: datetime
    matures_at: datetime
    expires_at: datetime
    matured_at: datetime | None

    @property
    def left(self) -> int:
        return self.earned - self.taken_back


@dataclass(frozen=True)
class PendingDue:
    """An earning whose time has come, as it was seen without locks."""

    merchant_id: int
    id: int
    cause: str


@dataclass(frozen=True)
class PendingLine:
    """Points that wait, and until when."""

    points: int
    reason: str
    earned_at: datetime
    matures_at: datetime


def earn_pending(
    *,
    merchant_id: int,
    member_id: int,
    points: int,
    cause: str,
    reason: str,
    matures_at: datetime,
    expires_at: datetime,
    at: datetime,
) -> None:
    """Give points, once per cause, that can be spent from `matures_at` on. Raises AlreadyPosted."""
    lock_member(merchant_id=merchant_id, member_id=member_id)
    posting = Posting(source=ISSUED, destination=member_pending(member_id), amount=points)
    ledger.post(merchant_id=merchant_id, cause=cause, postings=[posting], at=at)
    execute(
        pending_sql.ADD,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "cause": cause,
            "reason": reason,
            "points": points,
            "at": at,
            "matures_at": matures_at,
            "expires_at": expires_at,
        },
    )


def cancel_pending(
    *,
    merchant_id: int,
    earned_by: str,
    cause: str,
    at: datetime,
    share_bp: int | None = None,
    points: int | None = None,
) -> int:
    """Take an earning back, so many points of it or the share of the purchase that is undone.

    Shares given one by one add up to the whole. What has matured is taken from the member's
    points, and what of these is spent becomes a debt. Harmless when nothing was earned.

    Returns the points taken back. Raises AlreadyPosted.
    """
    found = _lock(merchant_id, earned_by)
    if found is None:
        return 0
    taken_bp = min(found.taken_bp + (share_bp or 0), money.BASIS_POINTS)
    wanted = _share_of(found, taken_bp) if points is None else points
    taken = max(min(wanted, found.left), 0)
    execute(
        pending_sql.TAKE,
        {"merchant_id": merchant_id, "id": found.id, "points": taken, "taken_bp": taken_bp},
    )
    if taken:
        _take(merchant_id, found, taken, cause=cause, at=at)
    if taken == found.left:
        execute(workings_sql.UNDO, {"merchant_id": merchant_id, "cause": earned_by, "at": at})
    return taken


def mature(*, merchant_id: int, cause: str, at: datetime) -> int:
    """What waited can be spent; a debt is repaid first. Repeatable; the points that came."""
    found = _lock(merchant_id, cause)
    if found is None or found.matured_at or found.matures_at > at or not found.left:
        return 0
    execute(pending_sql.MATURE, {"merchant_id": merchant_id, "id": found.id, "at": at})
    owed = lock_member(merchant_id=merchant_id, member_id=found.member_id).debt
    repaid = min(owed, found.left)
    waiting = member_pending(found.member_id)
    moves = [
        (member_debt(found.member_id), repaid),
        (member_points(found.member_id), found.left - repaid),
    ]
    postings = [Posting(source=waiting, destination=to, amount=n) for to, n in moves if n]
    entry_id = ledger.post(
        merchant_id=merchant_id, cause=_maturing(cause), postings=postings, at=at
    )
    if found.left > repaid:
        lot = NewLot(found.left - repaid, found.earned_at, found.expires_at, found.reason)
        add_lot(merchant_id, found.member_id, entry_id, lot)
    return found.left


def list_due(*, at: datetime, after: PendingDue | None, limit: int) -> list[PendingDue]:
    """Earnings whose time has come, by id, across merchants, without locks."""
    asked: dict[str, object] = {"at": at, "after": after.id if after else 0, "limit": limit}
    return fetch_all(PendingDue, pending_sql.DUE, asked)


def list_pending(*, merchant_id: int, member_id: int) -> list[PendingLine]:
    """What a member waits for, the next one first; a hundred at most."""
    return fetch_all(
        PendingLine,
        pending_sql.LIST,
        {"merchant_id": merchant_id, "member_id": member_id, "limit": MOST_LISTED},
    )


def _lock(merchant_id: int, cause: str) -> _Pending | None:
    """The earning, under its member's accounts. Raises Busy when he changes at this very moment."""
    which: dict[str, object] = {"merchant_id": merchant_id, "cause": cause}
    seen = fetch_one(_Pending, pending_sql.LOOK, which)
    if seen is None:
        return None
    lock_member(merchant_id=merchant_id, member_id=seen.member_id)
    found = fetch_one(_Pending, pending_sql.LOCK, which)
    if found is None or found.member_id != seen.member_id:
        raise Busy("Somebody is working on this right now. Please try again.")
    return found


def _share_of(found: _Pending, taken_bp: int) -> int:
    return money.part(found.earned, bp=taken_bp) - money.part(found.earned, bp=found.taken_bp)


def _take(merchant_id: int, found: _Pending, points: int, *, cause: str, at: datetime) -> None:
    if found.matured_at is None:
        posting = Posting(source=member_pending(found.member_id), destination=ISSUED, amount=points)
        ledger.post(merchant_id=merchant_id, cause=cause, postings=[posting], at=at)
        return
    take_back(
        merchant_id=merchant_id,
        member_id=found.member_id,
        points=points,
        earned_by=_maturing(found.cause),
        cause=cause,
        at=at,
    )


def _maturing(cause: str) -> str:
    return f"{MATURING}{cause}"
