"""The complaint desk: one inbox, answers, presents that make good, evidence. For staff."""

from typing import Literal

from apiflask import APIBlueprint
from flask import Response, request
from msgspec import field

from app.domain import approvals, complaints, members
from app.gateways import gateways
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from app.web import auth, parse
from app.web import complaints as desks
from app.web.answers import PRIVATE, answer, nothing, picture
from app.web.openapi import STAFF, documented
from app.web.words import Asked, Cursor, Limit, Line200, Number
from miniprogram_api.complaints import Photos
from miniprogram_api.presenters.complaints import (
    InboxDetail,
    InboxPage,
    PhotoKept,
    PresentGiven,
    present_given,
    present_inbox,
    present_inbox_ticket,
)
from miniprogram_api.presenters.refunds import RefundAsked
from miniprogram_api.refunds import Vouchers

bp = APIBlueprint(
    "complaint_desk", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Counter"
)

ZIP = "application/zip"


class LookIntoInbox(Asked):
    tab: Literal["open", "resolved"] = "open"
    cursor: Cursor | None = None
    limit: Limit = 20


class ReplyToTicket(Asked):
    """WeChat Pay takes 200 characters and four photos."""

    text: Line200
    photos: Photos = field(default_factory=list)


class ResolveTicket(Asked):
    """How it was settled; the customer reads it."""

    resolution: Line200


class TakeTicket(Asked):
    """From whom: his staff number as the inbox shows it, or null when nobody deals with it."""

    instead_of: Number | None


class RefundInTicket(Asked):
    """`vouchers`: those of the order that go back; without, everything that can."""

    reason: Line200
    vouchers: Vouchers | None = None


class GivePresent(Asked):
    """`benefit` is what is given, `reason` is kept. Outside a ticket `member` says to whom."""

    benefit: Number
    reason: Line200
    ticket: Number | None = None
    member: Number | None = None


