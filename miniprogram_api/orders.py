"""Buying: place an order, and look at mine."""

from apiflask import APIBlueprint
from flask import Response
from msgspec import field

from app.domain import members, orders
from app.domain.gifting import Wrapping
from app.domain.risk import Action, Per
from app.kernel import clock, numbers
from app.kernel.db import hot_transaction, transaction
from app.kernel.errors import NotFound
from app.web import auth, chats, client, limits, parse, tills
from app.web.answers import answer
from app.web.messages import check_message
from app.web.openapi import MEMBER, documented
from app.web.words import (
    Asked,
    Cursor,
    Fen,
    GiftCover,
    GiftMessage,
    Instant,
    Limit,
    Line40,
    Line200,
    LinkToken,
    Number,
    Points,
    Quantity,
)
from miniprogram_api.presenters.orders import (
    OrderDetails,
    OrderPage,
    PlacedView,
    present_order,
    present_orders,
    present_placed,
)

bp = APIBlueprint("orders", __name__, url_prefix="/api/v1/<merchant>/orders", tag="Orders")


class OrderSource(Asked):
    """Where the purchase came from; it cannot be told later. `sharer` is a member's number.

    `group`: where the page was opened from a chat and the phone could tell. Phones of before said a
    share's ticket, a text that tells nothing.
    """

    channel: Line40 | None = None
    scene: Line40 | None = None
    group: chats.FromGroup | Line200 | None = None
    referrer: Line200 | None = None
    sharer: Number | None = None


class OrderAsGift(Asked):
    """Wrap what is bought, at once or for a later day. The order tells the gift's number."""

    message: GiftMessage | None = None
    cover: GiftCover | None = None
    gives_at: Instant | None = None

    def wrapping(self) -> Wrapping:
        return Wrapping(message=self.message, cover=self.cover, gives_at=self.gives_at)


class PlaceOrder(Asked):
    """What to buy, and what pays beside WeChat. Prices are ours to compute.

    `voucher`: the one cash or discount voucher that lowers the price; `points`: a part payment;
    `value_fen`: stored value, with `from_family` that of the family card; `confirmation`: for a
    large spending of it.
    """

    offer: Number
    quantity: Quantity = 1
    source: OrderSource = field(default_factory=OrderSource)
    gift: OrderAsGift | None = None
    voucher: Number | None = None
    points: Points = 0
    value_fen: Fen = 0
    from_family: bool = False
    confirmation: LinkToken | None = None

    @property
    def has_pots(self) -> bool:
        return bool(self.voucher or self.points or self.value_fen)


class PageOfOrders(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


@bp.post("")
@documented(who=[MEMBER], body=PlaceOrder, told={201: PlacedView}, refuses=[409], keyed=True)
def place(merchant: str) -> Response:
    """Order one offer.

    The stock is kept for fifteen minutes, and so is what pays beside WeChat; pay the rest with
    POST …/prepay. What leaves nothing to pay is in the wallet at once.
    """
    member, wanted = auth.member_to_be_asked(merchant), parse.body(PlaceOrder)
    key = parse.request_key(merchant_id=member.merchant_id, actor=member.actor)
    limits.check(Action.ORDER, merchant_id=member.merchant_id, who={Per.MEMBER: member.actor})
    if wanted.gift:
        check_message(wanted.gift.message, member=member)
    channel_id = tills.default_channel_id(member.merchant_id)
    with transaction() if wanted.has_pots else hot_transaction():
        wish = _wish(member, wanted, channel_id=channel_id)
        placed = orders.place(wish, key=key, at=clock.now())
    return answer(present_placed(placed), 201)


@bp.get("")
@documented(who=[MEMBER], query=PageOfOrders, told={200: OrderPage})
def list_mine(merchant: str) -> Response:
    """My orders, the newest first."""
    member, wanted = auth.member(merchant), parse.query(PageOfOrders)
    with transaction():
        page = orders.list_orders(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    return answer(present_orders(page))


@bp.get("/<order>")
@documented(who=[MEMBER], told={200: OrderDetails})
def get(merchant: str, order: str) -> Response:
    """One order of mine."""
    member = auth.member(merchant)
    number = parse.number(order, numbers.Kind.ORDER, merchant_id=member.merchant_id)
    with transaction():
        found = orders.get_order(
            merchant_id=member.merchant_id, member_id=member.member_id, number=number
        )
    return answer(present_order(found))


def _wish(member: auth.MemberOnLine, wanted: PlaceOrder, *, channel_id: int | None) -> orders.Wish:
    source = wanted.source
    return orders.Wish(
        merchant_id=member.merchant_id,
        member_id=member.member_id,
        epoch=member.epoch,
        app_id=member.app_id,
        appid=member.appid,
        openid=auth.openid_of(member),
        channel_id=channel_id,
        offer_number=wanted.offer,
        quantity=wanted.quantity,
        source=orders.Source(
            channel=source.channel,
            scene=source.scene,
            chat=_chat(member, source.group),
            referrer=source.referrer,
            sharer_member_id=_find_sharer(member.merchant_id, source.sharer),
        ),
        on_ios=client.is_ios(),
        on_web=member.is_web,
        gift=wanted.gift.wrapping() if wanted.gift else None,
        value_fen=wanted.value_fen,
        points=wanted.points,
        voucher_number=wanted.voucher,
        confirmation=wanted.confirmation,
        from_family=wanted.from_family,
    )


def _chat(
    member: auth.MemberOnLine, told: chats.FromGroup | str | None
) -> orders.SealedChat | None:
    """The chat it was bought from, sealed as it came: it is opened after the sale."""
    if not isinstance(told, chats.FromGroup) or member.is_web:
        return None
    return orders.SealedChat(code=told.code, encrypted_data=told.encrypted_data, iv=told.iv)


def _find_sharer(merchant_id: int, number: str | None) -> int | None:
    """Whoever shared the link. A link that somebody tampered with must not stop a purchase."""
    if number is None:
        return None
    try:
        parse.number(number, numbers.Kind.MEMBER, merchant_id=merchant_id)
    except NotFound:
        return None
    return members.find_member_id(merchant_id=merchant_id, number=number)
