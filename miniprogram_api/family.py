"""A family card: its owner, who invites and decides, and those who spend with it."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import family
from app.domain.risk import Action, Per
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, client, limits, parse
from app.web.answers import answer, nothing
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit, Line40, Line200, LinkToken, Number
from miniprogram_api.presenters.family import (
    DecidedTold,
    FamilyTold,
    FamilyUsePage,
    InvitationMade,
    InvitationTold,
    JoinedTold,
    present_family,
    present_invitation,
    present_invitation_made,
    present_uses,
)

bp = APIBlueprint("family", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")

Cap = Annotated[int, Meta(ge=100, le=500_000, description="Fen a month, a yuan at least.")]


class OpenFamily(Asked):
    """With null the family has no cap of its own, only those of its members."""

    monthly_cap_fen: Cap | None


class InviteRelative(Asked):
    """`name` is what the owner calls him."""

    name: Line40
    monthly_cap_fen: Cap


class SetCap(Asked):
    monthly_cap_fen: Cap


class OpenFamilyLink(Asked):
    """The token stands in the body: addresses are written into logs."""

    token: LinkToken


class AskForMore(Asked):
    """So much more this month than my limit."""

    amount_fen: Cap
    note: Line200 | None = None


class PageOfUses(Asked):
    seat: Number | None = None
    cursor: Cursor | None = None
    limit: Limit = 20


@bp.get("/family")
@documented(who=[MEMBER], told={200: FamilyTold})
def get_family(merchant: str) -> Response:
    """The family that I own or am in, and what may be spent this month."""
    who = _who(auth.member(merchant))
    with transaction():
        found = family.get_family(**who, at=clock.now())
    return answer(present_family(found))


@bp.post("/family")
@documented(who=[MEMBER], body=OpenFamily, told={201: FamilyTold}, refuses=[409])
def open_family(merchant: str) -> Response:
    """Let a family spend my stored value; nobody is in it yet."""
    who, wanted = _who(auth.member(merchant)), parse.body(OpenFamily)
    with transaction():
        family.open_card(**who, monthly_cap_fen=wanted.monthly_cap_fen, at=clock.now())
        found = family.get_family(**who, at=clock.now())
    return answer(present_family(found), 201)


@bp.post("/family/cap")
@documented(who=[MEMBER], body=OpenFamily, told={204: None})
def set_whole_cap(merchant: str) -> Response:
    """What my whole family may spend a month; without one as much as its members may."""
    who, wanted = _who(auth.member(merchant)), parse.body(OpenFamily)
    with transaction():
        family.set_whole_cap(**who, monthly_cap_fen=wanted.monthly_cap_fen)
    return nothing()


@bp.post("/family/dissolve")
@documented(who=[MEMBER], told={204: None})
def dissolve(merchant: str) -> Response:
    """Nobody but me spends my stored value any more."""
    who = _who(auth.member(merchant))
    with transaction():
        family.dissolve(**who, at=clock.now())
    return nothing()


@bp.post("/family/leave")
@documented(who=[MEMBER], told={204: None})
def leave(merchant: str) -> Response:
    """Give my place in a family back."""
    who = _who(auth.member(merchant))
    with transaction():
        family.leave(**who, at=clock.now())
    return nothing()


@bp.post("/family/seats")
@documented(who=[MEMBER], body=InviteRelative, told={201: InvitationMade}, refuses=[404, 409])
def invite(merchant: str) -> Response:
    """Keep a place for somebody for seven days; five at most. The link is told this once."""
    member, wanted = auth.member(merchant), parse.body(InviteRelative)
    limits.check(Action.GIVE, merchant_id=member.merchant_id, who={Per.MEMBER: member.actor})
    with transaction():
        made = family.invite(
            **_who(member),
            name=wanted.name,
            monthly_cap_fen=wanted.monthly_cap_fen,
            at=clock.now(),
        )
    return answer(present_invitation_made(made), 201)


@bp.post("/family/seats/<seat>/cap")
@documented(who=[MEMBER], body=SetCap, told={204: None})
def set_cap(merchant: str, seat: str) -> Response:
    """What one of my family may spend a month."""
    member, wanted = auth.member(merchant), parse.body(SetCap)
    number = _seat(member, seat)
    with transaction():
        family.set_cap(**_who(member), number=number, monthly_cap_fen=wanted.monthly_cap_fen)
    return nothing()


@bp.post("/family/seats/<seat>/remove")
@documented(who=[MEMBER], told={204: None})
def remove(merchant: str, seat: str) -> Response:
    """Take a place back, from a member or from an invitation."""
    member = auth.member(merchant)
    number = _seat(member, seat)
    with transaction():
        family.remove(**_who(member), number=number, at=clock.now())
    return nothing()


@bp.post("/family/requests")
@documented(who=[MEMBER], body=AskForMore, told={204: None}, refuses=[404, 409])
def ask(merchant: str) -> Response:
    """Ask the owner for more than my limit, this month. The question lasts a day."""
    who, wanted = _who(auth.member(merchant)), parse.body(AskForMore)
    with transaction():
        family.ask(**who, amount_fen=wanted.amount_fen, note=wanted.note, at=clock.now())
    return nothing()


@bp.post("/family/seats/<seat>/approve")
@documented(who=[MEMBER], told={200: DecidedTold}, refuses=[409])
def approve(merchant: str, seat: str) -> Response:
    """Allow what this place asked for, once."""
    member = auth.member(merchant)
    number = _seat(member, seat)
    with transaction():
        amount_fen = family.approve(**_who(member), number=number, at=clock.now())
    return answer(DecidedTold(seat=number, amount_fen=amount_fen, state="approved"))


@bp.post("/family/seats/<seat>/refuse")
@documented(who=[MEMBER], told={200: DecidedTold}, refuses=[409])
def refuse(merchant: str, seat: str) -> Response:
    """Do not allow what this place asked for."""
    member = auth.member(merchant)
    number = _seat(member, seat)
    with transaction():
        amount_fen = family.refuse(**_who(member), number=number, at=clock.now())
    return answer(DecidedTold(seat=number, amount_fen=amount_fen, state="refused"))


@bp.get("/family/uses")
@documented(who=[MEMBER], query=PageOfUses, told={200: FamilyUsePage})
def list_uses(merchant: str) -> Response:
    """What the family spent: to its owner everybody's, or one place's; to a member his own."""
    member, wanted = auth.member(merchant), parse.query(PageOfUses)
    seat = _seat(member, wanted.seat) if wanted.seat else None
    with transaction():
        page = family.list_uses(
            **_who(member), seat_number=seat, cursor=wanted.cursor, limit=wanted.limit
        )
    return answer(present_uses(page))


@bp.post("/family-links/look")
@documented(who=[MEMBER], body=OpenFamilyLink, told={200: InvitationTold})
def look(merchant: str) -> Response:
    """Whose family it is, and what I might spend. Nothing is kept about who looks."""
    member, wanted = auth.member(merchant), parse.body(OpenFamilyLink)
    _limit_guessing(member)
    with transaction():
        found = family.look(merchant_id=member.merchant_id, token=wanted.token)
    return answer(present_invitation(found, at=clock.now()))


@bp.post("/family-links/join")
@documented(who=[MEMBER], body=OpenFamilyLink, told={200: JoinedTold}, refuses=[409])
def join(merchant: str) -> Response:
    """Take the place."""
    member, wanted = auth.member(merchant), parse.body(OpenFamilyLink)
    _limit_guessing(member)
    with transaction():
        joined = family.join(**_who(member), token=wanted.token, at=clock.now())
    return answer(JoinedTold(seat=joined.number))


def _who(member: auth.MemberOnLine) -> dict[str, Any]:
    return {"merchant_id": member.merchant_id, "member_id": member.member_id}


def _seat(member: auth.MemberOnLine, text: str) -> str:
    return parse.number(text, numbers.Kind.FAMILY, merchant_id=member.merchant_id)


def _limit_guessing(member: auth.MemberOnLine) -> None:
    who = {Per.IP: client.address()}
    limits.check(Action.OPEN_GIFT_LINK, merchant_id=member.merchant_id, who=who)
