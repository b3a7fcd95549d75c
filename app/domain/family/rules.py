import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.family.errors import InvitationOver, OverFamilyCap, OwnFamily
from app.domain.family.models import FamilyState, SeatState
from app.kernel import calendar, keyring, money

MOST_SEATS = 5
INVITATION_LASTS = timedelta(days=7)
REQUEST_LASTS = timedelta(hours=24)
_TOKEN_BYTES = 16


@dataclass(frozen=True)
class Card:
    """An open family card, in fen; nobody else changes it until commit."""

    id: int
    owner_id: int
    monthly_cap_fen: int | None


@dataclass(frozen=True)
class Seat:
    id: int
    number: str
    card_id: int
    name: str
    member_id: int | None
    monthly_cap_fen: int
    state: str
    ends_at: datetime
    joined_at: datetime | None


@dataclass(frozen=True)
class Month:
    """Half-open, on the merchant's clock."""

    since: datetime
    until: datetime


def new_token() -> str:
    """128 bits in 22 url-safe signs."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_TOKEN_BYTES)).rstrip(b"=").decode()


def fingerprint_of(token: str) -> bytes:
    """By which an invitation is found."""
    return keyring.fingerprint(f"family:{token}")


def month_of(at: datetime, *, zone: str) -> Month:
    """The calendar month that this instant lies in."""
    day = calendar.day_of(at, zone)
    last = calendar.end_of_month_after(day, months=0)
    return Month(calendar.start_of_day(day.replace(day=1), zone), calendar.end_of(last, zone))


def check_invitation(
    seat: Seat, *, card_state: str, owner_id: int, member_id: int, at: datetime
) -> None:
    """Raises OwnFamily, InvitationOver."""
    if owner_id == member_id:
        raise OwnFamily("不能加入自己的亲友卡")
    is_open = seat.state == SeatState.INVITED and card_state == FamilyState.OPEN
    if not is_open or at >= seat.ends_at:
        raise InvitationOver("邀请已失效", state=seat.state)


def left_of(cap_fen: int, *, spent_fen: int, more_fen: int) -> int:
    """What may still be spent this month: the cap and what was allowed besides, less the spent."""
    return max(0, cap_fen + more_fen - spent_fen)


def check_cap(amount_fen: int, *, left_fen: int) -> None:
    """Raises OverFamilyCap, with what is left and by how much it is too much (fen)."""
    if amount_fen > left_fen:
        raise OverFamilyCap(
            f"超出本月亲友卡额度，剩余 {money.yuan(left_fen)} 元，可请卡主确认",
            left_fen=left_fen,
            over_fen=amount_fen - left_fen,
        )
