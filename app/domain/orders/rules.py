from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.domain import catalog
from app.domain.catalog import ForSale, LimitReached, NotOnSale, NotSoldOnIos, RevisionTerms
from app.domain.gifting import Wrapping
from app.domain.vouchers import NewCard, Use
from app.kernel import money
from app.kernel.errors import Invalid

PAY_WITHIN = timedelta(minutes=15)
FIRST_LOOK = timedelta(seconds=60)
MOST_PIECES = 100


@dataclass(frozen=True, kw_only=True)
class SealedChat:
    """The chat that a page was opened from, as the phone brought it: the platform opens it."""

    code: str = field(repr=False)
    encrypted_data: str = field(repr=False)
    iv: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where an order came from. Captured with the order; what was not told then is not told later."""

    channel: str | None = None
    scene: str | None = None
    chat: SealedChat | None = None
    referrer: str | None = None
    sharer_member_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a member wants to buy, through which app and for which pay channel.

    `epoch` is that of the member's session, which is asked about in the same breath. Without a
    channel only what costs nothing can be ordered. With `gift` it goes straight into a gift.

    `value_fen`, `points` and `voucher_number` pay beside WeChat, the last is the one voucher that
    lowers the price; `confirmation` is a token for a large spending of stored value. With
    `from_family` it is the stored value of his family's owner that is spent, as he allowed.
    """

    merchant_id: int
    member_id: int
    epoch: int
    app_id: int
    appid: str
    openid: str
    channel_id: int | None
    offer_number: str
    quantity: int
    source: Source
    on_ios: bool = False
    on_web: bool = False
    gift: Wrapping | None = None
    value_fen: int = 0
    points: int = 0
    voucher_number: str | None = None
    confirmation: str | None = None
    from_family: bool = False

    @property
    def has_pots(self) -> bool:
        return bool(self.value_fen or self.points or self.voucher_number)


@dataclass(frozen=True)
class Placed:
    """An order as its buyer gets it back. Amounts in fen; nothing to pay: no payment number.

    `wechat_fen` is what is left to pay.
    """

    order_number: str
    payment_number: str | None
    title: str
    quantity: int
    total_fen: int
    wechat_fen: int
    state: str
    expires_at: datetime
    replayed: bool = False


def check_sale(offer: ForSale, *, quantity: int, on_ios: bool, at: datetime) -> None:
    """The shop's own rules and the platform's, before anything is taken.

    Raises NotOnSale (with the start, when it is still to come), NotSoldOnIos, LimitReached,
    Invalid.
    """
    if not 1 <= quantity <= MOST_PIECES:
        raise Invalid("Between 1 and 100 pieces can be ordered at once.", quantity=quantity)
    if offer.state != "on_sale":
        raise NotOnSale("该商品已下架")
    if on_ios and not catalog.is_sold_on_ios(offer.goods_kind):
        raise NotSoldOnIos.told()
    if offer.sale_starts_at and at < offer.sale_starts_at:
        raise NotOnSale("尚未开售", sale_starts_at=offer.sale_starts_at)
    if offer.sale_ends_at and at >= offer.sale_ends_at:
        raise NotOnSale("已结束售卖", sale_ended_at=offer.sale_ends_at)
    if quantity > 1 and offer.kind in catalog.BOUND_TO_THE_BUYER:
        raise LimitReached("该商品每次只能购买一份", limit=1)
    if offer.per_member_limit is not None and quantity > offer.per_member_limit:
        raise LimitReached("超过每人限购数量", limit=offer.per_member_limit)


@dataclass(frozen=True)
class Line:
    """An order line as it was placed; `contents` are the uses in one piece.

    `kind` holds a word of OfferKind; `terms` is what that kind promises beside its contents.
    """

    offer_id: int
    title: str
    quantity: int
    amount_fen: int
    contents: Sequence[Mapping[str, Any]]
    kind: str
    terms: Mapping[str, Any]

    @property
    def revision_ids(self) -> set[int]:
        return {int(item["revision_id"]) for item in self.contents}


def cards_of(
    line: Line, terms: Mapping[int, RevisionTerms], *, zone: str, at: datetime
) -> list[NewCard]:
    """The cards that a line buys: what was paid is split over all uses by market value."""
    uses = [item for item in line.contents for _ in range(item["quantity"])]
    weights = [int(item["market_value_fen"]) for item in uses] * line.quantity
    shares = iter(money.split(line.amount_fen, weights))
    windows = {
        revision: catalog.validity_window(one.conditions, issued_at=at, zone=zone)
        for revision, one in terms.items()
    }
    return [
        NewCard(
            offer_id=line.offer_id,
            title=line.title,
            uses=[
                Use(
                    revision_id=item["revision_id"],
                    allocated_fen=next(shares),
                    valid_from=windows[item["revision_id"]][0],
                    valid_until=windows[item["revision_id"]][1],
                )
                for item in uses
            ],
        )
        for _ in range(line.quantity)
    ]


def wrapping_to_json(wrapping: Wrapping | None) -> str | None:
    """As an order keeps it until it is paid."""
    return msgspec.json.encode(wrapping).decode() if wrapping else None


def wrapping_of(kept: Mapping[str, Any] | None) -> Wrapping | None:
    return msgspec.convert(kept, Wrapping) if kept else None
