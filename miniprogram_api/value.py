"""My stored value: what is there, where it came from, what it paid for, and confirming again."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import family, stored_value
from app.domain.stored_value import ConfirmationInvalid
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit, WechatCode
from miniprogram_api.presenters.value import (
    ConfirmationTold,
    StoredValue,
    TopUpRefundQuote,
    ValueCreditPage,
    ValueEntries,
    ValueReceipt,
    present_credits,
    present_history,
    present_quote,
    present_receipt,
    present_value,
)
from miniprogram_api.session import recognise

bp = APIBlueprint("value", __name__, url_prefix="/api/v1/<merchant>/value", tag="Customer")


class PageOfValue(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


class ConfirmSpending(Asked):
    """A new code of wx.login(), so that it is the person who holds the phone now."""

    code: WechatCode
    amount_fen: Annotated[int, Meta(ge=1, le=stored_value.NAMED_CAP_FEN)]


@bp.get("")
@documented(who=[MEMBER], told={200: StoredValue})
def get_value(merchant: str) -> Response:
    """How much stored value I have; what I paid and what was given on top, apart."""
    member = auth.member(merchant)
    with transaction():
        found = stored_value.balance(merchant_id=member.merchant_id, member_id=member.member_id)
        limits = stored_value.spend_limits(merchant_id=member.merchant_id)
        spent_fen = stored_value.unconfirmed_fen(
            merchant_id=member.merchant_id, member_id=member.member_id, at=clock.now()
        )
        family_pays = family.has_seat(merchant_id=member.merchant_id, member_id=member.member_id)
    told = present_value(found, limits=limits, unconfirmed_fen=spent_fen, family_pays=family_pays)
    return answer(told)


@bp.get("/entries")
@documented(who=[MEMBER], query=PageOfValue, told={200: ValueEntries})
def list_entries(merchant: str) -> Response:
    """Every change of my stored value, the newest first."""
    member, wanted = auth.member(merchant), parse.query(PageOfValue)
    with transaction():
        page = stored_value.list_history(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    return answer(present_history(page))


@bp.get("/top-ups")
@documented(who=[MEMBER], query=PageOfValue, told={200: ValueCreditPage})
def list_top_ups(merchant: str) -> Response:
    """Top-ups, claimed gift cards and corrections, with what rests of each."""
    member, wanted = auth.member(merchant), parse.query(PageOfValue)
    with transaction():
        page = stored_value.list_credits(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    return answer(present_credits(page))


@bp.get("/top-ups/<order>/refund-quote")
@documented(who=[MEMBER], told={200: TopUpRefundQuote})
def refund_quote(merchant: str, order: str) -> Response:
    """What of a top-up would go back under each rule, line by line."""
    member = auth.member(merchant)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=member.merchant_id)
    with transaction():
        quote = stored_value.quote_own_topup(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            order_number=number,
            at=clock.now(),
        )
    return answer(present_quote(quote))


@bp.get("/receipts/<order>")
@documented(who=[MEMBER], told={200: ValueReceipt})
def get_receipt(merchant: str, order: str) -> Response:
    """Which of my top-ups paid for an order, or which of the owner's when it was his family card."""
    member = auth.member(merchant)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=member.merchant_id)
    with transaction():
        found = stored_value.receipt(
            merchant_id=member.merchant_id, member_id=member.member_id, order_number=number
        )
    return answer(present_receipt(found, order=number))


@bp.post("/confirmations")
@documented(
    who=[MEMBER],
    body=ConfirmSpending,
    told={201: ConfirmationTold},
    refuses=[401, 403, 404, 409, 502],
)
def confirm(merchant: str) -> Response:
    """Say once more that it is me, before a large spending.

    The token is good for one order up to that amount, for five minutes.
    """
    member, wanted = auth.member(merchant), parse.body(ConfirmSpending)
    guest = auth.Guest(merchant_id=member.merchant_id)
    _, known = recognise(guest, member.appid, wanted.code)
    if known.openid != auth.openid_of(member):
        raise ConfirmationInvalid("请用当前登录的微信确认")
    with transaction():
        given = stored_value.confirm(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            amount_fen=wanted.amount_fen,
            at=clock.now(),
        )
    told = ConfirmationTold(token=given.token, amount_fen=given.amount_fen, ends_at=given.ends_at)
    return answer(told, 201)
