"""Words about a family card. All amounts are fen."""

from datetime import datetime
from urllib.parse import urlencode

from app.domain import members
from app.domain.family import FamilyUse, FamilyView, Invitation, InvitationView, SeatView
from app.kernel.paging import Page
from app.web.words import Told

FAMILY_PAGE = "pages/family/join"
"""Where the mini-program lets somebody join."""


class SeatTold(Told):
    """`state`: invited or active. Spent and left are of this month."""

    seat: str
    name: str
    state: str
    monthly_cap_fen: int
    spent_fen: int
    left_fen: int
    ends_at: datetime
    joined_at: datetime | None


class RequestTold(Told):
    """Somebody asks for more this month; the owner decides by the seat."""

    seat: str
    amount_fen: int
    note: str | None
    asked_at: datetime
    ends_at: datetime


class FamilyTold(Told):
    """To its owner with every place and question, to a member with his own.

    Only the owner is told `monthly_cap_fen`; without it only the places have limits. `balance_fen`
    is his whole stored value, to a member no more than he may still spend.
    """

    is_owner: bool
    monthly_cap_fen: int | None
    balance_fen: int
    seats: list[SeatTold]
    requests: list[RequestTold]


class InvitationMade(Told):
    """The token is told this once. `path` is for onShareAppMessage."""

    seat: str
    token: str
    ends_at: datetime
    path: str


class InvitationTold(Told):
    """`state`: invited, or why it is over."""

    owner_name: str
    name: str
    monthly_cap_fen: int
    state: str
    ends_at: datetime


class JoinedTold(Told):
    seat: str


class DecidedTold(Told):
    seat: str
    amount_fen: int
    state: str


class FamilyUseTold(Told):
    at: datetime
    seat: str
    name: str
    order: str
    amount_fen: int
    returned_fen: int
    state: str


class FamilyUsePage(Told):
    items: list[FamilyUseTold]
    next_cursor: str | None


def present_family(found: FamilyView) -> FamilyTold:
    return FamilyTold(
        is_owner=found.is_owner,
        monthly_cap_fen=found.monthly_cap_fen,
        balance_fen=found.balance_fen,
        seats=[_present_seat(seat) for seat in found.seats],
        requests=[
            RequestTold(
                seat=each.seat,
                amount_fen=each.amount_fen,
                note=each.note,
                asked_at=each.asked_at,
                ends_at=each.ends_at,
            )
            for each in found.requests
        ],
    )


def present_invitation_made(made: Invitation) -> InvitationMade:
    path = f"{FAMILY_PAGE}?{urlencode({'token': made.token})}"
    return InvitationMade(seat=made.number, token=made.token, ends_at=made.ends_at, path=path)


def present_invitation(found: InvitationView, *, at: datetime) -> InvitationTold:
    is_late = found.state == "invited" and at >= found.ends_at
    return InvitationTold(
        owner_name=members.masked_name(found.owner_nickname),
        name=found.name,
        monthly_cap_fen=found.monthly_cap_fen,
        state="withdrawn" if is_late else found.state,
        ends_at=found.ends_at,
    )


def present_uses(page: Page[FamilyUse]) -> FamilyUsePage:
    items = [
        FamilyUseTold(
            at=use.at,
            seat=use.seat,
            name=use.name,
            order=use.order_number,
            amount_fen=use.amount_fen,
            returned_fen=use.returned_fen,
            state=use.state,
        )
        for use in page.items
    ]
    return FamilyUsePage(items=items, next_cursor=page.next_cursor)


def _present_seat(seat: SeatView) -> SeatTold:
    return SeatTold(
        seat=seat.number,
        name=seat.name,
        state=seat.state,
        monthly_cap_fen=seat.monthly_cap_fen,
        spent_fen=seat.spent_fen,
        left_fen=seat.left_fen,
        ends_at=seat.ends_at,
        joined_at=seat.joined_at,
    )
