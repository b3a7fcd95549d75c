"""The owner's side: open a family card, invite, set limits, let people go."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import members
from app.domain.family import statements
from app.domain.family.errors import FamilyExists, FamilyFull, NoFamily
from app.domain.family.models import SeatState
from app.domain.family.rules import (
    INVITATION_LASTS,
    MOST_SEATS,
    Card,
    Seat,
    fingerprint_of,
    new_token,
)
from app.kernel import numbers
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Invalid, NotFound


@dataclass(frozen=True)
class Invitation:
    """A place that waits for somebody. The token is told this once and kept nowhere."""

    number: str
    token: str
    ends_at: datetime


@dataclass(frozen=True)
class _Yes:
    is_so: bool


@dataclass(frozen=True)
class _Id:
    id: int


def open_card(
    *, merchant_id: int, member_id: int, monthly_cap_fen: int | None, at: datetime
) -> None:
    """Let a family spend this member's stored value, all of it together up to a month's cap (fen).

    Raises FamilyExists, also for somebody who is in another's family; CodesFrozen, for a lost card
    lets nobody spend; Invalid.
    """
    _check_cap(monthly_cap_fen)
    hold_member(merchant_id, member_id)
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    check_in_none(merchant_id, member_id)
    said = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "monthly_cap_fen": monthly_cap_fen,
        "at": at,
    }
    execute(statements.OPEN, said)


def invite(
    *, merchant_id: int, member_id: int, name: str, monthly_cap_fen: int, at: datetime
) -> Invitation:
    """Keep a place for somebody, who may spend so much a month (fen), for seven days.

    Raises NoFamily, FamilyFull, CodesFrozen, Invalid.
    """
    _check_cap(monthly_cap_fen)
    card = lock_own_card(merchant_id, member_id)
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    execute(statements.WITHDRAW_LATE, {"merchant_id": merchant_id, "card_id": card.id, "at": at})
    if len(seats_of(merchant_id, card.id)) >= MOST_SEATS:
        raise FamilyFull(f"亲友卡最多 {MOST_SEATS} 位成员", most=MOST_SEATS)
    token = new_token()
    number = numbers.new(numbers.Kind.FAMILY, merchant_id=merchant_id)
    ends_at = at + INVITATION_LASTS
    execute(
        statements.INVITE,
        {
            "merchant_id": merchant_id,
            "number": number,
            "card_id": card.id,
            "name": name,
            "monthly_cap_fen": monthly_cap_fen,
            "fingerprint": fingerprint_of(token),
            "at": at,
            "ends_at": ends_at,
        },
    )
    return Invitation(number, token, ends_at)


def set_cap(*, merchant_id: int, member_id: int, number: str, monthly_cap_fen: int) -> None:
    """What one of the owner's family may spend a month.

    Raises NoFamily, NotFound, CodesFrozen, Invalid.
    """
    _check_cap(monthly_cap_fen)
    seat = lock_own_seat(merchant_id, member_id, number)
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    said = {"seat_id": seat.id, "monthly_cap_fen": monthly_cap_fen}
    execute(statements.SET_CAP, {"merchant_id": merchant_id, **said})


def set_whole_cap(*, merchant_id: int, member_id: int, monthly_cap_fen: int | None) -> None:
    """What the whole family may spend a month; None: as much as there is.

    Raises NoFamily, CodesFrozen.
    """
    _check_cap(monthly_cap_fen)
    card = lock_own_card(merchant_id, member_id)
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    said = {"card_id": card.id, "monthly_cap_fen": monthly_cap_fen}
    execute(statements.SET_WHOLE_CAP, {"merchant_id": merchant_id, **said})


def remove(*, merchant_id: int, member_id: int, number: str, at: datetime) -> None:
    """The owner takes a place back, of a member or of an invitation. Raises NoFamily, NotFound."""
    seat = lock_own_seat(merchant_id, member_id, number)
    end_seats(merchant_id, [seat.id], SeatState.REMOVED, at=at)


def dissolve(*, merchant_id: int, member_id: int, at: datetime) -> None:
    """Nobody spends the owner's stored value any more; orders that hold some go on.

    Raises NoFamily.
    """
    card = lock_own_card(merchant_id, member_id)
    end_card(merchant_id, card.id, at=at)


def hold_member(merchant_id: int, member_id: int) -> None:
    """Until commit this member joins and opens nothing else."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    fetch_one(_Id, statements.HOLD_MEMBER, who)


def check_in_none(merchant_id: int, member_id: int) -> None:
    """Raises FamilyExists."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    found = fetch_one(_Yes, statements.IS_IN_ONE, who)
    if found and found.is_so:
        raise FamilyExists("已有亲友卡，或已加入别人的亲友卡")


def lock_own_card(merchant_id: int, member_id: int) -> Card:
    """Raises NoFamily."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    card = fetch_one(Card, statements.LOCK_OWN_CARD, who)
    if card is None:
        raise NoFamily("还没有开通亲友卡")
    return card


def lock_own_seat(merchant_id: int, member_id: int, number: str) -> Seat:
    """Raises NoFamily, NotFound."""
    card = lock_own_card(merchant_id, member_id)
    which = {"merchant_id": merchant_id, "card_id": card.id, "number": number}
    seat = fetch_one(Seat, statements.SEAT_OF_CARD, which)
    if seat is None or seat.state not in {SeatState.INVITED, SeatState.ACTIVE}:
        raise NotFound("There is no such place in this family.", number=number[:40])
    return seat


def seats_of(merchant_id: int, card_id: int) -> list[Seat]:
    which = {"merchant_id": merchant_id, "card_id": card_id}
    return fetch_all(Seat, statements.SEATS, which)


def end_card(merchant_id: int, card_id: int, *, at: datetime) -> None:
    seats = [seat.id for seat in seats_of(merchant_id, card_id)]
    end_seats(merchant_id, seats, SeatState.REMOVED, at=at)
    execute(statements.END_CARD, {"merchant_id": merchant_id, "card_id": card_id, "at": at})


def end_seats(merchant_id: int, ids: list[int], state: SeatState, *, at: datetime) -> None:
    said = {"merchant_id": merchant_id, "ids": ids, "state": state.value, "at": at}
    execute(statements.END_SEATS, said)


def _check_cap(monthly_cap_fen: int | None) -> None:
    if monthly_cap_fen is not None and monthly_cap_fen <= 0:
        raise Invalid("A limit is above zero.", monthly_cap_fen=monthly_cap_fen)
