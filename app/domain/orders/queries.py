from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import catalog, payments
from app.domain.orders import statements
from app.domain.orders.errors import OrderNotPayable
from app.domain.payments import Bill
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page


@dataclass(frozen=True)
class OrderView:
    """An order as its buyer sees it.

    Lines: {title, quantity, unit_price_fen, amount_fen, discount_fen}. Tenders, what paid beside
    WeChat: {kind, state, amount_fen, points, voucher, returned_fen, returned_points}; None for
    none. `gift_number`: of the gift that it went into when it was handed over.
    """

    id: int
    number: str
    state: str
    total_fen: int
    wechat_fen: int
    wechat_returned_fen: int
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    lines: list[dict[str, Any]]
    gift_number: str | None
    tenders: list[dict[str, Any]] | None


@dataclass(frozen=True)
class ToPay:
    """An unpaid order and its bill."""

    order_id: int
    title: str
    expires_at: datetime
    bill: Bill


@dataclass(frozen=True)
class OrderWords:
    """What a message about a paid order says. Amount in fen.

    `locked_count` vouchers wait for friends; they are not in `voucher_count`.
    """

    member_id: int
    appid: str
    title: str
    total_fen: int
    number: str
    paid_at: datetime
    voucher_count: int
    locked_count: int

    @property
    def delivered(self) -> str:
        """At most twenty characters, while the counts have two digits: templates take no more."""
        if not self.locked_count:
            return f"{self.voucher_count}张券已放入卡包"
        return f"{self.voucher_count}张券已到卡包，另{self.locked_count}张好友助力后解锁"


def get_order(*, merchant_id: int, member_id: int, number: str) -> OrderView:
    """An order of this member. Raises NotFound, also for another's."""
    found = fetch_one(
        OrderView,
        statements.VIEW_ONE,
        {"merchant_id": merchant_id, "member_id": member_id, "number": number},
    )
    if found is None:
        raise NotFound("There is no such order.", number=number[:40])
    return found


def list_orders(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int
) -> Page[OrderView]:
    """The member's orders, newest first. Raises Invalid for a cursor that is not ours."""
    rows = fetch_all(
        OrderView,
        statements.VIEW_PAGE,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "after": paging.after(cursor),
            "limit": limit + 1,
        },
    )
    return paging.cut(rows, limit=limit, key=lambda order: order.id)


def to_pay(
    *, merchant_id: int, member_id: int, number: str, on_ios: bool = False, at: datetime
) -> ToPay:
    """The bill of an order that can still be paid, on the phone that asks.

    Raises NotFound, OrderNotPayable, NotSoldOnIos.
    """
    order = get_order(merchant_id=merchant_id, member_id=member_id, number=number)
    if order.state != "pending" or at >= order.expires_at:
        raise OrderNotPayable("该订单无法支付", state=order.state)
    if on_ios:
        _check_ios(merchant_id, order.id)
    bill = payments.find_bill(merchant_id=merchant_id, order_id=order.id)
    return ToPay(order.id, order.lines[0]["title"], order.expires_at, bill)


@dataclass(frozen=True)
class _Goods:
    kind: str


def _check_ios(merchant_id: int, order_id: int) -> None:
    """An order that was placed on another phone is not payable here either."""
    which: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id}
    for goods in fetch_all(_Goods, statements.GOODS, which):
        if not catalog.is_sold_on_ios(goods.kind):
            raise catalog.NotSoldOnIos.told()


def notice_words(*, merchant_id: int, order_id: int) -> OrderWords:
    """Raises NotFound."""
    found = fetch_one(
        OrderWords, statements.WORDS, {"merchant_id": merchant_id, "order_id": order_id}
    )
    if found is None:
        raise NotFound("There is no such order.")
    return found
