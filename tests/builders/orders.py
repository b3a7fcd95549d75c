"""Orders, paid ones, and the vouchers they bring: by the real verbs."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from app.domain import orders, payments, vouchers
from app.domain.orders import Source, Wish
from app.kernel.db import fetch_one
from app.kernel.request_keys import RequestKey
from tests.builders.catalog import an_offer
from tests.builders.members import a_member
from tests.builders.merchants import a_clerk, a_merchant, a_pay_channel, a_store, an_app
from tests.builders.moments import NOON
from tests.builders.transactions import joined


@dataclass(kw_only=True)
class Shop:
    """A merchant with everything a sale needs, and one offer on sale."""

    merchant: object
    app: object
    channel: object
    store: object
    clerk: object
    offer: object
    buyers: list = field(default_factory=list)

    @property
    def id(self):
        return self.merchant.id

    @property
    def appid(self):
        return self.app.appid


def a_shop(*, offer=None, merchant=None, **more):
    """`offer` are changes to the builder's offer; without: two lattes for 49 yuan."""
    merchant = merchant or a_merchant(**more)
    store = a_store(merchant=merchant)
    return Shop(
        merchant=merchant,
        app=an_app(merchant=merchant),
        channel=a_pay_channel(merchant=merchant),
        store=store,
        clerk=a_clerk(store),
        offer=an_offer(merchant=merchant, **(offer or {})),
    )


def a_buyer(shop, **more):
    return a_member(merchant=shop.merchant, appid=shop.appid, **more)


def a_wish(shop, *, buyer=None, quantity=1, offer=None, source=None, **pots):
    buyer = buyer or a_buyer(shop)
    return Wish(
        merchant_id=shop.id,
        member_id=buyer.id,
        epoch=epoch_of(buyer),
        app_id=shop.app.app_id,
        appid=shop.appid,
        openid=f"o_{buyer.id}",
        channel_id=shop.channel.id,
        offer_number=(offer or shop.offer).number,
        quantity=quantity,
        source=source or Source(channel="group_chat", scene="1007"),
        **pots,
    )


def a_key(*, merchant_id, key=None, actor="member:1", operation="place", body=b"{}"):
    return RequestKey.of(
        merchant_id=merchant_id,
        actor=actor,
        key=key or secrets.token_hex(12),
        operation=operation,
        body=body,
    )


def an_order(shop, *, at=NOON, key=None, chat=None, **wish):
    """`chat` is the id of the one it was bought from, which is heard a moment later."""
    with joined():
        placed = orders.place(a_wish(shop, **wish), key=key, at=at)
    if chat:
        order_id = order_id_of(shop, placed.order_number)
        with joined():
            orders.note_chat(merchant_id=shop.id, order_id=order_id, group=chat)
    return placed


def a_paid_fact(shop, placed, *, at=NOON, **changes):
    """What WeChat would say about this order's bill."""
    with joined():
        bill = payments.find_bill(
            merchant_id=shop.id, order_id=order_id_of(shop, placed.order_number)
        )
    said = {
        "merchant_id": shop.id,
        "payment_number": placed.payment_number,
        "channel_id": shop.channel.id,
        "mchid": shop.channel.mchid,
        "appid": shop.appid,
        "payer_openid": bill.payer_openid,
        "transaction_id": "42000" + secrets.token_hex(10),
        "amount_fen": placed.wechat_fen,
        "currency": "CNY",
        "paid_at": at + timedelta(seconds=20),
    }
    return payments.PaidFact(**said | changes)


def a_paid_order(shop, *, at=NOON, **wish):
    placed = an_order(shop, at=at, **wish)
    fact = a_paid_fact(shop, placed, at=at)
    with joined():
        orders.confirm_paid(fact, at=at + timedelta(seconds=21))
    return placed


def order_id_of(shop, number):
    from sqlalchemy import select

    from app.domain.orders import Order
    from app.kernel.db import reading

    return reading().scalar(
        select(Order.id).where(Order.merchant_id == shop.id, Order.number == number)
    )


def vouchers_of(shop, buyer, *, at=NOON, tab=vouchers.Tab.USABLE):
    found, cursor = [], None
    while True:
        page = vouchers.list_wallet(
            merchant_id=shop.id,
            member_id=buyer.id,
            epoch=epoch_of(buyer),
            tab=tab,
            cursor=cursor,
            limit=100,
            at=at,
        )
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found


def a_voucher(shop, *, buyer=None, at=NOON):
    """One active voucher of a paid order: a new one, whatever else is in the wallet."""
    buyer = buyer or a_buyer(shop)
    a_paid_order(shop, buyer=buyer, at=at)
    found = vouchers_of(shop, buyer, at=at + timedelta(minutes=1))
    return max((each for each in found if each.state == "active"), key=lambda each: each.id)


def epoch_of(member):
    """The epoch that a session of this member would have now."""
    found = fetch_one(
        Epoch,
        "SELECT session_epoch FROM members WHERE merchant_id = %(m)s AND id = %(i)s",
        {"m": member.merchant_id, "i": member.id},
    )
    return found.number


@dataclass
class Epoch:
    number: int


def shown(shop, voucher, *, at):
    """The code that the phone shows at that instant."""
    from app.domain import members

    held = look_at_voucher(shop, voucher.id)
    # A card that was reissued has other codes.
    issues = members.code_state(merchant_id=shop.id, member_id=held.holder_id).version
    version = held.holder_version + (issues << 32)
    return vouchers.show_code(
        merchant_id=shop.id, voucher_id=voucher.id, holder_version=version, at=at
    )


def look_at_voucher(shop, voucher_id):
    from sqlalchemy import select

    from app.domain.vouchers import Voucher
    from app.kernel.db import reading

    return reading().scalar(
        select(Voucher)
        .where(Voucher.merchant_id == shop.id, Voucher.id == voucher_id)
        .execution_options(populate_existing=True)
    )


def clerk_of(shop):
    return f"staff:{shop.clerk.staff_id}"
