"""Parcels of monthly cards, for those who pack and send them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import approvals, subscriptions
from app.domain.subscriptions import ParcelFilter, ParcelState, TrackingLine
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import STAFF, documented
from app.web.words import Asked, Cursor, Limit, Line200, Number
from miniprogram_api.presenters.subscriptions import (
    Labels,
    PackedPage,
    PackedShown,
    ParcelRefunded,
    TrackingTaken,
    present_label,
    present_packed,
    present_packed_page,
)

bp = APIBlueprint(
    "shipments", __name__, url_prefix="/api/v1/<merchant>/counter/parcels", tag="Counter"
)


# As long as a body may be.
Csv = Annotated[str, Meta(min_length=1, max_length=10_000)]


class PageOfParcels(Asked):
    """`since`, `until`: days on which their period begins; `benefit` and `card` by number.

    State `any`: all of them.
    """

    state: Literal["to_send", "sent", "delivered", "failed", "given_up", "any"] = "to_send"
    since: date | None = None
    until: date | None = None
    benefit: Number | None = None
    card: Number | None = None
    cursor: Cursor | None = None
    limit: Limit = 20


Tracked = Annotated[str, Meta(max_length=128, pattern=r"^[-_]*[0-9A-Za-z][0-9A-Za-z_-]*$(?!\n)")]


class ParcelOnItsWay(Asked):
    """`company` is WeChat's id of the delivery company, such as SF."""

    company: Tracked
    tracking_number: Tracked


class ParcelLost(Asked):
    reason: Line200


class TrackedParcel(Asked):
    """A line: as in ParcelOnItsWay."""

    parcel: Number
    company: Tracked
    tracking_number: Tracked


class TrackedParcels(Asked):
    lines: Annotated[list[TrackedParcel], Meta(min_length=1, max_length=500)]


class TrackingTable(Asked):
    """CSV with the columns parcel, company and tracking_number; some 250 lines at once."""

    csv: Csv


class PrintLabels(Asked):
    """Of periods that begin by this day."""

    until: date


class SendAgain(Asked):
    """`cost_fen`: what sending it once more costs the shop."""

    cost_fen: Annotated[int, Meta(ge=0, le=1_000_000)]


