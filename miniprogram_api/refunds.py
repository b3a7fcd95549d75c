"""Getting money back: what would come back, asking for it, and following it."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import aftersales
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse, tills
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit, Line200, Number
from miniprogram_api.presenters.refunds import (
    Collecting,
    RefundPage,
    RefundQuote,
    RefundView,
    present_collecting,
    present_quote,
    present_refund,
    present_refunds,
)

bp = APIBlueprint("refunds", __name__, url_prefix="/api/v1/<merchant>", tag="Orders")

Vouchers = Annotated[list[Number], Meta(min_length=1, max_length=100)]


class AskRefund(Asked):
    """`vouchers`: those of the order that are to go back; without, everything that can."""

    reason: Line200
    vouchers: Vouchers | None = None


class PageOfRefunds(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


@bp.get("/orders/<order>/refund-quote")
@documented(who=[MEMBER], told={200: RefundQuote}, refuses=[409])
def quote(merchant: str, order: str) -> Response:
    """What of this order would come back now, and how much that is, with the sum in words."""
    member = auth.member(merchant)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=member.merchant_id)
    with transaction():
        found = aftersales.quote(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            order_number=number,
            asker=aftersales.Asker.BUYER,
            at=clock.now(),
        )
    return answer(present_quote(number, found))


@bp.post("/orders/<order>/refunds")
@documented(who=[MEMBER], body=AskRefund, told={201: RefundView}, refuses=[409], keyed=True)
def ask(merchant: str, order: str) -> Response:
    """Give back what is not used.

    It is frozen at once. What was sold with a refund goes back by itself; the rest waits for the
    merchant.
    """
    member, wanted = auth.member(merchant), parse.body(AskRefund)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=member.merchant_id)
    key = parse.request_key(merchant_id=member.merchant_id, actor=f"member:{member.member_id}")
    with transaction():
        made = aftersales.ask(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            wanted=aftersales.Wanted(
                order_number=number, reason=wanted.reason, vouchers=wanted.vouchers or ()
            ),
            key=key,
            at=clock.now(),
        )
        found = aftersales.get_return(merchant_id=member.merchant_id, number=made)
    return answer(present_refund(found), 201)


@bp.get("/refunds")
@documented(who=[MEMBER], query=PageOfRefunds, told={200: RefundPage})
def list_mine(merchant: str) -> Response:
    """My refunds, the newest first."""
    member, wanted = auth.member(merchant), parse.query(PageOfRefunds)
    with transaction():
        page = aftersales.list_returns(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    return answer(present_refunds(page))


@bp.get("/refunds/<refund>")
@documented(who=[MEMBER], told={200: RefundView})
def get(merchant: str, refund: str) -> Response:
    """One refund of mine, and where it stands."""
    member = auth.member(merchant)
    number = parse.number(refund, numbers.Kind.RETURN, merchant_id=member.merchant_id)
    with transaction():
        found = aftersales.get_return(
            merchant_id=member.merchant_id, number=number, member_id=member.member_id
        )
    return answer(present_refund(found))


@bp.post("/refunds/<refund>/withdraw")
@documented(who=[MEMBER], told={200: RefundView}, refuses=[409])
def withdraw(merchant: str, refund: str) -> Response:
    """Take the wish back before the merchant has decided; everything is as it was."""
    member = auth.member(merchant)
    number = parse.number(refund, numbers.Kind.RETURN, merchant_id=member.merchant_id)
    with transaction():
        aftersales.withdraw(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            at=clock.now(),
        )
        found = aftersales.get_return(merchant_id=member.merchant_id, number=number)
    return answer(present_refund(found))


@bp.post("/refunds/<refund>/collect")
@documented(who=[MEMBER], told={200: Collecting}, refuses=[409])
def collect(merchant: str, refund: str) -> Response:
    """Take money that is too late for a refund, and so comes by a transfer.

    One that was not confirmed within a day has lapsed; then another one is made.
    """
    member = auth.member(merchant)
    number = parse.number(refund, numbers.Kind.RETURN, merchant_id=member.merchant_id)
    with transaction():
        sent = aftersales.collect(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            at=clock.now(),
        )
    keys = tills.channel_of(sent.channel_id, merchant_id=member.merchant_id)
    return answer(present_collecting(sent, mchid=keys.mchid))
