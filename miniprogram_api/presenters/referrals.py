from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from app.domain import members
from app.domain.orders import Buyer, Referred, Sharer
from app.web.words import Told

CHANNEL = "member_share"


class MyReferrals(Told):
    """Sums only; whom I brought stays theirs. `link` goes behind any page's path."""

    buyers: int
    orders: int
    paid_orders: int
    first_time_payers: int
    link: str


class SharerView(Told):
    """Amounts in fen; conversion is paid of placed orders in hundredths of a percent."""

    sharer: str
    name: str
    buyers: int
    orders: int
    paid_orders: int
    paid_fen: int
    first_time_payers: int
    conversion_bp: int


class SharerPage(Told):
    items: list[SharerView]


class BuyerView(Told):
    buyer: str
    name: str
    orders: int
    paid_orders: int
    paid_fen: int
    is_first_time: bool
    first_placed_at: datetime


class BuyerPage(Told):
    items: list[BuyerView]


def present_mine(sums: Referred, *, sharer: str) -> MyReferrals:
    return MyReferrals(
        buyers=sums.buyers,
        orders=sums.orders,
        paid_orders=sums.paid_orders,
        first_time_payers=sums.first_time_payers,
        link=urlencode({"channel": CHANNEL, "sharer": sharer}),
    )


def present_sharers(found: Sequence[Sharer]) -> SharerPage:
    return SharerPage(items=[_present_sharer(sharer) for sharer in found])


def present_buyers(found: Sequence[Buyer]) -> BuyerPage:
    return BuyerPage(items=[_present_buyer(buyer) for buyer in found])


def _present_sharer(sharer: Sharer) -> SharerView:
    return SharerView(
        sharer=sharer.number,
        name=members.masked_name(sharer.nickname),
        buyers=sharer.buyers,
        orders=sharer.orders,
        paid_orders=sharer.paid_orders,
        paid_fen=sharer.paid_fen,
        first_time_payers=sharer.first_time_payers,
        conversion_bp=sharer.referred.conversion_bp,
    )


def _present_buyer(buyer: Buyer) -> BuyerView:
    return BuyerView(
        buyer=buyer.number,
        name=members.masked_name(buyer.nickname),
        orders=buyer.orders,
        paid_orders=buyer.paid_orders,
        paid_fen=buyer.paid_fen,
        is_first_time=buyer.is_first_time,
        first_placed_at=buyer.first_placed_at,
    )