@bp.get("")
@documented(who=[STAFF], query=PageOfParcels, told={200: PackedPage})
def list_parcels(merchant: str) -> Response:
    """Parcels that fit, by the day to send them on; `failed` is the queue of those to send again."""
    staff, wanted = auth.staff(merchant), parse.query(PageOfParcels)
    with transaction(merchant=staff.merchant_id):
        page = subscriptions.list_parcels(
            merchant_id=staff.merchant_id,
            wanted=_filter(wanted),
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    return answer(present_packed_page(page))


@bp.post("/<parcel>/sent")
@documented(who=[STAFF], body=ParcelOnItsWay, told={200: PackedShown}, refuses=[409])
def send(merchant: str, parcel: str) -> Response:
    """It is on its way: the member and WeChat are told. The same again changes nothing."""
    staff, wanted = auth.staff(merchant), parse.body(ParcelOnItsWay)
    said = {"company": wanted.company, "tracking_number": wanted.tracking_number}
    return _do(subscriptions.send, staff, parcel, **said)


@bp.post("/<parcel>/delivered")
@documented(who=[STAFF], told={200: PackedShown}, refuses=[409])
def deliver(merchant: str, parcel: str) -> Response:
    """It arrived."""
    return _do(subscriptions.deliver, auth.staff(merchant), parcel)


@bp.post("/<parcel>/failed")
@documented(who=[STAFF], body=ParcelLost, told={200: PackedShown}, refuses=[409])
def fail(merchant: str, parcel: str) -> Response:
    """It came back, or never arrived; it waits to be sent again."""
    staff, wanted = auth.staff(merchant), parse.body(ParcelLost)
    return _do(subscriptions.fail, staff, parcel, reason=wanted.reason)


@bp.post("/<parcel>/resend")
@documented(who=[STAFF], body=SendAgain, told={200: PackedShown}, refuses=[409])
def resend(merchant: str, parcel: str) -> Response:
    """Pack it again, to where the member wants his parcels now. For managers."""
    staff, wanted = auth.manager(merchant), parse.body(SendAgain)
    return _do(subscriptions.resend, staff, parcel, cost_fen=wanted.cost_fen)


@bp.post("/<parcel>/refund")
@documented(who=[STAFF], body=ParcelLost, told={200: ParcelRefunded}, refuses=[409])
def refund(merchant: str, parcel: str) -> Response:
    """It is not sent any more, and its part of the money goes back. For managers.

    Above the merchant's limit a second person decides, in the panel.
    """
    manager, wanted = auth.manager(merchant), parse.body(ParcelLost)
    number = parse.number(parcel, numbers.Kind.PARCEL, merchant_id=manager.merchant_id)
    with transaction():
        made = approvals.do_alone(
            merchant_id=manager.merchant_id,
            action=approvals.RefundParcel(parcel_number=number),
            reason=wanted.reason,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(ParcelRefunded(parcel=number, refund=None if made == number else made))


@bp.post("/labels")
@documented(who=[STAFF], body=PrintLabels, told={200: Labels})
def print_labels(merchant: str) -> Response:
    """Whole addresses of what is to be sent. Who asked is written down. For managers."""
    manager, wanted = auth.manager(merchant), parse.body(PrintLabels)
    with transaction(merchant=manager.merchant_id):
        found = subscriptions.labels(
            merchant_id=manager.merchant_id,
            send_on=wanted.until,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(Labels(items=[present_label(each) for each in found]))


@bp.post("/tracking")
@documented(who=[STAFF], body=TrackedParcels, told={200: TrackingTaken}, refuses=[409])
def take_tracking(merchant: str) -> Response:
    """Many are on their way. A bad line stops all of them, and every bad line is named."""
    staff = auth.staff(merchant)
    return _send_all(staff, _lines(parse.body(TrackedParcels)))


@bp.post("/tracking-table")
@documented(who=[STAFF], body=TrackingTable, told={200: TrackingTaken}, refuses=[409])
def take_table(merchant: str) -> Response:
    """The same as a table: all of it is written, or nothing."""
    staff = auth.staff(merchant)
    return _send_all(staff, subscriptions.read_table(parse.body(TrackingTable).csv))


def _send_all(staff: auth.StaffOnLine, lines: Sequence[TrackingLine]) -> Response:
    with transaction(merchant=staff.merchant_id):
        sent = subscriptions.send_all(
            merchant_id=staff.merchant_id,
            lines=lines,
            actor=staff.actor,
            at=clock.now(),
        )
    return answer(TrackingTaken(sent=sent))


def _lines(wanted: TrackedParcels) -> list[TrackingLine]:
    return [
        TrackingLine(
            line=place,
            parcel=each.parcel,
            company=each.company,
            tracking_number=each.tracking_number,
        )
        for place, each in enumerate(wanted.lines, start=1)
    ]


def _filter(wanted: PageOfParcels) -> ParcelFilter:
    return ParcelFilter(
        state=None if wanted.state == "any" else ParcelState(wanted.state),
        since=wanted.since,
        until=wanted.until,
        benefit_number=wanted.benefit,
        card_number=wanted.card,
    )


def _do(verb: Callable[..., None], staff: auth.StaffOnLine, parcel: str, **more: Any) -> Response:
    number = parse.number(parcel, numbers.Kind.PARCEL, merchant_id=staff.merchant_id)
    mine = staff.merchant_id
    with transaction(merchant=mine):
        verb(merchant_id=mine, number=number, actor=staff.actor, at=clock.now(), **more)
        found = subscriptions.get_parcel(merchant_id=mine, number=number)
    return answer(present_packed(found))
