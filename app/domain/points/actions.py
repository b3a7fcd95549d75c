from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger
from app.domain.ledger import Posting
from app.domain.points import statements
from app.domain.points.errors import NotEnoughPoints
from app.domain.points.lots import NewLot, add_lot, lock_account, lock_lots, use
from app.domain.points.rules import (
    ISSUED,
    SPENT,
    OpenLot,
    member_debt,
    member_pending,
    member_points,
    take_from,
)
from app.kernel.db import execute, fetch_all


@dataclass(frozen=True)
class Held:
    """A member's points that nobody else can move until commit."""

    spendable: int
    debt: int


def lock_member(*, merchant_id: int, member_id: int) -> Held:
    """Lock a member's points and debt, and read both as they stand then."""
    spendable = lock_account(merchant_id, member_id)
    return Held(spendable, _debt(merchant_id, member_id))


def earn(
    *,
    merchant_id: int,
    member_id: int,
    points: int,
    cause: str,
    reason: str,
    expires_at: datetime,
    at: datetime,
) -> None:
    """Give points, once per cause. A debt is repaid first; the rest is a new lot.

    Raises AlreadyPosted.
    """
    owed = lock_member(merchant_id=merchant_id, member_id=member_id).debt
    repaid = min(owed, points)
    moves = [(member_debt(member_id), repaid), (member_points(member_id), points - repaid)]
    postings = [Posting(source=ISSUED, destination=to, amount=n) for to, n in moves if n]
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=postings, at=at)
    if points > repaid:
        add_lot(merchant_id, member_id, entry_id, NewLot(points - repaid, at, expires_at, reason))


def spend(*, merchant_id: int, member_id: int, points: int, cause: str, at: datetime) -> None:
    """Take points for something, from the lots that expire soonest.

    Raises NotEnoughPoints; AlreadyPosted.
    """
    available = lock_account(merchant_id, member_id)
    if available < points:
        raise NotEnoughPoints("积分不足", available=available, needed=points)
    lots = lock_lots(merchant_id, member_id)
    posting = Posting(source=member_points(member_id), destination=SPENT, amount=points)
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=[posting], at=at)
    use(merchant_id, entry_id, take_from(lots, amount=points))


def take_back(
    *,
    merchant_id: int,
    member_id: int,
    points: int,
    earned_by: str,
    cause: str,
    at: datetime,
) -> int:
    """Undo an earning; the lot it made goes first. What was spent already becomes a debt.

    Returns the points that became a debt. Raises AlreadyPosted.
    """
    available = lock_account(merchant_id, member_id)
    returned = min(available, points)
    moves = [(member_points(member_id), returned), (member_debt(member_id), points - returned)]
    postings = [Posting(source=source, destination=ISSUED, amount=n) for source, n in moves if n]
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=postings, at=at)
    lots = fetch_all(
        OpenLot,
        statements.LOCK_LOTS_EARNED_FIRST,
        {"merchant_id": merchant_id, "member_id": member_id, "earned_by": earned_by},
    )
    use(merchant_id, entry_id, take_from(lots, amount=returned))
    return points - returned


def take_over(
    *, merchant_id: int, loser_id: int, winner_id: int, at: datetime, because: str | None = None
) -> None:
    """One person turned out to be two members: move points, debt and what is pending. Repeatable.

    What the one owes is repaid at once of what the other one has. What an order of the loser's gives back afterwards follows, `because` of that.
    """
    for who in sorted((loser_id, winner_id)):
        lock_account(merchant_id, who)
    available, owed = lock_account(merchant_id, loser_id), _debt(merchant_id, loser_id)
    waiting = ledger.balance_of(merchant_id=merchant_id, account=member_pending(loser_id))
    moves = [
        (member_points(loser_id), member_points(winner_id), available),
        (member_debt(winner_id), member_debt(loser_id), owed),
        (member_pending(loser_id), member_pending(winner_id), waiting),
    ]
    postings = [Posting(source=a, destination=b, amount=n) for a, b, n in moves if n]
    pair: dict[str, object] = {"merchant_id": merchant_id, "loser": loser_id, "winner": winner_id}
    execute(statements.TAKE_OVER_PENDING, pair)
    execute(statements.TAKE_OVER_EARNINGS, pair)
    if not postings:
        return
    cause = f"merge:{loser_id}:{winner_id}:{because or at.isoformat()}"
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=postings, at=at)
    _move_lots(merchant_id, loser_id, winner_id, entry_id, available)
    _repay(merchant_id, winner_id, cause=f"{cause}:debt", at=at)


def _repay(merchant_id: int, member_id: int, *, cause: str, at: datetime) -> None:
    """Settle his debt with his points, those that end soonest. The caller holds his accounts."""
    has = lock_member(merchant_id=merchant_id, member_id=member_id)
    repaid = min(has.spendable, has.debt)
    if not repaid:
        return
    lots = lock_lots(merchant_id, member_id)
    posting = Posting(
        source=member_points(member_id), destination=member_debt(member_id), amount=repaid
    )
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=[posting], at=at)
    use(merchant_id, entry_id, take_from(lots, amount=repaid))


def _move_lots(
    merchant_id: int, loser_id: int, winner_id: int, entry_id: int, available: int
) -> None:
    who: dict[str, object] = {"merchant_id": merchant_id, "member_id": loser_id}
    moving = fetch_all(NewLot, statements.LOTS_TO_MOVE, who)
    use(merchant_id, entry_id, take_from(lock_lots(merchant_id, loser_id), amount=available))
    for lot in moving:
        add_lot(merchant_id, winner_id, entry_id, lot)


def _debt(merchant_id: int, member_id: int) -> int:
    return -ledger.balance_of(merchant_id=merchant_id, account=member_debt(member_id))
