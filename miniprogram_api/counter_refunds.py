"""Refunds that wait for the merchant's word, or stand still: managers look, decide and help."""

from typing import Literal

from apiflask import APIBlueprint
from flask import Response

from app.domain import aftersales, approvals
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import STAFF, documented
from app.web.words import Asked, Cursor, Limit, Line200
from miniprogram_api.presenters.refunds import (
    OpenRefundPage,
    RefundAsked,
    RefundQuote,
    present_open,
    present_quote,
)
from miniprogram_api.refunds import Vouchers

bp = APIBlueprint(
    "counter_refunds", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Counter"
)


class PageOfOpenRefunds(Asked):
    """`only`: those that wait for a decision (asked), or those that stand still (stuck)."""

    only: Literal["asked", "stuck"] | None = None
    cursor: Cursor | None = None
    limit: Limit = 20


class DecideRefund(Asked):
    """`reason` is kept with the decision; the buyer reads it when it is a no."""

    reason: Line200


class RefundPaidByHand(Asked):
    """`how`: by which way it was paid and under which number there. Kept with the payout."""

    how: Line200


class RefundForBuyer(Asked):
    """Also what a friend holds, what is over, and what was sold without refunds."""

    reason: Line200
    vouchers: Vouchers | None = None


@bp.get("/refunds")
@documented(who=[STAFF], query=PageOfOpenRefunds, told={200: OpenRefundPage})
def list_open(merchant: str) -> Response:
    """What waits for a decision, and what has stood still for ten minutes; the oldest first."""
    manager, wanted = auth.manager(merchant), parse.query(PageOfOpenRefunds)
    with transaction(merchant=manager.merchant_id):
        page = aftersales.list_open(
            merchant_id=manager.merchant_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
            at=clock.now(),
            only=aftersales.Open(wanted.only) if wanted.only else None,
        )
    return answer(present_open(page))


@bp.get("/orders/<order>/refund-quote")
@documented(who=[STAFF], told={200: RefundQuote}, refuses=[409])
def quote(merchant: str, order: str) -> Response:
    """What a manager could give back of this order, line by line."""
    manager = auth.manager(merchant)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=manager.merchant_id)
    with transaction():
        found = aftersales.quote(
            merchant_id=manager.merchant_id,
            member_id=None,
            order_number=number,
            asker=aftersales.Asker.MERCHANT,
            at=clock.now(),
        )
    return answer(present_quote(number, found))


@bp.post("/orders/<order>/refunds")
@documented(who=[STAFF], body=RefundForBuyer, told={201: RefundAsked}, refuses=[409])
def ask_for_buyer(merchant: str, order: str) -> Response:
    """Give the buyer money back that no rule gives back by itself."""
    manager, wanted = auth.manager(merchant), parse.body(RefundForBuyer)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=manager.merchant_id)
    action = approvals.RefundOrder(order_number=number, vouchers=tuple(wanted.vouchers or ()))
    with transaction():
        made = _do_alone(manager, action, wanted.reason)
    return answer(RefundAsked(refund=made, state="frozen"), 201)


@bp.post("/refunds/<refund>/approve")
@documented(who=[STAFF], body=DecideRefund, told={200: RefundAsked}, refuses=[409])
def approve(merchant: str, refund: str) -> Response:
    """The money goes."""
    manager, wanted = auth.manager(merchant), parse.body(DecideRefund)
    number = parse.number(refund, numbers.Kind.RETURN, merchant_id=manager.merchant_id)
    with transaction():
        _do_alone(manager, approvals.AgreeToRefund(refund_number=number), wanted.reason)
    return answer(RefundAsked(refund=number, state="frozen"))


@bp.post("/refunds/<refund>/decline")
@documented(who=[STAFF], body=DecideRefund, told={200: RefundAsked}, refuses=[409])
def decline(merchant: str, refund: str) -> Response:
    """No money goes; what was frozen is usable again."""
    manager, wanted = auth.manager(merchant), parse.body(DecideRefund)
    number = parse.number(refund, numbers.Kind.RETURN, merchant_id=manager.merchant_id)
    with transaction():
        aftersales.decline(
            merchant_id=manager.merchant_id,
            number=number,
            reason=wanted.reason,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(RefundAsked(refund=number, state="declined"))


@bp.post("/refunds/<refund>/retry")
@documented(who=[STAFF], told={200: RefundAsked}, refuses=[409], keyed=True)
def retry(merchant: str, refund: str) -> Response:
    """Try the step on which it stands once more. What may still arrive is not paid twice."""
    manager = auth.manager(merchant)
    number = parse.number(refund, numbers.Kind.RETURN, merchant_id=manager.merchant_id)
    key = parse.request_key(merchant_id=manager.merchant_id, actor=manager.actor)
    with transaction():
        aftersales.retry(
            merchant_id=manager.merchant_id,
            number=number,
            actor=manager.actor,
            key=key,
            at=clock.now(),
        )
        found = aftersales.get_return(merchant_id=manager.merchant_id, number=number)
    return answer(RefundAsked(refund=number, state=found.state))


@bp.post("/refunds/<refund>/transfer")
@documented(who=[STAFF], told={200: RefundAsked}, refuses=[409], keyed=True)
def transfer(merchant: str, refund: str) -> Response:
    """Pay by a transfer, which the buyer confirms, what WeChat closed the refund of."""
    manager = auth.manager(merchant)
    number = parse.number(refund, numbers.Kind.RETURN, merchant_id=manager.merchant_id)
    key = parse.request_key(merchant_id=manager.merchant_id, actor=manager.actor)
    with transaction():
        aftersales.retry_by_transfer(
            merchant_id=manager.merchant_id,
            number=number,
            actor=manager.actor,
            key=key,
            at=clock.now(),
        )
    return answer(RefundAsked(refund=number, state="paying"))


@bp.post("/refunds/<refund>/paid-by-hand")
@documented(who=[STAFF], body=RefundPaidByHand, told={200: RefundAsked}, refuses=[409], keyed=True)
def paid_by_hand(merchant: str, refund: str) -> Response:
    """You paid the buyer what WeChat cannot, or gave it back in WeChat's console: say so once."""
    manager, wanted = auth.manager(merchant), parse.body(RefundPaidByHand)
    number = parse.number(refund, numbers.Kind.RETURN, merchant_id=manager.merchant_id)
    key = parse.request_key(merchant_id=manager.merchant_id, actor=manager.actor)
    with transaction():
        approvals.refuse_alone(
            merchant_id=manager.merchant_id,
            action=approvals.PaidByHand(refund_number=number, how=wanted.how),
            actor=manager.actor,
            at=clock.now(),
            key=key,
        )
        aftersales.paid_by_hand(
            merchant_id=manager.merchant_id,
            number=number,
            how=wanted.how,
            actor=manager.actor,
            key=key,
            at=clock.now(),
        )
    return answer(RefundAsked(refund=number, state="paying"))


def _do_alone(manager: auth.StaffOnLine, action: approvals.Action, reason: str) -> str:
    """Above the merchant's limit a second person decides, in the panel."""
    return approvals.do_alone(
        merchant_id=manager.merchant_id,
        action=action,
        reason=reason,
        actor=manager.actor,
        at=clock.now(),
    )
