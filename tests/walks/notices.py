"""What WeChat Pay would say about a house's bills: sealed and signed as the platform does."""

import secrets
from datetime import timedelta

from app.domain import orders, payments
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.api.calling import a_notice
from tests.builders.orders import a_paid_fact, an_order, order_id_of
from tests.simulator.world import MERCHANT

TRANSACTION, REFUND = "TRANSACTION.SUCCESS", "REFUND.SUCCESS"


def a_payment_notice(house, *, order=None, **changes):
    """Our member paid an order of his, or a new one."""
    number = order or house.order()
    order_id = order_id_of(house, number)
    bill = payments.find_bill(merchant_id=house.id, order_id=order_id)
    db.session.rollback()
    said = {
        "mchid": MERCHANT.mchid,
        "appid": bill.appid,
        "out_trade_no": bill.number,
        "transaction_id": "42000" + secrets.token_hex(10),
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "bank_type": "OTHERS",
        "success_time": _said_at(clock.now()),
        "payer": {"openid": bill.payer_openid},
        "amount": {"total": bill.amount_fen, "payer_total": bill.amount_fen, "currency": "CNY"},
    }
    house.secrets.add(bill.payer_openid)
    headers, body = a_notice(said | changes)
    return {"data": body, "headers": headers}


def a_coupon_notice(**changes):
    """Somebody was given a merchant coupon."""
    said = {
        "event_type": "EVENT_TYPE_BUSICOUPON_SEND",
        "coupon_code": secrets.token_hex(8),
        "stock_id": "98065001",
        "send_time": _said_at(clock.now()),
        "send_channel": "BUSICOUPON_SEND_CHANNEL_MINIAPP",
        "send_merchant": MERCHANT.mchid,
    }
    headers, body = a_notice(said | changes, event="COUPON.SEND", about="coupon")
    return {"data": body, "headers": headers}


def a_complaint_notice(**changes):
    """Somebody complained."""
    said = {"complaint_id": "2000" + secrets.token_hex(8), "action_type": "CREATE_COMPLAINT"}
    headers, body = a_notice(said | changes, event="COMPLAINT.CREATE", about="complaint")
    return {"data": body, "headers": headers}


def a_refund_notice(house, **changes):
    """Money that came too late went back."""
    fact, refund = _money_on_its_way_back(house)
    said = {
        "mchid": MERCHANT.mchid,
        "out_trade_no": fact.payment_number,
        "transaction_id": fact.transaction_id,
        "out_refund_no": refund,
        "refund_id": "50000" + secrets.token_hex(10),
        "refund_status": "SUCCESS",
        "success_time": _said_at(clock.now()),
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": fact.amount_fen,
            "refund": fact.amount_fen,
            "payer_total": fact.amount_fen,
            "payer_refund": fact.amount_fen,
        },
    }
    headers, body = a_notice(said | changes, event=REFUND, about="refund")
    return {"data": body, "headers": headers}


def _money_on_its_way_back(house):
    at = clock.now() - timedelta(hours=1)
    placed = an_order(house, buyer=house.member.who, at=at)
    fact = a_paid_fact(house, placed, at=at)
    order_id = order_id_of(house, placed.order_number)
    db.session.rollback()
    with transaction():
        bill = payments.find_bill(merchant_id=house.id, order_id=order_id)
        orders.close(
            merchant_id=house.id, order_id=order_id, reason=orders.CloseReason.CANCELLED, at=at
        )
        orders.confirm_paid(fact, at=at)
        refund = orders.return_late_money(merchant_id=house.id, payment_id=bill.payment_id, at=at)
    return fact, refund


def _said_at(instant):
    return instant.isoformat(timespec="seconds")
