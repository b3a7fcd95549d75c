"""An order as it stands, and what of it would go back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import catalog
from app.domain.aftersales import statements
from app.domain.aftersales.errors import OrderNotRefundable, RefundUnderWay
from app.domain.aftersales.goods import Goods, quote_goods, was_used
from app.domain.aftersales.rules import Asker, Bought, Quote, needs_word, quote_vouchers
from app.domain.catalog import OfferKind, RefundPolicy
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound

MAY_RETURN = frozenset({"fulfilled", "partly_refunded", "refunding"})


@dataclass(frozen=True)
class Order:
    """What a return needs to know of an order. `under_way`: the number of its present return."""

    id: int
    number: str
    state: str
    member_id: int
    total_fen: int
    paid_at: datetime | None
    fulfilled_at: datetime | None
    policy: str
    kind: str
    terms: dict[str, Any]
    title: str
    quantity: int
    has_tenders: bool
    under_way: str | None

    @property
    def began_at(self) -> datetime:
        if self.fulfilled_at is None:
            raise OrderNotRefundable("该订单无法退款", state=self.state)
        return self.fulfilled_at


@dataclass(frozen=True)
class _Row:
    id: int
    number: str
    revision_id: int
    state: str
    allocated_fen: int
    valid_until: datetime
    is_buyers: bool
    waits_in: str | None
    is_returned: bool
    is_prize: bool
    was_never_issued: bool


def find_order(
    *, merchant_id: int, number: str, member_id: int | None = None, is_locked: bool = False
) -> Order:
    """With a member: an order of his only. Raises NotFound."""
    sql = statements.LOCK_ORDER if is_locked else statements.FIND_ORDER
    found = fetch_one(Order, sql, {"merchant_id": merchant_id, "number": number})
    if found is None or member_id not in {None, found.member_id}:
        raise NotFound("There is no such order.", number=number[:40])
    return found


def hold_order(*, merchant_id: int, number: str) -> None:
    """Nobody asks for money of it until this transaction ends. Raises NotFound."""
    find_order(merchant_id=merchant_id, number=number, is_locked=True)


def hold_for_return(*, merchant_id: int, number: str, member_id: int | None = None) -> Order:
    """The order, of which nobody else asks for money until this transaction ends.

    With a member: an order of his only. Raises NotFound, OrderNotRefundable, RefundUnderWay.
    """
    find_order(merchant_id=merchant_id, number=number, member_id=member_id, is_locked=True)
    # Read once more: what stands beside a lock is as old as the question.
    order = find_order(merchant_id=merchant_id, number=number)
    check_order(order)
    if order.under_way:
        raise RefundUnderWay("该订单有退款正在处理", refund=order.under_way)
    return order


def lock_order(*, merchant_id: int, order_id: int) -> Order:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "order_id": order_id}
    found = fetch_one(Order, statements.LOCK_ORDER_BY_ID, which)
    if found is None:
        raise NotFound("There is no such order.")
    return found


def find_bought(*, merchant_id: int, order_id: int, is_locked: bool = False) -> list[Bought]:
    """The vouchers that the order itself bought, by id; what it earned friends is theirs."""
    which = {"merchant_id": merchant_id, "order_id": order_id}
    sql = statements.LOCK_BOUGHT if is_locked else statements.FIND_BOUGHT
    rows = fetch_all(_Row, sql, which)
    if is_locked:
        # What a friend took while we waited lies on a card that the first question did not see.
        rows = fetch_all(_Row, sql, which)
    revisions = {row.revision_id for row in rows}
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids=revisions)
    return [_bought(row, terms[row.revision_id]) for row in rows]


def goods_of(merchant_id: int, order: Order, bought: Sequence[Bought]) -> Goods:
    """What the order brought beside these vouchers, and the money that is in none of them."""
    return Goods(
        merchant_id=merchant_id,
        order_id=order.id,
        kind=OfferKind(order.kind),
        title=order.title,
        paid_fen=order.total_fen - sum(each.allocated_fen for each in bought),
        terms=order.terms,
    )


def quote(
    *, merchant_id: int, member_id: int | None, order_number: str, asker: Asker, at: datetime
) -> Quote:
    """The sum before anything is asked for: line by line, with reasons. Nothing is written.

    Raises NotFound, OrderNotRefundable.
    """
    order = find_order(merchant_id=merchant_id, number=order_number, member_id=member_id)
    check_order(order)
    bought = find_bought(merchant_id=merchant_id, order_id=order.id)
    return quote_of(merchant_id, order, bought, asker=asker, at=at)


def check_order(order: Order) -> None:
    """Raises OrderNotRefundable for one that was never paid or has gone back already."""
    if order.state not in MAY_RETURN:
        raise OrderNotRefundable("该订单无法退款", state=order.state)


def quote_of(
    merchant_id: int, order: Order, bought: Sequence[Bought], *, asker: Asker, at: datetime
) -> Quote:
    """The sum over what was found."""
    policy = RefundPolicy(order.policy)
    lines = quote_vouchers(bought, policy=policy, asker=asker, at=at)
    sold = goods_of(merchant_id, order, bought)
    goods = quote_goods(sold, at=at)
    if goods and asker is not Asker.EXPIRY:
        lines = (*lines, goods)
    asks_first = needs_word(
        is_goods=goods is not None,
        was_used=was_used(sold),
        asker=asker,
        paid_at=order.paid_at or order.began_at,
        at=at,
    )
    return Quote(lines=lines, needs_word=asks_first)


def _bought(row: _Row, terms: catalog.RevisionTerms) -> Bought:
    return Bought(
        id=row.id,
        number=row.number,
        name=terms.name,
        state=row.state,
        allocated_fen=row.allocated_fen,
        market_value_fen=terms.market_value_fen,
        valid_until=row.valid_until,
        is_buyers=row.is_buyers,
        waits_in=row.waits_in,
        is_returned=row.is_returned,
        is_prize=row.is_prize,
        was_never_issued=row.was_never_issued,
    )
