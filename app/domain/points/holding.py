"""Points that pay for a part of an order: held with it, spent with its payment, or given back."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger, members
from app.domain.ledger import AccountName, Posting
from app.domain.points import holds_sql
from app.domain.points.actions import lock_member, take_over
from app.domain.points.errors import NotEnoughPoints, NotHeld
from app.domain.points.lots import lock_account, lock_lots, put_back, use
from app.domain.points.rules import HELD, SPENT, member_debt, member_points, take_from
from app.kernel.db import execute, fetch_one


@dataclass(frozen=True)
class _Hold:
    id: int
    member_id: int
    entry_id: int
    points: int
    returned: int
    state: str


def hold(*, merchant_id: int, member_id: int, order_id: int, points: int, at: datetime) -> None:
    """Set points aside for an order, from the lots that expire soonest. Once per order.

    Whose card is lost spends nothing. Raises NotEnoughPoints, CodesFrozen; AlreadyPosted.
    """
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    available = lock_account(merchant_id, member_id)
    if available < points:
        raise NotEnoughPoints("积分不足", available=available, needed=points)
    posting = Posting(source=member_points(member_id), destination=HELD, amount=points)
    cause = f"points_hold:{order_id}"
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=[posting], at=at)
    execute(
        holds_sql.ADD,
        {
            "merchant_id": merchant_id,
            "order_id": order_id,
            "member_id": member_id,
            "entry_id": entry_id,
            "points": points,
            "at": at,
        },
    )
    use(merchant_id, entry_id, take_from(lock_lots(merchant_id, member_id), amount=points))


def capture(*, merchant_id: int, order_id: int, at: datetime) -> None:
    """The order is paid: what it held is spent. Harmless when nothing is held."""
    held = _lock(merchant_id, order_id)
    if held is None or held.state != "held":
        return
    posting = Posting(source=HELD, destination=SPENT, amount=held.points)
    cause = f"points_capture:{order_id}"
    ledger.post(merchant_id=merchant_id, cause=cause, postings=[posting], at=at)
    _settle(merchant_id, held, state="captured", returned=0, at=at)


def release(*, merchant_id: int, order_id: int, at: datetime) -> None:
    """The order is closed: what it held goes back to the same lots. Harmless when nothing is."""
    held = _lock(merchant_id, order_id)
    if held is None or held.state != "held":
        return
    cause = f"points_release:{order_id}"
    _bring_back(merchant_id, held, source=HELD, points=held.points, cause=cause, at=at)
    _settle(merchant_id, held, state="released", returned=held.points, at=at)


def give_back(*, merchant_id: int, order_id: int, points: int, cause: str, at: datetime) -> None:
    """Undo a part of what an order spent: the same lots, with the dates they had.

    The longest-lived lot gets its points back first. A debt is repaid before any lot.

    Raises NotHeld when the order did not spend so many; AlreadyPosted.
    """
    held = _lock(merchant_id, order_id)
    if held is None or held.state != "captured" or held.returned + points > held.points:
        raise NotHeld("The order did not spend so many points.", points=points)
    _bring_back(merchant_id, held, source=SPENT, points=points, cause=cause, at=at)
    _settle(merchant_id, held, state="captured", returned=held.returned + points, at=at)


def _lock(merchant_id: int, order_id: int) -> _Hold | None:
    """Whose lots they are never changes, so his accounts can be locked before the hold.

    If he turned out to be somebody else, what comes back goes on to him, so both are locked.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id}
    found = fetch_one(_Hold, holds_sql.LOOK, which)
    if found is None:
        return None
    for who in sorted({found.member_id, _owner(merchant_id, found)}):
        lock_account(merchant_id, who)
    return fetch_one(_Hold, holds_sql.LOCK, which)


def _owner(merchant_id: int, held: _Hold) -> int:
    return members.canonical_id(merchant_id=merchant_id, member_id=held.member_id)


def _bring_back(
    merchant_id: int, held: _Hold, *, source: AccountName, points: int, cause: str, at: datetime
) -> None:
    loser_id, winner_id = held.member_id, _owner(merchant_id, held)
    owed = lock_member(merchant_id=merchant_id, member_id=loser_id).debt
    repaid = min(owed, points)
    moves = [(member_debt(loser_id), repaid), (member_points(loser_id), points - repaid)]
    postings = [Posting(source=source, destination=to, amount=n) for to, n in moves if n]
    ledger.post(merchant_id=merchant_id, cause=cause, postings=postings, at=at)
    lock_lots(merchant_id, loser_id)
    put_back(merchant_id, held.entry_id, points - repaid)
    if winner_id != loser_id:
        pair = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
        take_over(**pair, at=at, because=cause)


def _settle(merchant_id: int, held: _Hold, *, state: str, returned: int, at: datetime) -> None:
    execute(
        holds_sql.SETTLE,
        {
            "merchant_id": merchant_id,
            "id": held.id,
            "state": state,
            "returned": returned,
            "at": at,
        },
    )
