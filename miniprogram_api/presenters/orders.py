from datetime import datetime

from app.domain import orders
from app.kernel.paging import Page
from app.web.words import Told


class PlacedView(Told):
    """The order as it was placed; with nothing to pay (`wechat_fen`) it is fulfilled at once."""

    order: str
    state: str
    title: str
    quantity: int
    total_fen: int
    wechat_fen: int
    expires_at: datetime


class Line(Told):
    title: str
    quantity: int
    unit_price_fen: int
    amount_fen: int
    discount_fen: int


class TenderView(Told):
    """What paid beside WeChat: value, points or voucher; held, captured, released or returned.

    `amount_fen` of the price, for so many `points` or this `voucher`.
    """

    kind: str
    state: str
    amount_fen: int
    points: int
    voucher: str | None
    returned_fen: int
    returned_points: int


class OrderDetails(Told):
    """`state`: pending, paid, fulfilled, closed, refunding, partly_refunded or refunded.

    `total_fen` is what it costs in money: stored value, and WeChat for the rest (`wechat_fen`).
    `gift`: the number of the gift that it was bought as.
    """

    order: str
    state: str
    total_fen: int
    wechat_fen: int
    wechat_returned_fen: int
    lines: list[Line]
    tenders: list[TenderView]
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    gift: str | None


class OrderPage(Told):
    items: list[OrderDetails]
    next_cursor: str | None


class PayParameters(Told, rename="camel"):
    """Pass all of it to wx.requestPayment."""

    app_id: str
    time_stamp: str
    nonce_str: str
    package: str
    sign_type: str
    pay_sign: str


def present_placed(placed: orders.Placed) -> PlacedView:
    return PlacedView(
        order=placed.order_number,
        state=placed.state,
        title=placed.title,
        quantity=placed.quantity,
        total_fen=placed.total_fen,
        wechat_fen=placed.wechat_fen,
        expires_at=placed.expires_at,
    )


def present_order(order: orders.OrderView) -> OrderDetails:
    return OrderDetails(
        order=order.number,
        state=order.state,
        total_fen=order.total_fen,
        wechat_fen=order.wechat_fen,
        wechat_returned_fen=order.wechat_returned_fen,
        lines=[Line(**line) for line in order.lines],
        tenders=[TenderView(**tender) for tender in order.tenders or ()],
        placed_at=order.placed_at,
        expires_at=order.expires_at,
        paid_at=order.paid_at,
        closed_at=order.closed_at,
        close_reason=order.close_reason,
        gift=order.gift_number,
    )


def present_orders(page: Page[orders.OrderView]) -> OrderPage:
    items = [present_order(order) for order in page.items]
    return OrderPage(items=items, next_cursor=page.next_cursor)


def present_pay_parameters(signed: dict[str, str]) -> PayParameters:
    return PayParameters(
        app_id=signed["appId"],
        time_stamp=signed["timeStamp"],
        nonce_str=signed["nonceStr"],
        package=signed["package"],
        sign_type=signed["signType"],
        pay_sign=signed["paySign"],
    )
