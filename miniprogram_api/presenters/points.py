from collections.abc import Sequence
from datetime import datetime

from app.domain import catalog, points
from app.domain.points import MallOffer, PendingLine, PointLine, Working
from app.kernel.paging import Page
from app.web.words import Told
from miniprogram_api.presenters.catalogue import cover_path


class Balance(Told):
    """`expiring_soon` of them expire within thirty days, the first at `expires_at`.

    `pending` were earned by purchases that can still be given back; the first can be spent from
    `matures_at` on. `debt_text` says why something is owed; null when nothing is.
    """

    spendable: int
    debt: int
    debt_text: str | None
    expiring_soon: int
    expires_at: datetime | None
    pending: int
    matures_at: datetime | None


class FactorView(Told):
    """What multiplied the points of an entry, such as ×2, and how many it added."""

    name: str
    times: str
    added: int


class WorkingView(Told):
    """`base` points by a rule, what its factors added, less `cut` by its limits, are `points`."""

    name: str
    base: int
    factors: list[FactorView]
    cut: int
    points: int


class Entry(Told):
    """`workings` say how an earning came about; empty for the plain rate and all else."""

    at: datetime
    change: int
    reason: str
    workings: list[WorkingView]


class Entries(Told):
    items: list[Entry]
    next_cursor: str | None


class Pending(Told):
    """Points that can be spent from `matures_at` on."""

    points: int
    reason: str
    earned_at: datetime
    matures_at: datetime


class PendingPage(Told):
    items: list[Pending]


class MallItem(Told):
    """One piece costs `points`, and `price_fen` besides. `missing` points keep me from it."""

    offer: str
    title: str
    description: str
    cover_path: str | None
    points: int
    price_fen: int
    remaining: int | None
    sold_out: bool
    per_member_limit: int | None
    missing: int


class MallPage(Told):
    """`spendable` are my points now."""

    spendable: int
    items: list[MallItem]
    next_cursor: str | None


def present_balance(found: points.Balance) -> Balance:
    return Balance(
        spendable=found.spendable,
        debt=found.debt,
        debt_text=found.debt_words,
        expiring_soon=found.expiring_soon,
        expires_at=found.expires_at,
        pending=found.pending,
        matures_at=found.matures_at,
    )


def present_entries(page: Page[PointLine]) -> Entries:
    items = [
        Entry(
            at=line.at,
            change=line.change,
            reason=line.reason,
            workings=[present_working(each) for each in line.workings],
        )
        for line in page.items
    ]
    return Entries(items=items, next_cursor=page.next_cursor)


def present_pending(lines: Sequence[PendingLine]) -> PendingPage:
    return PendingPage(
        items=[
            Pending(
                points=line.points,
                reason=line.reason,
                earned_at=line.earned_at,
                matures_at=line.matures_at,
            )
            for line in lines
        ]
    )


def present_mall(mall: points.Mall, *, on_ios: bool) -> MallPage:
    """What may not be sold on the caller's system is not shown there at all."""
    items = [
        _mall_item(offer, mall.spendable)
        for offer in mall.offers.items
        if not on_ios or catalog.is_sold_on_ios(offer.goods_kind)
    ]
    return MallPage(spendable=mall.spendable, items=items, next_cursor=mall.offers.next_cursor)


def present_working(working: Working) -> WorkingView:
    factors = [
        FactorView(name=line.name, times=points.times_words(line.bp), added=line.added)
        for line in working.factors
    ]
    return WorkingView(
        name=working.name,
        base=working.base,
        factors=factors,
        cut=working.cut,
        points=working.points,
    )


def _mall_item(offer: MallOffer, spendable: int) -> MallItem:
    return MallItem(
        offer=offer.number,
        title=offer.title,
        description=offer.description,
        cover_path=cover_path(offer.cover),
        points=offer.points,
        price_fen=offer.price_fen,
        remaining=offer.remaining,
        sold_out=offer.sold_out,
        per_member_limit=offer.per_member_limit,
        missing=offer.missing(spendable),
    )