@bp.get("/complaints")
@documented(who=[STAFF], query=LookIntoInbox, told={200: InboxPage})
def list_inbox(merchant: str) -> Response:
    """Complaints of the app and of WeChat Pay: who waits right now, then what is due soonest."""
    manager, wanted = auth.manager(merchant), parse.query(LookIntoInbox)
    with transaction(merchant=manager.merchant_id):
        page = complaints.inbox(
            merchant_id=manager.merchant_id,
            tab=complaints.Tab(wanted.tab),
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    phones = [
        complaints.masked_phone(ticket, merchant_id=manager.merchant_id) for ticket in page.items
    ]
    return answer(present_inbox(page, phones, clock.now()))


@bp.get("/complaints/<ticket>")
@documented(who=[STAFF], told={200: InboxDetail})
def look_at_ticket(merchant: str, ticket: str) -> Response:
    """The dialogue, and what is known of the order: payments, vouchers, redemptions."""
    manager, number = _ticket(merchant, ticket)
    with transaction(merchant=manager.merchant_id):
        found = complaints.get_ticket(merchant_id=manager.merchant_id, number=number)
        lines = complaints.lines_of(merchant_id=manager.merchant_id, ticket_id=found.id)
        known = (
            complaints.of_order(merchant_id=manager.merchant_id, order_id=found.order_id)
            if found.order_id
            else None
        )
    phone = complaints.masked_phone(found, merchant_id=manager.merchant_id)
    return answer(present_inbox_ticket(found, lines, phone=phone, evidence=known, at=clock.now()))


@bp.get("/complaints/<ticket>/photos/<name>")
@documented(who=[STAFF], told={200: "image/webp"})
def look_at_photo(merchant: str, ticket: str, name: str) -> Response:
    """A photo of the dialogue."""
    manager, number = _ticket(merchant, ticket)
    content = desks.photo_of(name, merchant_id=manager.merchant_id, number=number)
    return picture(content, kind=name.rpartition(".")[2])


@bp.post("/complaints/photos")
@documented(who=[STAFF], upload="file", told={201: PhotoKept})
def add_photo(merchant: str) -> Response:
    """Hand a photo in for an answer, as a form with the field `file`."""
    manager = auth.manager(merchant)
    key = desks.hand_in(request, merchant_id=manager.merchant_id, folder=_folder(manager))
    return answer(PhotoKept(photo=key), 201)


@bp.post("/complaints/<ticket>/reply")
@documented(who=[STAFF], body=ReplyToTicket, told={204: None})
def reply(merchant: str, ticket: str) -> Response:
    """Answer. What came from WeChat Pay is answered there, within seconds."""
    (manager, number), wanted = _ticket(merchant, ticket), parse.body(ReplyToTicket)
    photos = desks.own_photos(
        wanted.photos, merchant_id=manager.merchant_id, folder=_folder(manager)
    )
    with transaction(merchant=manager.merchant_id):
        complaints.claim_uploads(merchant_id=manager.merchant_id, keys=photos)
        complaints.reply(
            merchant_id=manager.merchant_id,
            number=number,
            text=wanted.text,
            photos=photos,
            actor=manager.actor,
            at=clock.now(),
        )
    return nothing()


@bp.post("/complaints/<ticket>/resolve")
@documented(who=[STAFF], body=ResolveTicket, told={204: None})
def resolve(merchant: str, ticket: str) -> Response:
    """It is settled. One of WeChat Pay's ends when WeChat has taken note."""
    (manager, number), wanted = _ticket(merchant, ticket), parse.body(ResolveTicket)
    with transaction(merchant=manager.merchant_id):
        complaints.resolve(
            merchant_id=manager.merchant_id,
            number=number,
            resolution=wanted.resolution,
            actor=manager.actor,
            at=clock.now(),
        )
    return nothing()


@bp.post("/complaints/<ticket>/take")
@documented(who=[STAFF], body=TakeTicket, told={204: None}, refuses=[409])
def take(merchant: str, ticket: str) -> Response:
    """I deal with it from now on; colleagues see so."""
    (manager, number), wanted = _ticket(merchant, ticket), parse.body(TakeTicket)
    with transaction(merchant=manager.merchant_id):
        complaints.take(
            merchant_id=manager.merchant_id,
            number=number,
            staff_id=manager.staff_id,
            instead_of=wanted.instead_of,
            at=clock.now(),
        )
    return nothing()


@bp.post("/complaints/<ticket>/refund")
@documented(who=[STAFF], body=RefundInTicket, told={201: RefundAsked}, refuses=[409])
def refund(merchant: str, ticket: str) -> Response:
    """Give the money of its order back. Who asked WeChat for it is told there as well."""
    (manager, number), wanted = _ticket(merchant, ticket), parse.body(RefundInTicket)
    merchant_id, at = manager.merchant_id, clock.now()
    with transaction():
        order = complaints.order_to_refund(merchant_id=merchant_id, number=number)
        made = approvals.do_alone(
            merchant_id=merchant_id,
            action=approvals.RefundOrder(
                order_number=order, vouchers=tuple(wanted.vouchers or ()), ticket_number=number
            ),
            reason=wanted.reason,
            actor=manager.actor,
            at=at,
        )
    return answer(RefundAsked(refund=made, state="frozen"), 201)


@bp.post("/goodwill")
@documented(who=[STAFF], body=GivePresent, told={201: PresentGiven}, refuses=[409], keyed=True)
def give_present(merchant: str) -> Response:
    """Give a voucher to make good, within the limits that the merchant has set for the day."""
    staff, wanted = auth.staff(merchant), parse.body(GivePresent)
    if (wanted.ticket is None) == (wanted.member is None):
        raise complaints.GoodwillForWhom("请选择投诉单或会员")
    key = parse.request_key(merchant_id=staff.merchant_id, actor=staff.actor)
    with transaction(merchant=staff.merchant_id):
        member_id = _member_id(staff.merchant_id, wanted.member)
        approvals.refuse_alone(
            merchant_id=staff.merchant_id,
            action=approvals.GiveGoodwill(
                benefit_number=wanted.benefit,
                role=staff.role,
                member_id=member_id,
                ticket_number=wanted.ticket,
            ),
            actor=staff.actor,
            at=clock.now(),
            key=key,
        )
        given = complaints.grant(
            complaints.Present(
                merchant_id=staff.merchant_id,
                member_id=member_id,
                benefit_number=wanted.benefit,
                reason=wanted.reason,
                actor=staff.actor,
                role=staff.role,
                ticket_number=wanted.ticket,
            ),
            key=key,
            at=clock.now(),
        )
    return answer(present_given(given), 201)


@bp.get("/orders/<order>/evidence")
@documented(who=[STAFF], told={200: ZIP})
def evidence(merchant: str, order: str) -> Response:
    """Everything known of an order in one file, for whoever judges a quarrel."""
    manager = auth.manager(merchant)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=manager.merchant_id)
    with transaction(merchant=manager.merchant_id):
        found = complaints.collect(
            merchant_id=manager.merchant_id,
            order_number=number,
            actor=manager.actor,
            at=clock.now(),
        )
    told = complaints.pack(found, photos=photos_of(found))
    headers = {
        "Cache-Control": PRIVATE,
        "Content-Disposition": f'attachment; filename="{number}.zip"',
    }
    return Response(told, content_type=ZIP, headers=headers)


def photos_of(found: complaints.Evidence) -> dict[str, bytes]:
    """The files of its dialogues that are still there."""
    contents = {key: gateways().files.get(key) for key in found.photos}
    return {key: content for key, content in contents.items() if content is not None}


def _ticket(merchant: str, ticket: str) -> tuple[auth.StaffOnLine, str]:
    manager = auth.manager(merchant)
    number = parse.number(ticket, numbers.Kind.TICKET, merchant_id=manager.merchant_id)
    return manager, number


def _folder(staff: auth.StaffOnLine) -> str:
    return f"{desks.PHOTOS}-staff-{staff.staff_id}"


def _member_id(merchant_id: int, number: str | None) -> int | None:
    if number is None:
        return None
    found = members.find_member_id(merchant_id=merchant_id, number=number)
    if found is None:
        raise NotFound("There is no such member.", number=number)
    return found
