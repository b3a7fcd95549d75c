"""Offers that cost points: what is there, and what a member can afford of it. No draws."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger
from app.domain.points.rules import member_points
from app.kernel import paging
from app.kernel.db import fetch_all
from app.kernel.paging import Page

_MALL = """
SELECT o.id, o.number, o.title, o.description, o.cover, o.goods_kind,
  (o.terms ->> 'points')::bigint, o.price_fen,
  (SELECT sum(s.quota - s.taken)::bigint FROM offer_stock s
   WHERE s.merchant_id = %(merchant_id)s AND s.offer_id = o.id),
  o.per_member_limit
FROM offers o
WHERE o.merchant_id = %(merchant_id)s AND o.state = 'on_sale' AND o.terms ? 'points'
  AND (o.sale_starts_at IS NULL OR o.sale_starts_at <= %(at)s)
  AND (o.sale_ends_at IS NULL OR o.sale_ends_at > %(at)s)
  AND o.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY o.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class MallOffer:
    """One piece costs `points`, and `price_fen` besides. `remaining` is None without a limit."""

    id: int
    number: str
    title: str
    description: str
    cover: str | None
    goods_kind: str
    points: int
    price_fen: int
    remaining: int | None
    per_member_limit: int | None

    @property
    def sold_out(self) -> bool:
        return self.remaining is not None and self.remaining <= 0

    def missing(self, spendable: int) -> int:
        """Points that somebody with so many lacks for one piece."""
        return max(0, self.points - spendable)


@dataclass(frozen=True)
class Mall:
    """What the member can spend, and what there is for it."""

    spendable: int
    offers: Page[MallOffer]


def list_mall(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int, at: datetime
) -> Mall:
    """Offers with a points price that are on sale now, the newest first.

    Raises Invalid for a cursor that is not ours.
    """
    offers = list_prices(merchant_id=merchant_id, cursor=cursor, limit=limit, at=at)
    spendable = ledger.balance_of(merchant_id=merchant_id, account=member_points(member_id))
    return Mall(spendable, offers)


def list_prices(
    *, merchant_id: int, cursor: str | None, limit: int, at: datetime
) -> Page[MallOffer]:
    """The same offers, whoever asks. Raises Invalid for a cursor that is not ours."""
    which = {
        "merchant_id": merchant_id,
        "at": at,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
    rows = fetch_all(MallOffer, _MALL, which)
    return paging.cut(rows, limit=limit, key=lambda offer: offer.id)
