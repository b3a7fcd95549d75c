from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain import aftersales
from app.domain.payments import TransferView
from app.kernel.money import yuan
from app.kernel.paging import Page
from app.web.words import Told


class RefundLine(Told):
    """One thing of the order. `reason` is null for what goes back; `words` are the sum, or why not.

    reason: used, returned, returning, gift_waiting, share_waiting, seat_booked, checkout,
    given_away, expired, frozen, locked, prize, void, no_refund, claimed, spent or served.
    """

    title: str
    voucher: str | None
    paid_fen: int
    back_fen: int
    reason: str | None
    words: str


class RefundQuote(Told):
    """What would go back now, line by line. `needs_approval`: the merchant decides first."""

    order: str
    back_fen: int
    formula: str
    needs_approval: bool
    lines: list[RefundLine]


class RefundView(Told):
    """`state`: asked (the merchant decides), frozen, paying, paid, done, declined or withdrawn.

    `back_fen` is the money in all; `wechat_fen`, `value_fen` and `points` say where it went, once
    it goes. With `to_collect` the money waits to be taken with POST …/collect.
    """

    refund: str
    order: str
    state: str
    back_fen: int
    wechat_fen: int
    value_fen: int
    points: int
    reason: str
    formula: str
    lines: list[RefundLine]
    asked_at: datetime
    done_at: datetime | None
    decision: str | None
    to_collect: bool


class RefundPage(Told):
    items: list[RefundView]
    next_cursor: str | None


class OpenRefund(Told):
    """A refund that waits for the merchant, or has stood still for ten minutes.

    `why` is in words, `help` what to do: decide, wait, retry, to_card (the buyer's bank card), or
    by_hand (pay him in another way, and say so); `trouble` is the platform's word.
    """

    refund: str
    order: str
    state: str
    back: str
    back_fen: int
    reason: str
    asked_at: datetime
    moved_at: datetime
    why: str
    help: str
    trouble: str | None
    refund_at_wechat: str | None
    transfer: str | None
    lines: list[RefundLine]


class OpenRefundPage(Told):
    items: list[OpenRefund]
    next_cursor: str | None


class RefundAsked(Told):
    refund: str
    state: str


class Collecting(Told):
    """Pass `mchId`, `appId` and `package` to wx.requestMerchantTransfer, which names them so.

    `mch_id` and `app_id` say the same and stay for older clients. Without a package the transfer is still being made: ask again in a second.
    """

    state: str
    amount_fen: int
    mchId: str  # noqa: N815 - the name that WeChat's own call asks for
    appId: str  # noqa: N815 - as above
    mch_id: str
    app_id: str
    package: str | None


def present_quote(order_number: str, quote: aftersales.Quote) -> RefundQuote:
    return RefundQuote(
        order=order_number,
        back_fen=quote.back_fen,
        formula=quote.formula,
        needs_approval=quote.needs_word,
        lines=[RefundLine(**vars(line)) for line in quote.lines],
    )


def present_refund(found: aftersales.ReturnView) -> RefundView:
    return RefundView(
        refund=found.number,
        order=found.order_number,
        state=found.state,
        back_fen=found.amount_fen,
        wechat_fen=found.wechat_fen,
        value_fen=found.value_fen,
        points=found.points,
        reason=found.reason,
        formula=found.quote["formula"],
        lines=_lines(found.quote),
        asked_at=found.asked_at,
        done_at=found.done_at,
        decision=found.decision or None,
        to_collect=aftersales.is_to_collect(found),
    )


def present_refunds(page: Page[aftersales.ReturnView]) -> RefundPage:
    items = [present_refund(found) for found in page.items]
    return RefundPage(items=items, next_cursor=page.next_cursor)


def present_open(page: Page[aftersales.ReturnView]) -> OpenRefundPage:
    items = [_open(found) for found in page.items]
    return OpenRefundPage(items=items, next_cursor=page.next_cursor)


def present_collecting(transfer: TransferView, *, mchid: str) -> Collecting:
    return Collecting(
        state=transfer.state,
        amount_fen=transfer.amount_fen,
        mchId=mchid,
        appId=transfer.appid,
        mch_id=mchid,
        app_id=transfer.appid,
        package=transfer.package_info,
    )


def _open(found: aftersales.ReturnView) -> OpenRefund:
    stands = aftersales.explain(found)
    return OpenRefund(
        refund=found.number,
        order=found.order_number,
        state=found.state,
        back=f"{yuan(found.amount_fen)}元",
        back_fen=found.amount_fen,
        reason=found.reason,
        asked_at=found.asked_at,
        moved_at=found.moved_at,
        why=stands.why if stands else "",
        help=stands.help.value if stands else "",
        trouble=found.payout_trouble or found.trouble,
        refund_at_wechat=found.refund_number,
        transfer=found.transfer_number,
        lines=_lines(found.quote),
    )


def _lines(quote: Mapping[str, Any]) -> list[RefundLine]:
    return [RefundLine(**line) for line in quote["lines"]]
