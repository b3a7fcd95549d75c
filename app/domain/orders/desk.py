"""Orders as the merchant looks at them: a list with filters, and one with all that belongs to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.orders import desk_statements as statements
from app.domain.orders.models import OrderState
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page

MOST_VOUCHERS = 300
MOST_MOVES = 100


@dataclass(frozen=True, kw_only=True)
class OrderFilter:
    """Which orders: in one state, of one member, placed since (inclusive) and before `until`."""

    state: OrderState | None = None
    member_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class OrderRow:
    """One line of the list. Amounts in fen; `title` names all that was ordered."""

    id: int
    number: str
    state: str
    total_fen: int
    wechat_fen: int
    wechat_returned_fen: int
    has_tenders: bool
    placed_at: datetime
    paid_at: datetime | None
    member_number: str
    nickname: str | None
    title: str
    source_channel: str | None


@dataclass(frozen=True)
class OrderFile:
    """An order as the merchant sees it. Amounts in fen.

    Lines: {title, quantity, kind, unit_price_fen, amount_fen, discount_fen, returned_pieces}.
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
    fulfilled_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    member_id: int
    member_number: str
    nickname: str | None
    appid: str
    source_channel: str | None
    source_scene: str | None
    source_group: str | None
    source_referrer: str | None
    sharer_number: str | None
    gift_number: str | None
    lines: list[dict[str, Any]]


@dataclass(frozen=True)
class OrderPayment:
    """A bill of an order at WeChat. Amounts in fen."""

    number: str
    state: str
    amount_fen: int
    returned_fen: int
    transaction_id: str | None
    asked_at: datetime
    received_at: datetime | None
    closed_at: datetime | None
    mchid: str


@dataclass(frozen=True)
class OrderVoucher:
    """A voucher that came with an order, and its part of what was paid (fen)."""

    number: str
    name: str
    state: str
    allocated_fen: int
    market_value_fen: int
    valid_until: datetime
    is_given_away: bool
    card_number: str


@dataclass(frozen=True)
class OrderMove:
    """What happened to one of its vouchers after it was issued."""

    at: datetime
    action: str
    reason: str | None
    actor: str
    reference: str | None
    voucher_number: str
    name: str


@dataclass(frozen=True)
class _Number:
    number: str


def list_for_desk(
    *, merchant_id: int, wanted: OrderFilter, cursor: str | None, limit: int
) -> Page[OrderRow]:
    """The merchant's orders that fit, the newest first. Raises Invalid for a foreign cursor."""
    after_time, after_id = paging.after_moment(cursor)
    which = {
        "merchant_id": merchant_id,
        "member_id": wanted.member_id,
        "since": wanted.since,
        "until": wanted.until,
        "after_time": after_time,
        "after_id": after_id,
        "limit": limit + 1,
    }
    rows = fetch_all(OrderRow, _page(wanted, goes_on=after_id is not None), which)
    return paging.cut(rows, limit=limit, key=lambda row: paging.moment_key(row.placed_at, row.id))


def _page(wanted: OrderFilter, *, goes_on: bool) -> str:
    conditions = [
        # A word of ours, said in the statement itself: so the index of rare states can serve it.
        f" AND o.state = '{wanted.state.value}'" if wanted.state else "",
        statements.SINCE if wanted.since else "",
        statements.UNTIL if wanted.until else "",
        statements.AFTER if goes_on else "",
    ]
    orders = statements.ALL if wanted.member_id is None else statements.OF_MEMBER
    return statements.PAGE.format(orders=orders, conditions="".join(conditions))


def open_file(*, merchant_id: int, number: str) -> OrderFile:
    """An order, whoever bought it. Raises NotFound."""
    found = fetch_one(OrderFile, statements.ONE, {"merchant_id": merchant_id, "number": number})
    if found is None:
        raise NotFound("There is no such order.", number=number[:40])
    return found


def payments_of(*, merchant_id: int, order_id: int) -> list[OrderPayment]:
    """Its bills at WeChat, the oldest first."""
    which: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_all(OrderPayment, statements.PAYMENTS, which)


def vouchers_of(*, merchant_id: int, order_id: int) -> list[OrderVoucher]:
    """What it brought, card by card; at most 300."""
    which = {"merchant_id": merchant_id, "order_id": order_id, "limit": MOST_VOUCHERS}
    return fetch_all(OrderVoucher, statements.VOUCHERS, which)


def moves_of(*, merchant_id: int, order_id: int) -> list[OrderMove]:
    """What happened to its vouchers since, the newest first; at most 100."""
    which = {"merchant_id": merchant_id, "order_id": order_id, "limit": MOST_MOVES}
    return fetch_all(OrderMove, statements.MOVES, which)


def number_by_payment(*, merchant_id: int, said: str) -> str | None:
    """The order behind a number of a payment: ours, or WeChat's."""
    which = {"merchant_id": merchant_id, "said": said}
    found = fetch_one(_Number, statements.BY_PAYMENT, which)
    return found.number if found else None
