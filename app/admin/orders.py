"""Orders: found by filters, and one with its money, its vouchers and all that happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _

from app.admin import actors, door, pages
from app.admin.needs import needs
from app.admin.numbering import kind_of, mine
from app.domain import aftersales, complaints, members, orders, vouchers
from app.domain.aftersales import ReturnView
from app.domain.merchants import Role
from app.domain.orders import OrderFile, OrderFilter, OrderMove, OrderPayment, OrderState
from app.gateways import gateways
from app.kernel import calendar, clock
from app.kernel.db import transaction
from app.kernel.numbers import Kind

bp = Blueprint("orders", __name__)
A_PAGE = 30
ZIP = "application/zip"


@dataclass(frozen=True)
class Moment:
    """A line of an order's timeline; `number` leads to the voucher it speaks of."""

    at: datetime
    words: str
    actor: str | None = None
    note: str | None = None
    voucher: str | None = None


@bp.get("/<merchant>/orders")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Newest first. What is typed into the field leads to one order, or to one member's."""
    said = request.args.get("q", "").strip()
    found = _find(said) if said else None
    if found:
        return pages.go("orders.show", number=found)
    here, wanted = door.here(), _filter(said)
    if wanted is None:
        return pages.page("orders/index.html", page=None, said=said, states=OrderState)
    with transaction(merchant=here.merchant_id):
        page = orders.list_for_desk(
            merchant_id=here.merchant_id,
            wanted=wanted,
            cursor=request.args.get("cursor"),
            limit=A_PAGE,
        )
    return pages.page("orders/index.html", page=page, said=said, states=OrderState)


@bp.get("/<merchant>/orders/<number>")
@needs(Role.MANAGER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        order = orders.open_file(merchant_id=here.merchant_id, number=mine(number, Kind.ORDER))
        which = {"merchant_id": here.merchant_id, "order_id": order.id}
        bills, moves = orders.payments_of(**which), orders.moves_of(**which)
        returns = aftersales.list_of_order(**which)
        story = sorted(_story(order, bills, returns, moves), key=attrgetter("at"))
        known: dict[str, Any] = {
            "bills": bills,
            "returns": returns,
            "story": story,
            "vouchers": orders.vouchers_of(**which),
            "tenders": orders.tenders_of(**which),
            "tickets": complaints.list_of_order(**which),
            "names": actors.told(here.merchant_id, (each.actor for each in story)),
        }
    return pages.page("orders/show.html", order=order, **known)


@bp.post("/<merchant>/orders/<number>/evidence")
@needs(Role.MANAGER, is_dear=True)
def evidence(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """Everything known of an order in one file. Who took it is written down."""
    here, number = door.here(), mine(number, Kind.ORDER)
    with transaction(merchant=here.merchant_id):
        found = complaints.collect(
            merchant_id=here.merchant_id, order_number=number, actor=here.actor, at=clock.now()
        )
    contents = {key: gateways().files.get(key) for key in found.photos}
    photos = {key: content for key, content in contents.items() if content is not None}
    headers = {"Content-Disposition": f'attachment; filename="{number}.zip"'}
    return Response(complaints.pack(found, photos=photos), content_type=ZIP, headers=headers)


def _find(said: str) -> str | None:
    """The one order that these words name, by its number or by a payment's."""
    kind, merchant_id = kind_of(said), door.here().merchant_id
    if kind is Kind.ORDER:
        return said
    if kind is Kind.PAYMENT or (said.isdecimal() and len(said) >= 20):  # noqa: PLR2004 - WeChat's are long
        with transaction(merchant=merchant_id):
            return orders.number_by_payment(merchant_id=merchant_id, said=said)
    return None


def _filter(said: str) -> OrderFilter | None:
    """What was asked for; None when nothing can fit."""
    member_id, merchant_id = None, door.here().merchant_id
    if said:
        if kind_of(said) is not Kind.MEMBER:
            return None
        with transaction(merchant=merchant_id):
            member_id = members.find_member_id(merchant_id=merchant_id, number=said)
        if member_id is None:
            return None
    state = request.args.get("state", "")
    return OrderFilter(
        state=OrderState(state) if state in set(OrderState) else None,
        member_id=member_id,
        since=_begin(request.args.get("since")),
        until=_end(request.args.get("until")),
    )


def _begin(said: str | None) -> datetime | None:
    day = _day(said)
    return calendar.start_of_day(day, door.shop().zone) if day else None


def _end(said: str | None) -> datetime | None:
    day = _day(said)
    return calendar.end_of(day, door.shop().zone) if day else None


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        return None


def _story(
    order: OrderFile, bills: list[OrderPayment], returns: list[ReturnView], moves: list[OrderMove]
) -> Iterator[Moment]:
    yield Moment(order.placed_at, str(_("下单")), f"member:{order.member_id}")
    for bill in bills:
        if bill.received_at:
            yield Moment(bill.received_at, str(_("微信支付到账")), "wechat", bill.transaction_id)
    if order.fulfilled_at:
        yield Moment(order.fulfilled_at, str(_("权益已发放")), "system")
    if order.closed_at:
        yield Moment(order.closed_at, str(_("订单关闭")), None, order.close_reason)
    yield from _returned(returns)
    for move in moves:
        words = vouchers.words_of(move.action, move.reason)
        yield Moment(move.at, words, move.actor, move.name, move.voucher_number)


def _returned(returns: list[ReturnView]) -> Iterator[Moment]:
    for each in returns:
        yield Moment(each.asked_at, str(_("申请退款")), each.asked_by, each.reason)
        if each.done_at:
            yield Moment(each.done_at, str(_("退款完成")), "system", each.number)
        elif each.decision:
            yield Moment(each.moved_at, str(_("退款已处理")), None, each.decision)
