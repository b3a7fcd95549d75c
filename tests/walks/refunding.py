"""A house's orders on their way back."""

import secrets
from datetime import timedelta

from app.domain import aftersales, payments
from app.domain.catalog import RefundPolicy
from app.kernel import clock
from app.kernel.db import db, execute, transaction
from tests.api.calling import a_notice
from tests.builders.aftersales import a_refund, walk
from tests.builders.catalog import an_offer
from tests.builders.orders import a_paid_order
from tests.simulator.world import MERCHANT

YEAR = timedelta(days=366)


def a_paid(house, *, ago=timedelta(minutes=1), **more):
    """The number of an order of our member's that was paid and not used."""
    placed = a_paid_order(house, buyer=house.member.who, at=clock.now() - ago, **more)
    db.session.rollback()
    return placed.order_number


def a_running_return(house, **more):
    """The number of a return of our member's whose money has not moved."""
    number = a_refund(house, house.member.who, a_paid(house, **more), at=clock.now())
    db.session.rollback()
    return number


def a_waiting_return(house):
    """One that waits for the merchant's word."""
    number = a_running_return(house)
    with transaction():
        execute(
            "UPDATE returns SET state = 'asked' WHERE merchant_id = %(m)s AND number = %(n)s",
            {"m": house.id, "n": number},
        )
    return number


def a_closed_return(house):
    """One whose refund WeChat closed."""
    number = a_running_return(house)
    walk(house, number, at=clock.now())
    with transaction():
        execute(
            """UPDATE refunds r SET state = 'closed' FROM returns b
            WHERE r.merchant_id = %(m)s AND b.merchant_id = r.merchant_id
              AND r.number = b.refund_number AND b.number = %(n)s""",
            {"m": house.id, "n": number},
        )
    return number


def a_late_return(house):
    """One whose money is a transfer that our member confirms."""
    offer = an_offer(merchant=house.merchant, refund_policy=RefundPolicy.ANY_TIME_AND_EXPIRED)
    number = a_running_return(house, ago=YEAR, offer=offer)
    assert walk(house, number, at=clock.now()) == "paying"
    db.session.rollback()
    return number


def a_transfer_notice(house):
    """The money of a late return has arrived."""
    number = a_late_return(house)
    with transaction():
        found = aftersales.get_return(merchant_id=house.id, number=number)
        sent = payments.find_transfer(merchant_id=house.id, number=found.transfer_number)
    house.secrets.add(sent.openid)
    said = {
        "out_bill_no": sent.number,
        "transfer_bill_no": "1330" + secrets.token_hex(10),
        "state": "SUCCESS",
        "mch_id": MERCHANT.mchid,
        "transfer_amount": sent.amount_fen,
        "openid": sent.openid,
        "create_time": "2026-05-01T10:00:00+08:00",
        "update_time": "2026-05-01T10:00:00+08:00",
    }
    headers, body = a_notice(said, event="MCHTRANSFER.BILL.FINISHED", about="mch_payment")
    return {"data": body, "headers": headers}
