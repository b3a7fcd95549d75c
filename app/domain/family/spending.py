"""Spending the owner's stored value: within the month's limits, or as he allows once more."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import members, merchants, stored_value
from app.domain.family import statements
from app.domain.family.errors import RequestOver, RequestWaits
from app.domain.family.joining import lock_card_of, seat_in
from app.domain.family.managing import lock_own_seat
from app.domain.family.models import RequestState
from app.domain.family.rules import (
    REQUEST_LASTS,
    Card,
    Month,
    Seat,
    check_cap,
    left_of,
    month_of,
)
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Invalid


@dataclass(frozen=True)
class Allowed:
    """What the owner allowed besides this month, in fen: to this place, and to the whole family."""

    to_seat: int
    to_all: int


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Fen:
    amount: int


def allow(*, merchant_id: int, member_id: int, amount_fen: int, at: datetime) -> int:
    """May this member spend so much of his family's owner's stored value? The owner's id.

    Until commit nobody else of the family spends, so the limits hold when everybody pays at once:
    hold the value in the same transaction.

    Raises NoFamily, OverFamilyCap.
    """
    card = lock_card_of(merchant_id, member_id)
    seat = seat_in(merchant_id, card.id, member_id)
    check_cap(amount_fen, left_fen=left(merchant_id, card, seat, at=at))
    return card.owner_id


def ask(
    *, merchant_id: int, member_id: int, amount_fen: int, note: str | None, at: datetime
) -> None:
    """Ask the owner for so much more this month than the limit. The question lasts a day.

    Raises NoFamily, RequestWaits, Invalid.
    """
    if amount_fen <= 0:
        raise Invalid("The amount is above zero.", amount_fen=amount_fen)
    card = lock_card_of(merchant_id, member_id)
    seat = seat_in(merchant_id, card.id, member_id)
    which = {"merchant_id": merchant_id, "seat_id": seat.id, "at": at}
    execute(statements.EXPIRE_REQUEST, which)
    said = {"amount_fen": amount_fen, "note": note, "ends_at": at + REQUEST_LASTS}
    if not execute(statements.ASK, which | said):
        raise RequestWaits("已有待确认的申请")


def approve(*, merchant_id: int, member_id: int, number: str, at: datetime) -> int:
    """The owner allows what this place asked for: so much more this month, once. The fen.

    Raises NoFamily, NotFound, RequestOver, CodesFrozen.
    """
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    return _decide(merchant_id, member_id, number, RequestState.APPROVED, at=at)


def refuse(*, merchant_id: int, member_id: int, number: str, at: datetime) -> int:
    """Raises NoFamily, NotFound, RequestOver."""
    return _decide(merchant_id, member_id, number, RequestState.REFUSED, at=at)


def left(merchant_id: int, card: Card, seat: Seat, *, at: datetime) -> int:
    """What this place may still spend this month, in fen: its own limit and the family's."""
    month = month_of(at, zone=merchants.profile(merchant_id=merchant_id).zone)
    allowed = _allowed(merchant_id, card, seat, month)
    own = left_of(
        seat.monthly_cap_fen,
        spent_fen=spent_of_seat(merchant_id, card, seat, month),
        more_fen=allowed.to_seat,
    )
    if card.monthly_cap_fen is None:
        return own
    spent = stored_value.spent_from(
        merchant_id=merchant_id,
        owner_ids=_shapes(merchant_id, card.owner_id),
        since=month.since,
        until=month.until,
    )
    whole = left_of(card.monthly_cap_fen, spent_fen=spent, more_fen=allowed.to_all)
    return min(own, whole)


def spent_of_seat(merchant_id: int, card: Card, seat: Seat, month: Month) -> int:
    """What this place spent of the owner's this month and did not bring back, in fen.

    Since it was taken. Whoever sits there may have spent another's value under another name.
    """
    if seat.member_id is None or seat.joined_at is None:
        return 0
    return stored_value.spent_by(
        merchant_id=merchant_id,
        spender_ids=_shapes(merchant_id, seat.member_id),
        owner_ids=_shapes(merchant_id, card.owner_id),
        since=max(month.since, seat.joined_at),
        until=month.until,
    )


def _allowed(merchant_id: int, card: Card, seat: Seat, month: Month) -> Allowed:
    which = {
        "merchant_id": merchant_id,
        "card_id": card.id,
        "seat_id": seat.id,
        "since": month.since,
        "until": month.until,
    }
    return fetch_one(Allowed, statements.ALLOWED, which) or Allowed(0, 0)


def _decide(
    merchant_id: int, member_id: int, number: str, state: RequestState, *, at: datetime
) -> int:
    seat = lock_own_seat(merchant_id, member_id, number)
    which = {"merchant_id": merchant_id, "seat_id": seat.id, "state": state.value, "at": at}
    decided = fetch_one(_Fen, statements.DECIDE, which)
    if decided is None:
        raise RequestOver("申请已处理或已过期")
    return decided.amount


def _shapes(merchant_id: int, member_id: int) -> list[int]:
    who = {"merchant_id": merchant_id, "member_id": member_id}
    return [shape.id for shape in fetch_all(_Id, statements.SHAPES, who)]
