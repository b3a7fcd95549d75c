from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from app.domain import members
from app.domain.sharing import NewShare, ShareState, ShareView, TakenBack
from app.kernel.paging import Page
from app.web.words import Told

SHARE_PAGE = "pages/share/take"
"""Where the mini-program lets a friend take it."""
CHANNEL = "friend_share"
"""What an order says that began with such a link."""


class ShareMade(Told):
    """`path` is for onShareAppMessage; it says who shared, for the orders that come of it."""

    share: str
    token: str
    uses: int
    ends_at: datetime
    path: str


class SharedUse(Told):
    """`is_back`: the owner has it again. Store and time are known once it is used."""

    voucher: str
    name: str
    state: str
    is_back: bool
    valid_until: datetime
    used_at: datetime | None
    store: str | None


class ShareDetails(Told):
    """`state`: waiting, claimed, taken_back, withdrawn or expired. Names are masked."""

    share: str
    kind: str
    state: str
    title: str
    is_mine: bool
    owner_name: str
    friend_name: str | None
    uses: list[SharedUse]
    made_at: datetime
    ends_at: datetime
    claimed_at: datetime | None
    over_at: datetime | None


class SharePage(Told):
    items: list[ShareDetails]
    next_cursor: str | None


class ShareLink(Told):
    """What a friend sees before he takes it."""

    kind: str
    state: str
    title: str
    owner_name: str
    names: list[str]
    ends_at: datetime


class ShareClaimedView(Told):
    """`uses` of them are in the wallet now."""

    share: str
    uses: int


class ShareTakenBackView(Told):
    share: str
    uses: int
    state: str


def present_made(made: NewShare, *, sharer: str) -> ShareMade:
    words = urlencode({"token": made.token, "sharer": sharer, "channel": CHANNEL})
    return ShareMade(
        share=made.number,
        token=made.token,
        uses=made.uses,
        ends_at=made.ends_at,
        path=f"{SHARE_PAGE}?{words}",
    )


def present_share(share: ShareView) -> ShareDetails:
    return ShareDetails(
        share=share.number,
        kind=share.kind,
        state=share.state,
        title=share.title,
        is_mine=share.is_mine,
        owner_name=members.masked_name(share.owner_nickname),
        friend_name=members.masked_name(share.friend_nickname) if share.claimed_at else None,
        # What came back is the owner's own affair again.
        uses=[_present_use(use) for use in share.uses if share.is_mine or not use["is_back"]],
        made_at=share.made_at,
        ends_at=share.ends_at,
        claimed_at=share.claimed_at,
        over_at=share.over_at,
    )


def present_shares(page: Page[ShareView]) -> SharePage:
    items = [present_share(share) for share in page.items]
    return SharePage(items=items, next_cursor=page.next_cursor)


def present_link(share: ShareView, *, at: datetime) -> ShareLink:
    is_late = share.state == ShareState.WAITING and at >= share.ends_at
    return ShareLink(
        kind=share.kind,
        state=ShareState.EXPIRED if is_late else share.state,
        title=share.title,
        owner_name=members.masked_name(share.owner_nickname),
        names=[use["name"] for use in share.uses],
        ends_at=share.ends_at,
    )


def present_taken_back(back: TakenBack) -> ShareTakenBackView:
    return ShareTakenBackView(share=back.number, uses=back.uses, state=back.state.value)


def _present_use(use: Mapping[str, Any]) -> SharedUse:
    used_at = use["used_at"]
    return SharedUse(
        voucher=use["voucher"],
        name=use["name"],
        state=use["state"],
        is_back=use["is_back"],
        valid_until=datetime.fromisoformat(use["valid_until"]),
        used_at=datetime.fromisoformat(used_at) if used_at else None,
        store=use["store"],
    )
