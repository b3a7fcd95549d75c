from dataclasses import dataclass
from datetime import datetime

from app.domain import merchants, stored_value
from app.domain.family import statements
from app.domain.family.errors import NoFamily
from app.domain.family.joining import seat_in
from app.domain.family.managing import seats_of
from app.domain.family.rules import Card, Seat, month_of
from app.domain.family.spending import left, spent_of_seat
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page


@dataclass(frozen=True)
class SeatView:
    """A place in the family, in fen: its limit a month, spent and left of it this month."""

    number: str
    name: str
    state: str
    monthly_cap_fen: int
    spent_fen: int
    left_fen: int
    ends_at: datetime
    joined_at: datetime | None


@dataclass(frozen=True)
class _Has:
    seat: bool


@dataclass(frozen=True)
class RequestView:
    """Somebody of the family asks for more this month (fen)."""

    seat: str
    amount_fen: int
    note: str | None
    asked_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class FamilyView:
    """To its owner with everybody in it, to a member with his own place; in fen.

    `balance_fen` is what can be spent of the owner's stored value now: by a member, no more than
    he is told to have left. The limit of the whole family is told to its owner only.
    """

    is_owner: bool
    monthly_cap_fen: int | None
    balance_fen: int
    seats: list[SeatView]
    requests: list[RequestView]


@dataclass(frozen=True)
class FamilyUse:
    """One spending by somebody of the family, in fen."""

    id: int
    at: datetime
    seat: str
    name: str
    order_number: str
    amount_fen: int
    returned_fen: int
    state: str


def has_seat(*, merchant_id: int, member_id: int) -> bool:
    """Whether he spends another's stored value. An owner spends his own."""
    who: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    found = fetch_one(_Has, statements.HAS_SEAT, who)
    return found is not None and found.seat


def get_family(*, merchant_id: int, member_id: int, at: datetime) -> FamilyView:
    """The family that this member owns or is in. Raises NoFamily."""
    card, own_seat = _find(merchant_id, member_id)
    seats = [own_seat] if own_seat else seats_of(merchant_id, card.id)
    which = {"merchant_id": merchant_id, "card_id": card.id, "at": at}
    requests = fetch_all(RequestView, statements.REQUESTS, which)
    views = [_view(merchant_id, card, seat, at=at) for seat in seats]
    has_fen = _has(merchant_id, card)
    return FamilyView(
        is_owner=own_seat is None,
        monthly_cap_fen=None if own_seat else card.monthly_cap_fen,
        balance_fen=min(has_fen, views[0].left_fen) if own_seat else has_fen,
        seats=views,
        requests=[each for each in requests if not own_seat or each.seat == own_seat.number],
    )


def list_uses(
    *,
    merchant_id: int,
    member_id: int,
    seat_number: str | None,
    cursor: str | None,
    limit: int,
) -> Page[FamilyUse]:
    """What the family spent, the newest first: to the owner everybody's, or one place's.

    Raises NoFamily, NotFound, Invalid.
    """
    card, own_seat = _find(merchant_id, member_id)
    seat_id = own_seat.id if own_seat else _seat_id(merchant_id, card.id, seat_number)
    which = {
        "merchant_id": merchant_id,
        "card_id": card.id,
        "seat_id": seat_id,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
    found = fetch_all(FamilyUse, statements.HISTORY, which)
    return paging.cut(found, limit=limit, key=lambda use: use.id)


def _has(merchant_id: int, card: Card) -> int:
    """What can be spent of the owner's stored value now, in fen."""
    has = stored_value.balance(merchant_id=merchant_id, member_id=card.owner_id)
    return 0 if has.frozen else has.paid_fen + has.bonus_fen


def _find(merchant_id: int, member_id: int) -> tuple[Card, Seat | None]:
    who = {"merchant_id": merchant_id, "member_id": member_id}
    own = fetch_one(Card, statements.OWN_CARD, who)
    if own:
        return own, None
    card = fetch_one(Card, statements.CARD_OF_MEMBER, who)
    if card is None:
        raise NoFamily("还没有亲友卡")
    return card, seat_in(merchant_id, card.id, member_id)


def _seat_id(merchant_id: int, card_id: int, number: str | None) -> int | None:
    if number is None:
        return None
    which = {"merchant_id": merchant_id, "card_id": card_id, "number": number}
    seat = fetch_one(Seat, statements.SEAT_OF_CARD, which)
    if seat is None:
        raise NotFound("There is no such place in this family.", number=number[:40])
    return seat.id


def _view(merchant_id: int, card: Card, seat: Seat, *, at: datetime) -> SeatView:
    month = month_of(at, zone=merchants.profile(merchant_id=merchant_id).zone)
    return SeatView(
        number=seat.number,
        name=seat.name,
        state=seat.state,
        monthly_cap_fen=seat.monthly_cap_fen,
        spent_fen=spent_of_seat(merchant_id, card, seat, month),
        left_fen=left(merchant_id, card, seat, at=at),
        ends_at=seat.ends_at,
        joined_at=seat.joined_at,
    )
