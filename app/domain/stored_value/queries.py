from dataclasses import dataclass
from datetime import datetime

from app.domain.stored_value import adjusting_sql, statements
from app.domain.stored_value.lots import Fen
from app.domain.stored_value.rules import reason_of
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page


@dataclass(frozen=True)
class ValueBalance:
    """In fen: what can be spent, paid and bonus apart; what orders hold, and what waits to come in.

    `parked_fen` is paid for and does not fit under the cap yet.
    """

    paid_fen: int
    bonus_fen: int
    frozen: bool
    held_fen: int = 0
    parked_fen: int = 0


@dataclass(frozen=True)
class Freeze:
    """For staff: the holder is not told the reason."""

    since: datetime
    reason: str


@dataclass(frozen=True)
class ValueLine:
    """One change of a member's stored value, in fen and in his words."""

    id: int
    at: datetime
    paid_change: int
    bonus_change: int
    order_number: str | None
    reason: str


@dataclass(frozen=True)
class CreditView:
    """What came in at once, and what rests of it, in fen."""

    id: int
    kind: str
    state: str
    reference: str
    paid_fen: int
    bonus_fen: int
    usage_order: str
    made_at: datetime
    paid_rest: int
    bonus_rest: int


@dataclass(frozen=True)
class LotPaid:
    """What one top-up paid of an order, in fen."""

    kind: str
    reference: str
    made_at: datetime
    usage_order: str
    paid_fen: int
    bonus_fen: int


@dataclass(frozen=True)
class Receipt:
    """Which stored value an order used, in fen, and from which top-ups."""

    state: str
    paid_fen: int
    bonus_fen: int
    returned_fen: int
    held_at: datetime
    lots: list[LotPaid]


@dataclass(frozen=True)
class Custody:
    """What a merchant owes to holders of stored value, in fen, and to how many accounts."""

    paid_fen: int
    bonus_fen: int
    held_fen: int
    gift_cards_fen: int
    parked_fen: int
    accounts: int


@dataclass(frozen=True)
class _Entry:
    id: int
    at: datetime
    cause: str
    paid_change: int
    bonus_change: int
    order_number: str | None


@dataclass(frozen=True)
class _Wallet:
    frozen_at: datetime | None
    frozen_reason: str | None


@dataclass(frozen=True)
class _Hold:
    state: str
    paid_fen: int
    bonus_fen: int
    returned_fen: int
    held_at: datetime
    member_id: int
    spender_id: int


def balance(*, merchant_id: int, member_id: int) -> ValueBalance:
    """A member's stored value; all zero when he never had any."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    found = fetch_one(ValueBalance, statements.BALANCE, who)
    return found or ValueBalance(0, 0, frozen=False)


def freeze_of(*, merchant_id: int, member_id: int) -> Freeze | None:
    """Since when nothing can be spent, and why; None while it can."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    found = fetch_one(_Wallet, adjusting_sql.FREEZE, who)
    if found is None or found.frozen_at is None or found.frozen_reason is None:
        return None
    return Freeze(found.frozen_at, found.frozen_reason)


def list_history(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int
) -> Page[ValueLine]:
    """The member's changes, the newest first. Raises Invalid for a cursor that is not ours."""
    found = fetch_all(_Entry, statements.HISTORY, _page(merchant_id, member_id, cursor, limit))
    lines = [
        ValueLine(e.id, e.at, e.paid_change, e.bonus_change, e.order_number, reason_of(e.cause))
        for e in found
    ]
    return paging.cut(lines, limit=limit, key=lambda line: line.id)


def list_credits(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int
) -> Page[CreditView]:
    """Top-ups, claimed gift cards and adjustments, the newest first. Raises Invalid."""
    found = fetch_all(CreditView, statements.CREDITS, _page(merchant_id, member_id, cursor, limit))
    return paging.cut(found, limit=limit, key=lambda credit: credit.id)


def receipt(*, merchant_id: int, member_id: int, order_number: str) -> Receipt:
    """Which lots paid for an order; to whose value it was, and to who spent it. Raises NotFound."""
    which = {"merchant_id": merchant_id, "order_number": order_number}
    held = fetch_one(_Hold, statements.RECEIPT, which)
    if held is None or member_id not in {held.member_id, held.spender_id}:
        raise NotFound("No stored value paid for this order.", order=order_number[:40])
    return Receipt(
        held.state,
        held.paid_fen,
        held.bonus_fen,
        held.returned_fen,
        held.held_at,
        fetch_all(LotPaid, statements.RECEIPT_LOTS, which),
    )


def spent_by(
    *,
    merchant_id: int,
    spender_ids: list[int],
    owner_ids: list[int],
    since: datetime,
    until: datetime,
) -> int:
    """What a person took of an owner's stored value in that time and did not bring back, in fen."""
    which = {
        "merchant_id": merchant_id,
        "spender_ids": spender_ids,
        "owner_ids": owner_ids,
        "since": since,
        "until": until,
    }
    found = fetch_one(Fen, statements.SPENT_BY, which)
    return found.amount if found else 0


def spent_from(*, merchant_id: int, owner_ids: list[int], since: datetime, until: datetime) -> int:
    """What others took of an owner's stored value in that time and did not bring back, in fen."""
    which = {"merchant_id": merchant_id, "owner_ids": owner_ids, "since": since, "until": until}
    found = fetch_one(Fen, statements.SPENT_FROM, which)
    return found.amount if found else 0


def custody(*, merchant_id: int) -> Custody:
    """The figures of a merchant's prepaid funds as they stand now."""
    found = fetch_one(Custody, statements.CUSTODY, {"merchant_id": merchant_id})
    return found or Custody(0, 0, 0, 0, 0, 0)


def _page(merchant_id: int, member_id: int, cursor: str | None, limit: int) -> dict[str, object]:
    return {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
