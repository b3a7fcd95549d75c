"""Offers follow the campaigns that name them: when they are on sale, and to whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from app.domain import catalog, membership, pools
from app.domain.catalog import NotPublishable
from app.domain.promotions import statements, tags
from app.domain.promotions.errors import NotForYou
from app.domain.promotions.rules import Window, belongs
from app.domain.promotions.terms import Audience
from app.kernel import clock
from app.kernel.db import fetch_all, fetch_one

LATELY_SECONDS = 3.0
MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class OfferOf:
    """An offer that campaigns name."""

    id: int
    number: str
    state: str


@dataclass(frozen=True)
class _Door:
    offer_id: int
    opens_at: datetime
    closes_at: datetime
    audience: dict[str, Any]

    def meant(self) -> Audience:
        return msgspec.convert(self.audience, Audience)


_doors: dict[int, tuple[float, list[_Door]]] = {}
# How often; so that nobody keeps what he read before.
_forgotten: dict[int, int] = {}


def offers_of(*, merchant_id: int, promotion_ids: Collection[int]) -> list[OfferOf]:
    """Whatever these campaigns sell, by id."""
    asked: dict[str, object] = {"merchant_id": merchant_id, "ids": list(promotion_ids)}
    return fetch_all(OfferOf, statements.SOLD_BY, asked)


def put_on_sale(
    *, merchant_id: int, promotion_ids: Collection[int], actor: str, at: datetime
) -> None:
    """Every offer of these gets the window of the campaign that is first, and is published.

    Raises NotPublishable.
    """
    for offer in offers_of(merchant_id=merchant_id, promotion_ids=promotion_ids):
        if follow(merchant_id=merchant_id, offer=offer, actor=actor, at=at):
            catalog.publish_offer(
                merchant_id=merchant_id,
                number=offer.number,
                codes_in_stock=pools.stock_of_offer(
                    merchant_id=merchant_id, offer_number=offer.number, at=at
                ),
                actor=actor,
                at=at,
            )
    forget_doors(merchant_id)


def follow_all(
    *, merchant_id: int, promotion_ids: Collection[int], actor: str, at: datetime
) -> None:
    """The same where something moved or ended; what cannot be sold so long is taken off sale."""
    for offer in offers_of(merchant_id=merchant_id, promotion_ids=promotion_ids):
        try:
            is_live = follow(merchant_id=merchant_id, offer=offer, actor=actor, at=at)
        except NotPublishable:
            is_live = False
        if not is_live:
            catalog.stop_offer(merchant_id=merchant_id, number=offer.number, actor=actor, at=at)
    forget_doors(merchant_id)


def follow(*, merchant_id: int, offer: OfferOf, actor: str, at: datetime) -> bool:
    """Give the offer the window of its first live campaign; whether there is one.

    The offer is locked first, so that whoever looks for its campaigns later sees what came of
    whoever looked before. Raises NotPublishable.
    """
    catalog.hold_offer(merchant_id=merchant_id, offer_id=offer.id)
    asked: dict[str, object] = {"merchant_id": merchant_id, "offer_id": offer.id, "at": at}
    window = fetch_one(Window, statements.WINDOW_OF_OFFER, asked)
    if window is None:
        return False
    catalog.set_sale_window(
        merchant_id=merchant_id,
        number=offer.number,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        actor=actor,
        at=at,
    )
    return True


def refuse_outsider(*, merchant_id: int, member_id: int, offer_id: int, at: datetime) -> None:
    """Raises NotForYou when campaigns sell this offer, and none of those that count to this member.

    Those that are open count, else the next one. What campaigns there are is remembered for
    three seconds, so that an offer without any costs nothing.
    """
    doors = [each for each in _doors_of(merchant_id) if each.offer_id == offer_id]
    doors = [each for each in doors if at < each.closes_at]
    counting = [each for each in doors if each.opens_at <= at] or doors[:1]
    audiences = [each.meant() for each in counting]
    if not audiences or any(each.is_everybody for each in audiences):
        return
    words = [
        refusal_words(merchant_id=merchant_id, member_id=member_id, audience=audience, at=at)
        for audience in audiences
    ]
    if all(words):
        raise NotForYou(f"该商品{words[0]}", reason=words[0])


def refusal_words(
    *, merchant_id: int, member_id: int, audience: Audience, at: datetime
) -> str | None:
    """Why the member does not belong to the audience; None when he does."""
    if audience.is_everybody or _is_meant(merchant_id, member_id, audience, at):
        return None
    return f"仅限{audience_words(merchant_id=merchant_id, audience=audience)}"


def audience_words(*, merchant_id: int, audience: Audience) -> str:
    """全体会员, 金卡及以上会员, 受邀会员; the tags themselves are the merchant's own business."""
    book = membership.in_force(merchant_id=merchant_id) if audience.min_rank is not None else None
    tiers = book.rules.tiers if book else ()
    name = next((tier.name for tier in tiers if tier.rank >= (audience.min_rank or 0)), "更高等级")
    ranked = f"{name}及以上会员" if audience.min_rank is not None else ""
    if audience.tags:
        return f"受邀的{ranked or '会员'}"
    return ranked or "全体会员"


def forget_doors(merchant_id: int) -> None:
    """What was remembered of campaigns is read again, here and by whoever is reading just now.

    Whoever changes campaigns calls it once more after the commit; before, others see the old ones.
    """
    _forgotten[merchant_id] = _forgotten.get(merchant_id, 0) + 1
    _doors.pop(merchant_id, None)


def _is_meant(merchant_id: int, member_id: int, audience: Audience, at: datetime) -> bool:
    who = {"merchant_id": merchant_id, "member_id": member_id}
    tier = membership.tier_of(**who, at=at) if audience.min_rank is not None else None
    his_tags = tags.tags_of(**who) if audience.tags else []
    return belongs(audience, rank=tier.rank if tier else None, tags=his_tags)


def _doors_of(merchant_id: int) -> list[_Door]:
    good_until, doors = _doors.get(merchant_id, (0.0, []))
    if clock.monotonic() < good_until:
        return doors
    forgotten = _forgotten.get(merchant_id)
    doors = fetch_all(_Door, statements.DOORS, {"merchant_id": merchant_id})
    if _forgotten.get(merchant_id) != forgotten:
        return doors
    if len(_doors) >= MOST_REMEMBERED:
        _doors.clear()
    _doors[merchant_id] = (clock.monotonic() + LATELY_SECONDS, doors)
    return doors
