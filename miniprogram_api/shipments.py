"""Parcels of monthly cards, for those who pack and send them."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import subscriptions
from app.domain.subscriptions import ParcelState
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import STAFF, documented
from app.web.words import VISIBLE, Asked, Cursor, Limit, Line200
from miniprogram_api.presenters.subscriptions import (
    PackedPage,
    PackedShown,
    present_packed,
    present_packed_page,
)

bp = APIBlueprint(
    "shipments", __name__, url_prefix="/api/v1/<merchant>/counter/parcels", tag="Counter"
)


class PageOfParcels(Asked):
    """`send_on`: the day on which their period begins."""

    state: Literal["to_send", "sent", "delivered", "failed"] = "to_send"
    send_on: date | None = None
    cursor: Cursor | None = None
    limit: Limit = 20


class ParcelOnItsWay(Asked):
    """`company` is WeChat's id of the delivery company, such as SF."""

    company: Annotated[str, Meta(min_length=1, max_length=128, pattern=VISIBLE)]
    tracking_number: Annotated[str, Meta(min_length=1, max_length=128, pattern=VISIBLE)]


class ParcelLost(Asked):
    reason: Line200


class SendAgain(Asked):
    """`cost_fen`: what sending it once more costs the shop."""

    cost_fen: Annotated[int, Meta(ge=0, le=1_000_000)]


@bp.get("")
@documented(who=[STAFF], query=PageOfParcels, told={200: PackedPage})
def list_parcels(merchant: str) -> Response:
    """Parcels in one state, the oldest first; `failed` is the queue of those to send again."""
    staff, wanted = auth.staff(merchant), parse.query(PageOfParcels)
    with transaction(merchant=staff.merchant_id):
        page = subscriptions.list_parcels(
            merchant_id=staff.merchant_id,
            state=ParcelState(wanted.state),
            send_on=wanted.send_on,
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


def _do(verb: Callable[..., None], staff: auth.StaffOnLine, parcel: str, **more: Any) -> Response:
    number = parse.number(parcel, numbers.Kind.PARCEL, merchant_id=staff.merchant_id)
    mine = staff.merchant_id
    with transaction(merchant=mine):
        verb(merchant_id=mine, number=number, actor=staff.actor, at=clock.now(), **more)
        found = subscriptions.get_parcel(merchant_id=mine, number=number)
    return answer(present_packed(found))
