"""An offer goes on sale together with what is in it, and with what its friends' campaign gives."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from app.admin import door
from app.domain import campaigns, catalog, membership, pools
from app.domain.catalog import BenefitSheet, Problem
from app.domain.membership import Tier


def tiers() -> Sequence[Tier]:
    """The shop's tiers in force, inside a transaction."""
    book = membership.in_force(merchant_id=door.here().merchant_id)
    return book.rules.tiers if book else ()


def drafts_in(number: str, *, at: datetime) -> list[BenefitSheet]:
    """Benefits of an offer of which no wording is published. Raises NotFound."""
    merchant_id = door.here().merchant_id
    held = catalog.open_offer(merchant_id=merchant_id, number=number, at=at).detail.items
    return _drafts(item.benefit_number for item in held)


def _drafts(benefits: Iterable[str]) -> list[BenefitSheet]:
    merchant_id = door.here().merchant_id
    sheets = [catalog.get_benefit(merchant_id=merchant_id, number=each) for each in benefits]
    return [sheet for sheet in sheets if sheet.sold is None]


def findings(number: str, *, at: datetime) -> list[Problem]:
    """What stands in the way of `publish`: the offer's own problems, and those of its drafts."""
    merchant_id = door.here().merchant_id
    own = catalog.examine_offer(
        merchant_id=merchant_id,
        number=number,
        codes_in_stock=pools.stock_of_offer(merchant_id=merchant_id, offer_number=number, at=at),
        tiers=[tier.number for tier in tiers()],
        with_drafts=True,
        at=at,
    )
    return [*own, *(each for sheet in drafts_in(number, at=at) for each in _of(sheet, at=at))]


def publish(number: str, *, at: datetime) -> None:
    """The benefits of which nothing is published yet, then the offer, inside a transaction.

    Raises NotFound, NotPublishable; then nothing is published.
    """
    here = door.here()
    _publish_all(drafts_in(number, at=at), at=at)
    catalog.publish_offer(
        merchant_id=here.merchant_id,
        number=number,
        codes_in_stock=pools.stock_of_offer(
            merchant_id=here.merchant_id, offer_number=number, at=at
        ),
        tiers=[tier.number for tier in tiers()],
        actor=here.actor,
        at=at,
    )


def publish_rewards(campaign: str, *, at: datetime) -> None:
    """What a campaign of friends gives, as far as nothing of it is published, inside a transaction.

    Raises NotFound, NotPublishable.
    """
    found = campaigns.get_campaign(merchant_id=door.here().merchant_id, number=campaign)
    _publish_all(_drafts(campaigns.parse(found.terms).benefits), at=at)


def _publish_all(sheets: Iterable[BenefitSheet], *, at: datetime) -> None:
    here = door.here()
    for sheet in sheets:
        catalog.publish_benefit(
            merchant_id=here.merchant_id, benefit_number=sheet.number, actor=here.actor, at=at
        )


def _of(sheet: BenefitSheet, *, at: datetime) -> list[Problem]:
    found = catalog.examine_benefit(
        merchant_id=door.here().merchant_id, draft=catalog.draft_of(sheet.newest), at=at
    )
    return [replace(each, why=f"权益“{sheet.newest.name}”：{each.why}") for each in found]
