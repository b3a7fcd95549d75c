from dataclasses import dataclass
from datetime import datetime

from app.domain import gifting
from app.domain.gifting import GiftView, Standing
from app.kernel.paging import Page
from app.web.words import Told
from miniprogram_api.presenters.catalogue import cover_path

TAKE_PAGE = "pages/gift/take"
"""Where the mini-program lets a friend take it. The token is its `scene`, as in the code's."""


class GiftMade(Told):
    gift: str


class GiftItem(Told):
    """So many of one benefit."""

    name: str
    kind: str
    face: str
    quantity: int


class GiftLink(Told):
    """What a friend sees before he takes it; the giver's name is masked."""

    state: str
    giver_name: str
    message: str | None
    cover: str | None
    inside: list[GiftItem]
    gives_at: datetime
    ends_at: datetime


class GiftDetails(GiftLink):
    """`state`: scheduled, waiting, expired, claimed, declined, recalled or returned.

    `token` is for the giver, as long as a friend may still take it; `vouchers` are those in it
    that I hold now.
    """

    gift: str
    is_mine: bool
    receiver_name: str | None
    vouchers: list[str]
    order: str | None
    created_at: datetime
    settled_at: datetime | None
    token: str | None


class GiftPage(Told):
    items: list[GiftDetails]
    next_cursor: str | None


class ShareCard(Told):
    """For onShareAppMessage: what the card in the chat says, shows and opens."""

    title: str
    picture_path: str | None
    path: str


class GiftClaimedView(Told):
    """`vouchers` of them are in the wallet now."""

    gift: str
    vouchers: int


def present_link(gift: GiftView) -> GiftLink:
    return GiftLink(
        state=gift.standing.value,
        giver_name=gift.giver_name,
        message=gift.message,
        cover=gift.cover,
        inside=_items(gift),
        gives_at=gift.gives_at,
        ends_at=gift.ends_at,
    )


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks at his gifts. Whoever lost his card may not send any link on."""

    merchant_id: int
    member_id: int
    may_send: bool


def present_gift(gift: GiftView, viewer: Viewer) -> GiftDetails:
    is_mine = gift.giver_id == viewer.member_id
    return GiftDetails(
        gift=gift.number,
        state=gift.standing.value,
        is_mine=is_mine,
        giver_name=gift.giver_name,
        receiver_name=gift.receiver_name,
        message=gift.message,
        cover=gift.cover,
        inside=_items(gift),
        vouchers=gift.vouchers,
        order=gift.order_number if is_mine else None,
        created_at=gift.created_at,
        gives_at=gift.gives_at,
        ends_at=gift.ends_at,
        settled_at=gift.settled_at,
        token=_token(gift, viewer.merchant_id) if is_mine and viewer.may_send else None,
    )


def present_gifts(page: Page[GiftView], viewer: Viewer) -> GiftPage:
    items = [present_gift(gift, viewer) for gift in page.items]
    return GiftPage(items=items, next_cursor=page.next_cursor)


def present_share(gift: GiftView, *, token: str) -> ShareCard:
    what = gift.inside[0].name
    count = sum(item.quantity for item in gift.inside)
    words = f"「{what}」" if count == 1 else f"「{what}」等{count}张券"
    return ShareCard(
        title=f"{gift.giver_name}送你{words}，快来领取",
        picture_path=cover_path(gift.picture),
        path=f"{TAKE_PAGE}?scene={token}",
    )


def _token(gift: GiftView, merchant_id: int) -> str | None:
    if gift.standing not in {Standing.SCHEDULED, Standing.WAITING}:
        return None
    return gifting.link_token(merchant_id=merchant_id, number=gift.number)


def _items(gift: GiftView) -> list[GiftItem]:
    return [
        GiftItem(name=each.name, kind=each.kind, face=each.face, quantity=each.quantity)
        for each in gift.inside
    ]
