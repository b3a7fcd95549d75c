from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.ledger import AccountKind, AccountName, Asset

FEN_PER_YUAN = 100


def points_for(value_fen: int, *, points_per_yuan: int) -> int:
    """Whole points for what was paid: 1,234 fen at 2 points a yuan are 24."""
    return value_fen * points_per_yuan // FEN_PER_YUAN


def member_points(member_id: int) -> AccountName:
    return AccountName(kind=AccountKind.POINTS, asset=Asset.POINT, owner=member_id)


def member_debt(member_id: int) -> AccountName:
    """What a member owes because points were taken back that he had already spent."""
    return AccountName(kind=AccountKind.POINTS_DEBT, asset=Asset.POINT, owner=member_id)


@dataclass(frozen=True)
class OpenLot:
    id: int
    remaining: int


def take_from(lots: Sequence[OpenLot], *, amount: int) -> list[tuple[int, int]]:
    """(lot id, points) taken in the given order until `amount` is reached.

    Takes what there is when the lots hold less: the caller has compared with the balance.
    """
    taken = []
    for lot in lots:
        part = min(lot.remaining, amount)
        if part:
            taken.append((lot.id, part))
            amount -= part
    return taken


REASONS = {
    "redemption": "核销奖励",
    "reversal": "核销撤销",
    "expiry": "积分过期",
    "merge": "账户合并",
    "spend": "积分抵扣",
    "earn": "积分奖励",
}


def reason_of(cause: str) -> str:
    """The cause of an entry in the holder's words: "redemption:D…" is 核销奖励."""
    return REASONS.get(cause.partition(":")[0], "积分变动")
