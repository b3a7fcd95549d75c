"""Somebody complains to the pretend WeChat Pay, and the house deals with it."""

import base64

from app.domain import complaints as tickets
from app.domain.complaints import Ticket, TicketLine
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.simulator.open_platform.picture import picture
from app.web import complaints as desks
from jobs import complaints
from tests.jobs.shop import BUYER

PNG = base64.b64encode(picture({"of": "receipt"}, width=32)).decode()
STAFF = "staff:1"


def listening(shop):
    """The shop with one paid order."""
    placed = shop.order()
    shop.pay()
    (bill,) = [
        each["resource"]
        for each in shop.ask("GET", "/_sim/notices")
        if each["resource"].get("out_trade_no") == placed.payment_number
    ]
    shop.placed, shop.transaction_id = placed, bill["transaction_id"]
    return shop


def complain(shop, **how):
    how = {"transaction_id": shop.transaction_id, "text": "券不能用"} | how
    return shop.ask("POST", f"/_sim/users/{BUYER}/complain", **how)["complaint_id"]


def go_on(shop, number, what, **how):
    return shop.ask("POST", f"/_sim/users/{BUYER}/complaints/{number}/{what}", **how)


def at_wechat(shop):
    (told,) = shop.ask("GET", "/_sim/complaints")
    return told


def said_there(shop):
    return [
        each["operate_details"]
        for each in at_wechat(shop)["history"]
        if each["operate_type"] == "MERCHANT_RESPONSE"
    ]


def poll(shop, **more):
    return shop.sweep(complaints.poll_complaints, **more)


def ticket_of(shop):
    (ticket,) = shop.rows(Ticket)
    return ticket


def lines_of(shop):
    return [(line.who.value, line.action, line.text) for line in shop.rows(TicketLine)]


def everything(shop):
    """Every row, as it is."""
    kept = (*shop.rows(Ticket), *shop.rows(TicketLine))
    return [
        {column.name: getattr(row, column.name) for column in row.__table__.columns} for row in kept
    ]


def in_house(shop, verb, **said):
    with shop.house.app.app_context(), transaction():
        return verb(
            merchant_id=shop.merchant.id,
            number=ticket_of(shop).number,
            actor=STAFF,
            at=clock.now(),
            **said,
        )


def answer(shop, text="已与您联系", **more):
    in_house(shop, tickets.reply, text=text, **more)


def settle(shop):
    in_house(shop, tickets.resolve, resolution="已补发")


def pulled(shop, number):
    """Look at this complaint now."""
    with shop.house.app.app_context():
        desks.pull(merchant_id=shop.merchant.id, channel_id=shop.channel_id, complaint_id=number)


def told_by_notice(shop, number):
    """WeChat's notice has been taken in."""
    event = tickets.ComplaintTold(
        merchant_id=shop.merchant.id, channel_id=shop.channel_id, complaint_id=number
    )
    with shop.house.app.app_context(), transaction():
        outbox.publish(event, at=clock.now())
