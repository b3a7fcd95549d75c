from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.ledger import AccountKind, AccountName, Asset, house

ISSUED = house(AccountKind.POINTS_ISSUED, Asset.POINT)
HELD = house(AccountKind.POINTS_HELD, Asset.POINT)
SPENT = house(AccountKind.POINTS_SPENT, Asset.POINT)


def member_points(member_id: int) -> AccountName:
    return AccountName(kind=AccountKind.POINTS, asset=Asset.POINT, owner=member_id)


def member_debt(member_id: int) -> AccountName:
    """What a member owes because points were taken back that he had already spent."""
    return AccountName(kind=AccountKind.POINTS_DEBT, asset=Asset.POINT, owner=member_id)


def member_pending(member_id: int) -> AccountName:
    """What a member earned by purchases that can still be given back."""
    return AccountName(kind=AccountKind.POINTS_PENDING, asset=Asset.POINT, owner=member_id)


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


# What ripens is booked under what it was earned by.
MATURING = "maturing:"

REASONS = {
    "redemption": "核销奖励",
    "reversal": "核销撤销",
    "expiry": "积分过期",
    "merge": "账户合并",
    "spend": "积分抵扣",
    "earn": "积分奖励",
    "purchase": "消费奖励",
    "maturing": "消费奖励到账",
    "visit": "到店奖励",
    "event": "活动奖励",
    "period": "订阅赠送",
    "points_hold": "订单抵扣",
    "points_release": "订单关闭退回",
    "return": "退款调整",
    "paper_card": "实体卡绑定",
}


def reason_of(cause: str) -> str:
    """The cause of an entry in the holder's words: "redemption:D…" is 核销奖励."""
    return REASONS.get(cause.partition(":")[0], "积分变动")
