"""A recipe becomes drafts of this shop, by the ordinary verbs, all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.admin import door
from app.admin.recipes_book import MEMBER_DAY_LASTS, Recipe, RecipeOffer
from app.domain import campaigns, catalog, promotions
from app.domain.catalog import BenefitRevision


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Numbers of what was made."""

    offers: Sequence[str]
    campaign: str | None
    promotion: str | None


def load(recipe: Recipe, *, at: datetime) -> Loaded:
    """Make its drafts, inside a transaction. Raises what the verbs raise."""
    benefits = {name: _benefit(words, at=at) for name, words in recipe.benefits.items()}
    offers = [_offer(each, benefits, at=at) for each in recipe.offers]
    return Loaded(
        offers=offers,
        campaign=_assist(recipe.assist, offers[0], benefits, at=at) if recipe.assist else None,
        promotion=_member_day(recipe.member_day, offers, at=at) if recipe.member_day else None,
    )


def _benefit(words: Mapping[str, Any], *, at: datetime) -> BenefitRevision:
    here = door.here()
    return catalog.add_benefit(merchant_id=here.merchant_id, actor=here.actor, at=at, **words)


def _offer(offer: RecipeOffer, benefits: Mapping[str, BenefitRevision], *, at: datetime) -> str:
    here, words = door.here(), dict(offer.words)
    items = [(benefits[name].benefit_id, quantity) for name, quantity in offer.holds.items()]
    return catalog.add_offer(
        merchant_id=here.merchant_id,
        items=items,
        terms=_terms(words.pop("terms", {}), benefits),
        actor=here.actor,
        at=at,
        **words,
    ).number


def _terms(words: Mapping[str, Any], benefits: Mapping[str, BenefitRevision]) -> dict[str, Any]:
    """What each period sends is named in the recipe, and numbered in the shop."""
    if "items" not in words:
        return dict(words)
    sent = [
        {
            "benefit_ids": [benefits[name].benefit_id for name in item["choices"]],
            "quantity": item["quantity"],
        }
        for item in words["items"]
    ]
    return {**words, "items": sent}


def _assist(
    words: Mapping[str, Any], offer: str, benefits: Mapping[str, BenefitRevision], *, at: datetime
) -> str:
    here = door.here()
    numbers = {name: benefit.benefit_number for name, benefit in benefits.items()}
    terms = {
        **words,
        "offer": offer,
        "subs": [{"benefit": numbers[name], "helpers": friends} for name, friends in words["subs"]],
        "reward": numbers[words["reward"]],
        "fallback": numbers[words["fallback"]],
    }
    return campaigns.draft(
        merchant_id=here.merchant_id, terms=campaigns.parse(terms), actor=here.actor, at=at
    ).number


def _member_day(words: Mapping[str, Any], offers: Sequence[str], *, at: datetime) -> str:
    here = door.here()
    terms = {
        **words,
        "kind": promotions.Kind.MEMBER_DAY.value,
        "starts_at": at.isoformat(),
        "ends_at": (at + MEMBER_DAY_LASTS).isoformat(),
        "offers": list(offers),
    }
    return promotions.draft(
        merchant_id=here.merchant_id, terms=promotions.parse(terms), actor=here.actor, at=at
    ).number
