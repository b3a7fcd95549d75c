"""Everything a merchant has drawn up, on sale or not: for the shop, never for customers."""

from dataclasses import dataclass

from app.domain.catalog.statements import EVERY_BENEFIT, EVERY_OFFER
from app.kernel.db import fetch_all


@dataclass(frozen=True)
class BenefitLine:
    """`kind` is that of the newest wording; `state` is `published` once any wording is."""

    number: str
    name: str
    kind: str
    state: str


@dataclass(frozen=True)
class OfferLine:
    number: str
    title: str
    kind: str
    state: str


def list_every_benefit(*, merchant_id: int) -> list[BenefitLine]:
    """Drafts included, the oldest first."""
    return fetch_all(BenefitLine, EVERY_BENEFIT, {"merchant_id": merchant_id})


def list_every_offer(*, merchant_id: int) -> list[OfferLine]:
    """Drafts and stopped ones included, the oldest first."""
    return fetch_all(OfferLine, EVERY_OFFER, {"merchant_id": merchant_id})
