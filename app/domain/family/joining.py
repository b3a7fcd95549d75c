"""The family's side: look at an invitation, join, leave; and two members who are one person."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import members
from app.domain.family import statements
from app.domain.family.errors import InvitationOver, InvitationUnknown, NoFamily
from app.domain.family.managing import check_in_none, end_card, end_seats, hold_member
from app.domain.family.models import SeatState
from app.domain.family.rules import Card, Seat, check_invitation, fingerprint_of
from app.kernel.db import execute, fetch_all, fetch_one


@dataclass(frozen=True)
class InvitationView:
    """What somebody sees before he joins, in fen."""

    name: str
    monthly_cap_fen: int
    state: str
    ends_at: datetime
    card_state: str
    owner_nickname: str | None


@dataclass(frozen=True)
class Joined:
    number: str
    replayed: bool = False


def look(*, merchant_id: int, token: str) -> InvitationView:
    """What an invitation offers. Raises InvitationUnknown."""
    which = {"merchant_id": merchant_id, "fingerprint": fingerprint_of(token)}
    found = fetch_one(InvitationView, statements.INVITATION, which)
    if found is None:
        raise InvitationUnknown("邀请链接无效")
    return found


def join(*, merchant_id: int, member_id: int, token: str, at: datetime) -> Joined:
    """Take the place. Whoever has it is told so again.

    Raises InvitationUnknown, OwnFamily, InvitationOver, FamilyExists.
    """
    which = {"merchant_id": merchant_id, "fingerprint": fingerprint_of(token)}
    seen = fetch_one(Seat, statements.FIND_SEAT, which)
    if seen is None:
        raise InvitationUnknown("邀请链接无效")
    hold_member(merchant_id, member_id)
    card = _lock_card(merchant_id, seen.card_id)
    seat = fetch_one(Seat, statements.LOCK_SEAT, which) or seen
    if seat.member_id == member_id and seat.state == SeatState.ACTIVE:
        return Joined(seat.number, replayed=True)
    owner_id = members.canonical_id(merchant_id=merchant_id, member_id=card.owner_id)
    check_invitation(seat, card_state="open", owner_id=owner_id, member_id=member_id, at=at)
    check_in_none(merchant_id, member_id)
    said = {"merchant_id": merchant_id, "seat_id": seat.id, "member_id": member_id, "at": at}
    if not execute(statements.JOIN, said):
        raise InvitationOver("邀请已失效", state=seat.state)
    return Joined(seat.number)


def leave(*, merchant_id: int, member_id: int, at: datetime) -> None:
    """A member gives his place back. Raises NoFamily."""
    card = lock_card_of(merchant_id, member_id)
    seat = seat_in(merchant_id, card.id, member_id)
    end_seats(merchant_id, [seat.id], SeatState.LEFT, at=at)


def lock_card_of(merchant_id: int, member_id: int) -> Card:
    """The card of the family that this member is in. Raises NoFamily."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    seen = fetch_one(Card, statements.CARD_OF_MEMBER, who)
    card = seen and fetch_one(
        Card, statements.LOCK_CARD, {"merchant_id": merchant_id, "card_id": seen.id}
    )
    if card is None:
        raise NoFamily("还没有加入亲友卡")
    return card


def seat_in(merchant_id: int, card_id: int, member_id: int) -> Seat:
    """Raises NoFamily."""
    which = {"merchant_id": merchant_id, "card_id": card_id, "member_id": member_id}
    seat = fetch_one(Seat, statements.SEAT_OF_MEMBER, which)
    if seat is None:
        raise NoFamily("还没有加入亲友卡")
    return seat


def take_over(*, merchant_id: int, loser_id: int, winner_id: int, at: datetime) -> None:
    """One person turned out to be two members: he owns one family or is in one. Repeatable.

    What the one that stays has goes before what the other one had; an own card before a place.
    """
    pair = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    cards = fetch_all(Card, statements.CARDS_OF_OWNERS, pair)
    seats = fetch_all(Seat, statements.SEATS_OF_MEMBERS, pair)
    cards.sort(key=lambda card: card.owner_id != winner_id)
    seats.sort(key=lambda seat: seat.member_id != winner_id)
    for card in cards[1:]:
        end_card(merchant_id, card.id, at=at)
    over = seats if cards else seats[1:]
    end_seats(merchant_id, [seat.id for seat in over], SeatState.LEFT, at=at)
    execute(statements.TAKE_OVER_CARDS, pair)
    execute(statements.TAKE_OVER_SEATS, pair)


def _lock_card(merchant_id: int, card_id: int) -> Card:
    which = {"merchant_id": merchant_id, "card_id": card_id}
    card = fetch_one(Card, statements.LOCK_CARD, which)
    if card is None:
        raise InvitationOver("邀请已失效", state="dissolved")
    return card
