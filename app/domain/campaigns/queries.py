from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.domain import catalog, merchants
from app.domain.campaigns import statements
from app.domain.campaigns.linter import Card, Finding, Promised, lint
from app.domain.campaigns.models import AssistCampaign, State
from app.domain.campaigns.terms import Terms, parse
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one, reading
from app.kernel.errors import NotFound
from app.kernel.paging import Page


@dataclass(frozen=True)
class _Card:
    id: int
    kind: str
    state: str
    price_fen: int
    value_fen: int
    vouchers: int


@dataclass(frozen=True)
class _Benefit:
    number: str
    name: str
    revision_id: int | None


@dataclass(frozen=True)
class _Row:
    id: int
    number: str
    offer_id: int
    state: str
    terms: dict[str, Any]
    revisions: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Running:
    """A campaign as an order finds it. `revisions`: the promised wording by benefit number."""

    campaign_id: int
    number: str
    offer_id: int
    terms: Terms
    revisions: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the terms name, and what stands against them."""

    offer_id: int
    revisions: Mapping[str, int]
    findings: Sequence[Finding]


def get_campaign(*, merchant_id: int, number: str) -> AssistCampaign:
    """Raises NotFound."""
    query = select(AssistCampaign).where(
        AssistCampaign.merchant_id == merchant_id, AssistCampaign.number == number
    )
    found = reading().scalar(query)
    if found is None:
        raise NotFound("There is no such campaign.", number=number[:40])
    return found


def list_campaigns(*, merchant_id: int) -> Sequence[AssistCampaign]:
    """The newest first."""
    query = select(AssistCampaign).where(AssistCampaign.merchant_id == merchant_id)
    return reading().scalars(query.order_by(AssistCampaign.id.desc())).all()


def list_page(*, merchant_id: int, cursor: str | None, limit: int = 20) -> Page[AssistCampaign]:
    """A page of them, the newest first. Raises Invalid for a cursor that is not ours."""
    limit, after = max(1, min(limit, paging.MOST_PER_PAGE)), paging.after(cursor)
    query = select(AssistCampaign).where(AssistCampaign.merchant_id == merchant_id)
    if after is not None:
        query = query.where(AssistCampaign.id < after)
    rows = reading().scalars(query.order_by(AssistCampaign.id.desc()).limit(limit + 1)).all()
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def find_running(
    *, merchant_id: int, offer_ids: Collection[int], ordered_at: datetime
) -> list[Running]:
    """The campaigns that were promised with these offers at that instant."""
    asked: dict[str, object] = {
        "merchant_id": merchant_id,
        "offer_ids": list(offer_ids),
        "ordered_at": ordered_at,
    }
    found = [
        Running(
            campaign_id=row.id,
            number=row.number,
            offer_id=row.offer_id,
            terms=parse(row.terms),
            revisions=row.revisions,
        )
        for row in fetch_all(_Row, statements.RUNNING, asked)
        if row.state != State.DRAFT
    ]
    # Who ordered after its end was told that he gets the main card alone.
    return [each for each in found if not each.terms.ends_at or each.terms.ends_at > ordered_at]


def examine(*, merchant_id: int, terms: Terms, at: datetime) -> Examined:
    """Look up everything that the terms name, and judge them. Raises NotFound."""
    card = fetch_one(_Card, statements.CARD, {"merchant_id": merchant_id, "number": terms.offer})
    if card is None:
        raise NotFound("There is no such offer.", number=terms.offer)
    benefits = _find_benefits(merchant_id, terms)
    promised = _promised(merchant_id, benefits, at=at)
    findings = lint(
        terms,
        card=Card(
            kind=card.kind,
            state=card.state,
            price_fen=card.price_fen,
            value_fen=card.value_fen,
            vouchers=card.vouchers,
        ),
        promised=promised,
        at=at,
    )
    revisions = {b.number: b.revision_id for b in benefits if b.revision_id is not None}
    return Examined(offer_id=card.id, revisions=revisions, findings=findings)


def _find_benefits(merchant_id: int, terms: Terms) -> list[_Benefit]:
    asked: dict[str, object] = {"merchant_id": merchant_id, "numbers": terms.benefits}
    found = fetch_all(_Benefit, statements.BENEFITS, asked)
    missing = set(terms.benefits) - {benefit.number for benefit in found}
    if missing:
        raise NotFound("There is no such benefit.", number=min(missing))
    return found


def _promised(
    merchant_id: int, benefits: Sequence[_Benefit], *, at: datetime
) -> dict[str, Promised]:
    ids = {each.revision_id for each in benefits if each.revision_id is not None}
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids=ids)
    zone = merchants.profile(merchant_id=merchant_id).zone
    return {
        each.number: _promise(each, terms.get(each.revision_id or 0), zone=zone, at=at)
        for each in benefits
    }


def _promise(
    benefit: _Benefit, terms: catalog.RevisionTerms | None, *, zone: str, at: datetime
) -> Promised:
    if terms is None:
        return Promised(name=benefit.name, market_value_fen=None, ends_at=None)
    is_fixed = isinstance(terms.conditions.validity, catalog.Fixed)
    _, ends_at = catalog.validity_window(terms.conditions, issued_at=at, zone=zone)
    return Promised(
        name=terms.name,
        market_value_fen=terms.market_value_fen,
        ends_at=ends_at if is_fixed else None,
    )
