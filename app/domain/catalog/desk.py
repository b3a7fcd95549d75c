"""The catalogue as the shop itself sees it: drafts too, and what was before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.domain.catalog import statements
from app.domain.catalog.contents import list_items
from app.domain.catalog.errors import Problem
from app.domain.catalog.models import (
    Benefit,
    BenefitKind,
    BenefitRevision,
    Offer,
    OfferKind,
    OfferState,
)
from app.domain.catalog.offers import problems_of
from app.domain.catalog.shelf import OfferDetail, detail_of, like
from app.domain.catalog.wording import face_text
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one, reading
from app.kernel.errors import NotFound
from app.kernel.paging import MOST_PER_PAGE, Page

MOST_CHOICES = 500
MOST_OFFERS_WITH = 50


@dataclass(frozen=True)
class BenefitLine:
    """A benefit in its newest wording; `is_reworded`: an older one is what gets sold still."""

    id: int
    number: str
    name: str
    kind: str
    face: dict[str, Any]
    market_value_fen: int
    revision: int
    published_at: datetime | None
    is_reworded: bool

    @property
    def face_text(self) -> str:
        return face_text(BenefitKind(self.kind), self.face)


@dataclass(frozen=True)
class Choice:
    """A benefit, as something that an offer can hold; it is sold only when it is published."""

    id: int
    number: str
    name: str
    kind: str
    market_value_fen: int
    is_published: bool


@dataclass(frozen=True)
class OfferChoice:
    """An offer, as something that a campaign can name."""

    number: str
    title: str
    kind: str
    state: str
    price_fen: int


@dataclass(frozen=True)
class OfferName:
    number: str
    title: str
    state: str


@dataclass(frozen=True, kw_only=True)
class BenefitSheet:
    """A benefit with all its wordings, the newest first, and some of the offers that hold it."""

    number: str
    benefit_id: int
    revisions: Sequence[BenefitRevision]
    offers: Sequence[OfferName]

    @property
    def newest(self) -> BenefitRevision:
        return self.revisions[0]

    @property
    def sold(self) -> BenefitRevision | None:
        """The wording that is sold now; None while none was published."""
        return next((each for each in self.revisions if each.published_at), None)


@dataclass(frozen=True)
class OfferLine:
    """An offer in whatever state; `quota` and `taken` are None without a limit."""

    id: int
    number: str
    kind: str
    state: str
    title: str
    cover: str | None
    price_fen: int
    total_value_fen: int
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None
    quota: int | None
    taken: int | None

    @property
    def saving_fen(self) -> int:
        return max(0, self.total_value_fen - self.price_fen)


@dataclass(frozen=True)
class _Stock:
    quota: int | None
    taken: int | None


@dataclass(frozen=True, kw_only=True)
class OfferSheet:
    """An offer as it is worked on: `items` are (benefit id, vouchers in each piece)."""

    detail: OfferDetail
    items: Sequence[tuple[int, int]]
    quota: int | None
    taken: int | None


def list_benefits(
    *, merchant_id: int, words: str | None = None, cursor: str | None = None, limit: int = 20
) -> Page[BenefitLine]:
    """The newest first. Raises Invalid for a cursor that is not ours."""
    limit = max(1, min(limit, MOST_PER_PAGE))
    wanted = {
        "merchant_id": merchant_id,
        "like": like(words),
        "after": paging.after(cursor),
        "rows": limit + 1,
    }
    rows = fetch_all(BenefitLine, statements.BENEFITS, wanted)
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def list_choices(*, merchant_id: int) -> list[Choice]:
    """What can be put into an offer, drafts too; at most 500."""
    wanted = {"merchant_id": merchant_id, "rows": MOST_CHOICES}
    return fetch_all(Choice, statements.CHOICES, wanted)


def list_offer_choices(*, merchant_id: int, kind: OfferKind | None = None) -> list[OfferChoice]:
    """What a campaign can name, in whatever state, the newest first; at most 500."""
    wanted = {"merchant_id": merchant_id, "kind": kind.value if kind else None}
    return fetch_all(OfferChoice, statements.OFFER_CHOICES, wanted | {"rows": MOST_CHOICES})


def get_benefit(*, merchant_id: int, number: str) -> BenefitSheet:
    """Raises NotFound."""
    query = select(Benefit).where(Benefit.merchant_id == merchant_id, Benefit.number == number)
    found = reading().scalar(query)
    if found is None:
        raise NotFound("There is no such benefit.", number=number[:40])
    wanted = {"merchant_id": merchant_id, "benefit_id": found.id, "rows": MOST_OFFERS_WITH}
    return BenefitSheet(
        number=found.number,
        benefit_id=found.id,
        revisions=_revisions(found),
        offers=fetch_all(OfferName, statements.OFFERS_WITH, wanted),
    )


def list_all_offers(
    *,
    merchant_id: int,
    state: OfferState | None = None,
    words: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[OfferLine]:
    """In whatever state, the newest first. Raises Invalid for a cursor that is not ours."""
    limit = max(1, min(limit, MOST_PER_PAGE))
    wanted = {
        "merchant_id": merchant_id,
        "state": state.value if state else None,
        "like": like(words),
        "after": paging.after(cursor),
        "rows": limit + 1,
    }
    rows = fetch_all(OfferLine, statements.ALL_OFFERS, wanted)
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def open_offer(*, merchant_id: int, number: str, at: datetime) -> OfferSheet:
    """An offer, a draft too. Raises NotFound."""
    offer = _find(merchant_id, number)
    items = list_items(merchant_id=merchant_id, offer_id=offer.id)
    stock = fetch_one(
        _Stock, statements.STOCK, {"merchant_id": merchant_id, "offer_id": offer.id}
    ) or _Stock(None, None)
    return OfferSheet(
        detail=detail_of(offer, at=at, with_drafts=True),
        items=[(item.benefit_id, item.quantity) for item in items],
        quota=stock.quota,
        taken=stock.taken,
    )


def examine_offer(
    *,
    merchant_id: int,
    number: str,
    codes_in_stock: Mapping[int, int] | None = None,
    tiers: Collection[str] | None = None,
    with_drafts: bool = False,
    at: datetime,
) -> list[Problem]:
    """What would stand in the way of `publish_offer`. Raises NotFound.

    `with_drafts`: once the benefits in it are published, of which nothing is yet.
    """
    offer = _find(merchant_id, number)
    return problems_of(
        offer, at, codes_in_stock=codes_in_stock or {}, tiers=tiers, with_drafts=with_drafts
    )


def _find(merchant_id: int, number: str) -> Offer:
    query = select(Offer).where(Offer.merchant_id == merchant_id, Offer.number == number)
    found = reading().scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such offer.", number=number[:40])
    return found


def _revisions(benefit: Benefit) -> Sequence[BenefitRevision]:
    query = (
        select(BenefitRevision)
        .where(
            BenefitRevision.merchant_id == benefit.merchant_id,
            BenefitRevision.benefit_id == benefit.id,
        )
        .order_by(BenefitRevision.revision.desc())
    )
    return reading().scalars(query.execution_options(populate_existing=True)).all()
