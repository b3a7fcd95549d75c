from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger
from app.domain.ledger import AccountKind, Asset, Posting, house
from app.domain.points import statements
from app.domain.points.errors import NotEnoughPoints
from app.domain.points.lots import NewLot, add_lot, lock_account, lock_lots, use
from app.domain.points.rules import OpenLot, member_debt, member_points, take_from
from app.kernel.db import fetch_all


@dataclass(frozen=True)
class Held:
    """A member's points that nobody else can move until commit."""

    spendable: int
    debt: int


def hold(*, merchant_id: int, member_id: int) -> Held:
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
    owed = hold(merchant_id=merchant_id, member_id=member_id).debt
    repaid = min(owed, points)
    issued = house(AccountKind.POINTS_ISSUED, Asset.POINT)
    moves = [(member_debt(member_id), repaid), (member_points(member_id), points - repaid)]
    postings = [Posting(source=issued, destination=to, amount=n) for to, n in moves if n]
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
    spent = house(AccountKind.POINTS_SPENT, Asset.POINT)
    posting = Posting(source=member_points(member_id), destination=spent, amount=points)
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
    issued = house(AccountKind.POINTS_ISSUED, Asset.POINT)
    moves = [(member_points(member_id), returned), (member_debt(member_id), points - returned)]
    postings = [Posting(source=source, destination=issued, amount=n) for source, n in moves if n]
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=postings, at=at)
    lots = fetch_all(
        OpenLot,
        statements.LOCK_LOTS_EARNED_FIRST,
        {"merchant_id": merchant_id, "member_id": member_id, "earned_by": earned_by},
    )
    use(merchant_id, entry_id, take_from(lots, amount=returned))
    return points - returned


def take_over(*, merchant_id: int, loser_id: int, winner_id: int, at: datetime) -> None:
    """One person turned out to be two members: move points and debt by postings. Repeatable."""
    first, second = sorted((loser_id, winner_id))
    lock_account(merchant_id, first)
    lock_account(merchant_id, second)
    available, owed = lock_account(merchant_id, loser_id), _debt(merchant_id, loser_id)
    moves = [
        (member_points(loser_id), member_points(winner_id), available),
        (member_debt(winner_id), member_debt(loser_id), owed),
    ]
    postings = [Posting(source=a, destination=b, amount=n) for a, b, n in moves if n]
    if not postings:
        return
    cause = f"merge:{loser_id}:{winner_id}:{at.isoformat()}"
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=postings, at=at)
    who: dict[str, object] = {"merchant_id": merchant_id, "member_id": loser_id}
    moving = fetch_all(NewLot, statements.LOTS_TO_MOVE, who)
    use(merchant_id, entry_id, take_from(lock_lots(merchant_id, loser_id), amount=available))
    for lot in moving:
        add_lot(merchant_id, winner_id, entry_id, lot)


def _debt(merchant_id: int, member_id: int) -> int:
    return -ledger.balance_of(merchant_id=merchant_id, account=member_debt(member_id))
