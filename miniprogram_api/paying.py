"""Paying for an order, or not: both ask WeChat, and never while a row is held."""

from datetime import datetime, timedelta

from apiflask import APIBlueprint
from flask import Response

from app.domain import orders, payments
from app.gateways.errors import AlreadyPaid
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from app.web import auth, client, parse, tills
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from miniprogram_api.presenters.orders import (
    OrderDetails,
    PayParameters,
    present_order,
    present_pay_parameters,
)

bp = APIBlueprint("paying", __name__, url_prefix="/api/v1/<merchant>/orders", tag="Orders")

# WeChat says two hours; the last ten minutes are for the customer who thinks it over.
PREPAY_LASTS = timedelta(minutes=110)


WHAT_CAME_OF_IT = {
    orders.Outcome.PAID: "该订单已支付，卡券已发放",
    orders.Outcome.ALREADY: "该订单已支付，卡券已发放",
    orders.Outcome.LATE: "订单已关闭，款项将原路退回",
    orders.Outcome.RETURNED: "商家已退回这笔款项",
}


class OrderWasPaid(DomainError):
    """The money had arrived meanwhile: the order is handed over, or the money goes back."""

    code = "already_paid"


class OrderOfOtherApp(DomainError):
    """WeChat lets an order be paid where it was placed only, and by the same account."""

    code = "order_of_other_app"


@bp.post("/<order>/prepay")
@documented(who=[MEMBER], told={200: PayParameters}, refuses=[409, 502])
def prepay(merchant: str, order: str) -> Response:
    """The parameters for wx.requestPayment.

    May be asked again: it stays the same bill, however often.
    """
    member = auth.member(merchant)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=member.merchant_id)
    at = clock.now()
    with transaction():
        due = orders.to_pay(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            on_ios=client.is_ios(),
            at=at,
        )
    _require_same_account(member, due.bill)
    prepay_id = _remembered(due.bill, at) or _announce(member.merchant_id, due, at)
    channel = tills.channel_of(due.bill.channel_id, merchant_id=member.merchant_id)
    till = tills.till(channel, appid=due.bill.appid)
    return answer(present_pay_parameters(till.sign_for_phone(prepay_id=prepay_id, at=at)))


@bp.post("/<order>/cancel")
@documented(who=[MEMBER], told={200: OrderDetails}, refuses=[409, 502])
def cancel(merchant: str, order: str) -> Response:
    """Give an unpaid order up.

    WeChat's bill is closed first. If it was paid meanwhile, the answer is 409 "already_paid" and
    the vouchers are in the wallet.
    """
    member = auth.member(merchant)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=member.merchant_id)
    found, bill = _unpaid(member, number)
    if bill:
        _close_bill(member.merchant_id, bill)
    with transaction():
        orders.close(
            merchant_id=member.merchant_id,
            order_id=found.id,
            reason=orders.CloseReason.CANCELLED,
            at=clock.now(),
        )
        closed = orders.get_order(
            merchant_id=member.merchant_id, member_id=member.member_id, number=number
        )
    return answer(present_order(closed))


def _require_same_account(member: auth.MemberOnLine, bill: payments.Bill) -> None:
    if (bill.appid, bill.payer_openid) != (member.appid, auth.openid_of(member)):
        raise OrderOfOtherApp("请在下单的小程序或公众号页面中付款，或取消后重新下单")


def _remembered(bill: payments.Bill, at: datetime) -> str | None:
    is_fresh = bill.prepaid_at is not None and at < bill.prepaid_at + PREPAY_LASTS
    return bill.prepay_id if is_fresh else None


def _announce(merchant_id: int, due: orders.ToPay, at: datetime) -> str:
    bill = due.bill
    channel = tills.channel_of(bill.channel_id, merchant_id=merchant_id)
    try:
        prepay_id = tills.till(channel, appid=bill.appid).prepay(
            number=bill.number,
            amount_fen=bill.amount_fen,
            openid=bill.payer_openid,
            title=due.title,
            expires_at=due.expires_at,
            client_ip=client.address(),
        )
    except AlreadyPaid:
        _take_what_was_paid(merchant_id, bill)
        raise
    with transaction():
        payments.remember_prepay(
            merchant_id=merchant_id, payment_number=bill.number, prepay_id=prepay_id, at=at
        )
    return prepay_id


def _unpaid(
    member: auth.MemberOnLine, number: str
) -> tuple[orders.OrderView, payments.Bill | None]:
    """The order and its bill, if it is still to be paid. An order that is over is OrderNotPayable."""
    with transaction():
        found = orders.get_order(
            merchant_id=member.merchant_id, member_id=member.member_id, number=number
        )
        if found.state == orders.OrderState.CLOSED:
            return found, None
        if found.state != orders.OrderState.PENDING:
            raise orders.OrderNotPayable("该订单已支付，无法取消", state=found.state)
        return found, payments.find_bill(merchant_id=member.merchant_id, order_id=found.id)


def _close_bill(merchant_id: int, bill: payments.Bill) -> None:
    channel = tills.channel_of(bill.channel_id, merchant_id=merchant_id)
    try:
        tills.till(channel, appid=bill.appid).close(number=bill.number)
    except AlreadyPaid:
        _take_what_was_paid(merchant_id, bill)
        raise


def _take_what_was_paid(merchant_id: int, bill: payments.Bill) -> None:
    """The notice is late or lost: ask what was paid, hand it over, and say so.

    Raises OrderWasPaid, unless WeChat does not know of the money after all.
    """
    channel = tills.channel_of(bill.channel_id, merchant_id=merchant_id)
    found = tills.till(channel, appid=bill.appid).look_up(number=bill.number)
    if found is None or found.state not in tills.MONEY_CAME:
        return
    fact = tills.fact_of(
        found, merchant_id=merchant_id, channel_id=bill.channel_id, fallback_at=clock.now()
    )
    with transaction():
        outcome = orders.confirm_paid(fact, at=clock.now())
    raise OrderWasPaid(WHAT_CAME_OF_IT[outcome])
