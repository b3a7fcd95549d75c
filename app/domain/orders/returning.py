"""Giving back what paid for an order: to the same pots, in the proportion in which they paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.domain import ledger, points, stored_value, vouchers
from app.domain.orders import tender_statements as statements
from app.domain.orders.errors import NothingToGiveBack
from app.domain.orders.models import TenderKind
from app.domain.orders.tenders import Tender, earning_of, tell_moved, tenders_of
from app.domain.vouchers import Move
from app.kernel import money
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class Split:
    """What one return gives back: fen to WeChat and to stored value, points, and the voucher.

    `wechat_fen` is for the caller to ask WeChat for; the rest is back already.
    """

    wechat_fen: int
    value_fen: int
    points: int
    voucher_number: str | None


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What goes back, of what has not gone back yet. Any unit, as long as both have the same."""

    now: int
    left: int

    def __post_init__(self) -> None:
        if not 0 < self.now <= self.left:
            raise NothingToGiveBack("这笔订单已没有这么多可退", left=self.left)


@dataclass(frozen=True)
class Order:
    """An order as it is given back, locked."""

    number: str
    state: str
    total_fen: int
    wechat_fen: int
    wechat_returned_fen: int


@dataclass(frozen=True, kw_only=True)
class Left:
    """What has not come back yet, pot by pot."""

    value_fen: int = 0
    wechat_fen: int = 0
    points: int = 0

    @property
    def money_fen(self) -> int:
        return self.value_fen + self.wechat_fen


def share(left: Left, *, amount_fen: int, weight: Weight | None) -> tuple[int, int, int]:
    """Fen of stored value, fen of WeChat, points: in this order, which decides about the odd fen.

    Each pot gets in proportion of what it still has to get, so the parts always add up, none
    gets back more than it paid, and whoever gives everything back gives everything back.
    """
    value_fen, wechat_fen = money.split(amount_fen, [left.value_fen, left.wechat_fen])
    part = left.points * weight.now // weight.left if weight else 0
    return value_fen, wechat_fen, part


def left_of(order: Order, tenders: Sequence[Tender]) -> Left:
    of_kind = {each.kind: each for each in tenders}
    value, spent = of_kind.get(TenderKind.VALUE), of_kind.get(TenderKind.POINTS)
    return Left(
        value_fen=value.amount_fen - value.returned_fen if value else 0,
        wechat_fen=order.wechat_fen - order.wechat_returned_fen,
        points=spent.points - spent.returned_points if spent else 0,
    )


def give_back(
    *,
    merchant_id: int,
    order_id: int,
    amount_fen: int,
    cause: str,
    at: datetime,
    weight: Weight | None = None,
) -> Split:
    """Give back `amount_fen` of what an order cost, and its part of the points.

    `weight` says which part of the order goes back; without it the money tells. Points go by it,
    and the voucher that helped to pay comes back with the last part: what is kept was paid with
    them too, also where no fen of it is left. Safe to repeat: the same cause is answered as before.

    Raises NotFound; NothingToGiveBack when the order has less left.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id}
    order = fetch_one(Order, statements.LOCK_TO_RETURN, which)
    if order is None:
        raise NotFound("There is no such order.")
    before = fetch_one(Split, statements.RETURNED_BEFORE, {**which, "cause": cause})
    if before:
        return before
    tenders = tenders_of(merchant_id=merchant_id, order_id=order_id)
    left = left_of(order, tenders)
    part = _weight(order, left, amount_fen, weight)
    value_fen, wechat_fen, number_of_points = share(left, amount_fen=amount_fen, weight=part)
    is_all = part is not None and part.now == part.left
    spent = next((each for each in tenders if is_all and each.voucher_id), None)
    split = Split(wechat_fen, value_fen, number_of_points, spent.voucher_number if spent else None)
    if spent:
        _unspend(merchant_id, spent, order.number, cause, at)
    _return_balances(split, merchant_id=merchant_id, order_id=order_id, cause=cause, at=at)
    _remember(split, spent, merchant_id=merchant_id, order_id=order_id, cause=cause, at=at)
    back = [each for each in tenders if each is spent or (each.points and split.points)]
    tell_moved(back, merchant_id=merchant_id, order_id=order_id, at=at)
    return split


def _weight(order: Order, left: Left, amount_fen: int, weight: Weight | None) -> Weight | None:
    if order.state in ("pending", "closed") or not 0 <= amount_fen <= left.money_fen:
        raise NothingToGiveBack("退回金额超过该订单剩余的实付金额", left_fen=left.money_fen)
    if weight or not amount_fen:
        return weight
    return Weight(now=amount_fen, left=left.money_fen)


def _return_balances(
    split: Split, *, merchant_id: int, order_id: int, cause: str, at: datetime
) -> None:
    which = {"merchant_id": merchant_id, "order_id": order_id}
    if split.points:
        points.give_back(**which, points=split.points, cause=f"{cause}:points", at=at)
    if split.value_fen:
        stored_value.give_back(**which, amount_fen=split.value_fen, cause=cause, at=at)


def _unspend(merchant_id: int, tender: Tender, order_number: str, cause: str, at: datetime) -> None:
    """The voucher may be used again, and what it was bought for is a promise again."""
    vouchers.move(
        merchant_id=merchant_id,
        voucher_id=tender.voucher_id or 0,
        what=Move.UNSPEND,
        actor="system",
        reference=order_number,
        at=at,
    )
    if tender.allocated_fen:
        ledger.post(
            merchant_id=merchant_id,
            cause=f"{cause}:voucher",
            postings=[earning_of(tender).reversed()],
            at=at,
        )


def _remember(
    split: Split,
    spent: Tender | None,
    *,
    merchant_id: int,
    order_id: int,
    cause: str,
    at: datetime,
) -> None:
    back: list[tuple[TenderKind, int, int]] = [
        (TenderKind.VALUE, split.value_fen, 0),
        (TenderKind.POINTS, 0, split.points),
        (TenderKind.VOUCHER, spent.amount_fen if spent else 0, 0),
    ]
    rows = [{"kind": kind.value, "fen": fen, "points": pts} for kind, fen, pts in back]
    execute(
        statements.RETURN,
        {
            "merchant_id": merchant_id,
            "order_id": order_id,
            "cause": cause,
            "at": at,
            "wechat_fen": split.wechat_fen,
            "value_fen": split.value_fen,
            "points": split.points,
            "voucher_id": spent.voucher_id if spent else None,
            "tenders": msgspec.json.encode(rows).decode(),
        },
    )
