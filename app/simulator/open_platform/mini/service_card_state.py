"""Service cards: one per payment, updated as the order goes on."""

from dataclasses import dataclass, field
from typing import Any

# The payment kinds of card; the others take a code from the page and are not simulated.
TITLES = {
    2001: "购物（实体物流）服务动态",
    2002: "购物（自提）服务动态",
    2003: "购物（虚拟发货）服务动态",
    2006: "购物&餐饮（同城配送）服务动态",
    2007: "购物&餐饮&本地生活（等候领取）服务动态",
}
# Of the states' meanings, of which follows which and of which a card may begin with, the stored
# pages tell 1 and 2 and that 7 comes before them; the rest was chosen, the same for every kind.
PAID, PREPARING, PARTLY_SHIPPED, SHIPPED, DONE, CANCELLED, BOOKED = 1, 2, 3, 4, 5, 6, 7
STATES = {
    PAID: "用户已支付",
    PREPARING: "备货中",
    PARTLY_SHIPPED: "部分发货",
    SHIPPED: "已发货",
    DONE: "订单已完成",
    CANCELLED: "订单已取消",
    BOOKED: "预约中",
}
BEGINNINGS = {PAID, PREPARING, PARTLY_SHIPPED, SHIPPED, BOOKED}
NEXT = {
    BOOKED: {PAID, PREPARING, PARTLY_SHIPPED, SHIPPED, DONE, CANCELLED},
    PAID: {PREPARING, PARTLY_SHIPPED, SHIPPED, DONE, CANCELLED},
    PREPARING: {PARTLY_SHIPPED, SHIPPED, DONE, CANCELLED},
    PARTLY_SHIPPED: {PARTLY_SHIPPED, SHIPPED, DONE, CANCELLED},
    SHIPPED: {DONE, CANCELLED},
    DONE: set[int](),
    CANCELLED: set[int](),
}
WITH_PRODUCTS = {PAID, PREPARING, PARTLY_SHIPPED, SHIPPED}


@dataclass(kw_only=True)
class ServiceCard:
    """An activated card; `told` is what the person's phone shows of it."""

    notify_type: int
    content_json: str
    status: int
    activated_at: float
    expires_at: float
    told: dict[str, Any]
    ext_json: str = ""


@dataclass(kw_only=True)
class ServiceCards:
    """Callers hold the world's lock.

    A payment can be a code `lag_seconds` after it was made. `closed` has the (appid, notify_type)
    that may not send, `refused_by` the (openid, notify_type) whose person wants none.
    """

    lag_seconds: float = 0.0
    cards: dict[tuple[str, str], ServiceCard] = field(default_factory=dict)
    closed: set[tuple[str, int]] = field(default_factory=set)
    refused_by: set[tuple[str, int]] = field(default_factory=set)
