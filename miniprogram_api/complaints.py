"""My complaints: open one, add to it, see what the shop says, say how it was."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response, request
from msgspec import Meta, field

from app.domain import complaints
from app.domain.risk import Action, Per
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, limits, parse
from app.web import complaints as desks
from app.web.answers import answer, nothing, picture
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit, Line200, Number, PhotoKey, Talk
from miniprogram_api.presenters.complaints import (
    PhotoKept,
    TicketDetail,
    TicketOpened,
    TicketPage,
    present_page,
    present_ticket,
)

bp = APIBlueprint("complaints", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")

Photos = Annotated[list[PhotoKey], Meta(max_length=complaints.MOST_PHOTOS)]


class Complain(Asked):
    """What is wrong, and with which order or voucher of mine."""

    kind: Literal["refund", "service", "other"]
    text: Talk
    order: Number | None = None
    voucher: Number | None = None
    photos: Photos = field(default_factory=list)


class SayMore(Asked):
    text: Talk
    photos: Photos = field(default_factory=list)


class RateTicket(Asked):
    """Five stars are best."""

    stars: Annotated[int, Meta(ge=1, le=5)]
    comment: Line200 | None = None


class PageOfTickets(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


@bp.post("/complaints/photos")
@documented(who=[MEMBER], upload="file", told={201: PhotoKept})
def add_photo(merchant: str) -> Response:
    """Hand a photo in, as a form with the field `file` (JPEG, PNG or WebP of 5 MiB at most).

    It is drawn anew, without place, time or camera.
    """
    member = auth.member(merchant)
    _count(member)
    key = desks.hand_in(
        request,
        merchant_id=member.merchant_id,
        folder=desks.folder_of(member.member_id),
        member_id=member.member_id,
    )
    return answer(PhotoKept(photo=key), 201)


@bp.post("/complaints")
@documented(who=[MEMBER], body=Complain, told={201: TicketOpened})
def open_ticket(merchant: str) -> Response:
    """Complain. The shop answers within a day."""
    member, wanted = auth.member(merchant), parse.body(Complain)
    _count(member)
    wish = complaints.Wish(
        merchant_id=member.merchant_id,
        member_id=member.member_id,
        kind=complaints.Kind(wanted.kind),
        text=wanted.text,
        order_number=wanted.order,
        voucher_number=wanted.voucher,
        photos=_own(member, wanted.photos),
    )
    with transaction(merchant=member.merchant_id):
        complaints.claim_uploads(merchant_id=member.merchant_id, keys=wish.photos)
        number = complaints.open_ticket(wish, at=clock.now())
    return answer(TicketOpened(ticket=number), 201)


@bp.get("/complaints")
@documented(who=[MEMBER], query=PageOfTickets, told={200: TicketPage})
def list_tickets(merchant: str) -> Response:
    """My complaints, the newest first; also those that I told WeChat Pay."""
    member, wanted = auth.member(merchant), parse.query(PageOfTickets)
    with transaction(merchant=member.merchant_id):
        page = complaints.list_mine(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    return answer(present_page(page))


@bp.get("/complaints/<ticket>")
@documented(who=[MEMBER], told={200: TicketDetail})
def get_ticket(merchant: str, ticket: str) -> Response:
    """One complaint and all that was said."""
    member, number = _mine(merchant, ticket)
    with transaction(merchant=member.merchant_id):
        found = complaints.get_ticket(
            merchant_id=member.merchant_id, number=number, member_id=member.member_id
        )
        lines = complaints.lines_of(merchant_id=member.merchant_id, ticket_id=found.id)
    return answer(present_ticket(found, lines))


@bp.get("/complaints/<ticket>/photos/<name>")
@documented(who=[MEMBER], told={200: "image/webp"})
def get_photo(merchant: str, ticket: str, name: str) -> Response:
    """A photo of the dialogue."""
    member, number = _mine(merchant, ticket)
    content = desks.photo_of(
        name, merchant_id=member.merchant_id, number=number, member_id=member.member_id
    )
    return picture(content, kind=name.rpartition(".")[2])


@bp.post("/complaints/<ticket>/say")
@documented(who=[MEMBER], body=SayMore, told={204: None})
def say(merchant: str, ticket: str) -> Response:
    """Add something."""
    (member, number), wanted = _mine(merchant, ticket), parse.body(SayMore)
    _count(member)
    photos = _own(member, wanted.photos)
    with transaction(merchant=member.merchant_id):
        complaints.claim_uploads(merchant_id=member.merchant_id, keys=photos)
        complaints.say(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            text=wanted.text,
            photos=photos,
            at=clock.now(),
        )
    return nothing()


@bp.post("/complaints/<ticket>/rate")
@documented(who=[MEMBER], body=RateTicket, told={204: None})
def rate(merchant: str, ticket: str) -> Response:
    """Say how it was, once it is settled."""
    (member, number), wanted = _mine(merchant, ticket), parse.body(RateTicket)
    with transaction(merchant=member.merchant_id):
        complaints.rate(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            stars=wanted.stars,
            text=wanted.comment or "",
            at=clock.now(),
        )
    return nothing()


def _count(member: auth.MemberOnLine) -> None:
    who = {Per.MEMBER: str(member.member_id)}
    limits.check(Action.COMPLAIN, merchant_id=member.merchant_id, who=who)


def _mine(merchant: str, ticket: str) -> tuple[auth.MemberOnLine, str]:
    member = auth.member(merchant)
    number = parse.number(ticket, numbers.Kind.TICKET, merchant_id=member.merchant_id)
    return member, number


def _own(member: auth.MemberOnLine, photos: list[str]) -> list[str]:
    folder = desks.folder_of(member.member_id)
    return desks.own_photos(photos, merchant_id=member.merchant_id, folder=folder)
