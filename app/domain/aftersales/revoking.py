"""What a purchase brought is taken back once its money is back.

Everything goes by where it came from, so that what another purchase gave survives.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain import assist, membership, orders, points
from app.domain.aftersales import statements
from app.domain.aftersales.goods import Goods, end_goods
from app.domain.catalog import OfferKind
from app.kernel.db import execute, fetch_one
from app.kernel.money import BASIS_POINTS


class Returned(Protocol):
    """What is known of a return whose money has arrived."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def cause(self) -> str: ...
    @property
    def order_id(self) -> int: ...
    @property
    def order_number(self) -> str: ...
    @property
    def total_fen(self) -> int: ...
    @property
    def amount_fen(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def terms(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class _Sums:
    """What went back of an order with the returns before this one, and whether goods go now."""

    before_fen: int
    vouchers_left: int
    usable_left: int
    has_goods: bool


@dataclass(frozen=True)
class _Undone:
    amount_fen: int
    total_fen: int


def revoke(merchant_id: int, case: Returned, *, at: datetime) -> None:
    """Vouchers become void; points and growth of the purchase go in proportion; terms end."""
    which = {"merchant_id": merchant_id, "return_id": case.id}
    execute(statements.CANCEL, {**which, "number": case.number, "at": at})
    sums = _sums(merchant_id, case)
    before, after = shares_of(
        before_fen=sums.before_fen,
        amount_fen=case.amount_fen,
        total_fen=case.total_fen,
        is_last=not sums.vouchers_left,
    )
    _release(merchant_id, case, is_whole=after == BASIS_POINTS, at=at)
    _take_earnings(merchant_id, case, before_bp=before, after_bp=after, at=at)
    # What came beside vouchers goes with the last of them that could still be used.
    if sums.has_goods or not sums.usable_left:
        end_goods(_goods(merchant_id, case), at=at)


def _release(merchant_id: int, case: Returned, *, is_whole: bool, at: datetime) -> None:
    """What friends were to unlock is void, what nobody used is for sale.

    Before points and growth: whoever orders takes the stock before his points as well.
    """
    if is_whole:
        assist.stop_tasks(merchant_id=merchant_id, order_id=case.order_id, at=at)
    orders.restock(merchant_id=merchant_id, order_id=case.order_id, is_whole=is_whole, at=at)


def shares_of(
    *, before_fen: int, amount_fen: int, total_fen: int, is_last: bool
) -> tuple[int, int]:
    """The part of the purchase (bp) that was undone before this return, and after it.

    Where no money was paid, points were: the last return takes everything.
    """
    if not total_fen:
        return 0, BASIS_POINTS if is_last else 0
    before = before_fen * BASIS_POINTS // total_fen
    return before, (before_fen + amount_fen) * BASIS_POINTS // total_fen


def undone_bp(*, merchant_id: int, order_id: int) -> int:
    """The part of a purchase (bp) that returns have undone: all of what it brought is reckoned so.

    Ask with the order held, so that a return that runs at the same time is seen or comes after.
    """
    which = {"merchant_id": merchant_id, "order_id": order_id}
    found = fetch_one(_Undone, statements.UNDONE, which)
    if found is None or not found.total_fen:
        return 0
    return found.amount_fen * BASIS_POINTS // found.total_fen


def _take_earnings(
    merchant_id: int, case: Returned, *, before_bp: int, after_bp: int, at: datetime
) -> None:
    if after_bp == before_bp:
        return
    points.cancel_pending(
        merchant_id=merchant_id,
        earned_by=f"purchase:{case.order_number}",
        share_bp=after_bp - before_bp,
        # `:points` is what the order itself gives back.
        cause=f"{case.cause}:earned",
        at=at,
    )
    membership.take_growth_back(
        merchant_id=merchant_id,
        source=f"order:{case.order_number}",
        share_bp=after_bp,
        at=at,
    )


def _sums(merchant_id: int, case: Returned) -> _Sums:
    found = fetch_one(
        _Sums,
        statements.SUMS,
        {
            "merchant_id": merchant_id,
            "return_id": case.id,
            "order_id": case.order_id,
            "order_number": case.order_number,
        },
    )
    return found or _Sums(0, 0, 0, has_goods=False)


def _goods(merchant_id: int, case: Returned) -> Goods:
    return Goods(
        merchant_id=merchant_id,
        order_id=case.order_id,
        kind=OfferKind(case.kind),
        title="",
        paid_fen=case.total_fen,
        terms=case.terms,
    )
