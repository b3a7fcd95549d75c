from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.aftersales import statements
from app.domain.aftersales.models import ReturnState
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page

STUCK_AFTER = timedelta(minutes=10)
"""A return that has not moved for so long is shown to the merchant."""


@dataclass(frozen=True)
class ReturnView:
    """A return, for its buyer and for the merchant. Amounts in fen.

    `quote`: {formula, back_fen, lines: [{title, voucher, paid_fen, back_fen, reason, words}]}.
    `payout_trouble` is WeChat's word for why the money did not go.
    """

    id: int
    number: str
    order_number: str
    state: str
    amount_fen: int
    wechat_fen: int
    value_fen: int
    points: int
    reason: str
    quote: dict[str, Any]
    asked_by: str
    asked_at: datetime
    decision: str | None
    moved_at: datetime
    done_at: datetime | None
    trouble: str | None
    refund_number: str | None
    transfer_number: str | None
    transfer_state: str | None
    package_info: str | None
    refund_state: str | None
    payout_trouble: str | None


@dataclass(frozen=True)
class StuckReturn:
    """A return that does not move by itself. Amount in fen."""

    merchant_id: int
    number: str
    order_number: str
    state: str
    amount_fen: int
    trouble: str | None
    moved_at: datetime


@dataclass(frozen=True)
class ReturnWords:
    """What a message about a return says, and through which order and app its buyer came."""

    number: str
    member_id: int
    appid: str
    order_id: int
    order_number: str
    title: str
    amount_fen: int
    wechat_fen: int
    value_fen: int
    points: int
    state: str
    asked_at: datetime
    done_at: datetime | None
    decision: str | None


@dataclass(frozen=True)
class ExpiredOrder:
    """An order with vouchers that are over and were sold with a refund for that case."""

    merchant_id: int
    order_id: int
    order_number: str


def get_return(*, merchant_id: int, number: str, member_id: int | None = None) -> ReturnView:
    """With a member: one of his only. Raises NotFound, also for another's."""
    sql = statements.VIEW_ONE if member_id is None else statements.VIEW_MINE
    which = {"merchant_id": merchant_id, "number": number, "member_id": member_id}
    found = fetch_one(ReturnView, sql, which)
    if found is None:
        raise NotFound("There is no such refund.", number=number[:40])
    return found


def list_returns(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int
) -> Page[ReturnView]:
    """The member's returns, newest first. Raises Invalid for a cursor that is not ours."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "after": paging.after(cursor)}
    rows = fetch_all(ReturnView, statements.VIEW_PAGE, {**which, "limit": limit + 1})
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


class Open(StrEnum):
    """What a manager can do something about: returns that wait for him, or that stand still."""

    ASKED = "asked"
    STUCK = "stuck"


def list_open(
    *, merchant_id: int, cursor: str | None, limit: int, at: datetime, only: Open | None = None
) -> Page[ReturnView]:
    """What waits for the merchant's word, and what has stood still for ten minutes; oldest first.

    Raises Invalid for a cursor that is not ours.
    """
    which = {
        "merchant_id": merchant_id,
        "asked": only in {None, Open.ASKED},
        "stuck": only in {None, Open.STUCK},
        "before": at - STUCK_AFTER,
        "after": paging.after(cursor),
    }
    rows = fetch_all(ReturnView, statements.VIEW_OPEN, {**which, "limit": limit + 1})
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def list_all(
    *, merchant_id: int, state: ReturnState | None, cursor: str | None, limit: int
) -> Page[ReturnView]:
    """The merchant's returns in one state or in all, the newest first. Raises Invalid."""
    which = {
        "merchant_id": merchant_id,
        "state": state.value if state else None,
        "after": paging.after(cursor),
    }
    sql = statements.VIEW_IN_STATE if state else statements.VIEW_ALL
    rows = fetch_all(ReturnView, sql, {**which, "limit": limit + 1})
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def list_of_order(*, merchant_id: int, order_id: int) -> list[ReturnView]:
    """Every return of an order, the oldest first."""
    which: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_all(ReturnView, statements.VIEW_OF_ORDER, which)


def list_stuck(*, at: datetime, limit: int) -> list[StuckReturn]:
    """Returns that have stood still for ten minutes, across merchants, the oldest first."""
    which = {"before": at - STUCK_AFTER, "limit": limit}
    return fetch_all(StuckReturn, statements.STUCK, which)


def list_expired(*, at: datetime, limit: int) -> list[ExpiredOrder]:
    """Orders of which something is over and goes back by itself, across merchants."""
    return fetch_all(ExpiredOrder, statements.EXPIRED, {"at": at, "limit": limit})


def notice_words(*, merchant_id: int, number: str) -> ReturnWords:
    """Raises NotFound."""
    found = fetch_one(ReturnWords, statements.WORDS, {"merchant_id": merchant_id, "number": number})
    if found is None:
        raise NotFound("There is no such refund.", number=number[:40])
    return found
