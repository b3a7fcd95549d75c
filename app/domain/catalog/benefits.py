"""Benefits: worded as drafts, published once, and reworded by a new revision only."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.domain.catalog import offers
from app.domain.catalog.drafts import BenefitDraft
from app.domain.catalog.errors import NotPublishable, Problem
from app.domain.catalog.face import check_face
from app.domain.catalog.models import Benefit, BenefitKind, BenefitRevision
from app.domain.catalog.places import open_store_names, zone_of
from app.domain.catalog.publishing import benefit_problems
from app.domain.catalog.rules import MOST_FEN, Conditions
from app.kernel import audit, numbers, strict
from app.kernel.db import locked, reading, writing
from app.kernel.errors import NotFound

LONGEST_NAME = 60
LONGEST_HAND_OVER = 120


def add_benefit(
    *,
    merchant_id: int,
    kind: BenefitKind,
    name: str,
    market_value_fen: int,
    cost_fen: int,
    face: dict[str, Any],
    conditions: Conditions,
    hand_over: str,
    actor: str,
    at: datetime,
) -> BenefitRevision:
    """The first wording of a new benefit, as a draft. `hand_over` tells the clerk what to give.

    Raises Invalid.
    """
    benefit = Benefit(
        merchant_id=merchant_id,
        number=numbers.new(numbers.Kind.BENEFIT, merchant_id=merchant_id),
        name=name,
        created_at=at,
    )
    writing().add(benefit)
    writing().flush()
    revision = _draft(benefit, revision=1, at=at)
    _word(revision, kind, name, market_value_fen, cost_fen, face, conditions, hand_over)
    return _keep(revision, benefit, action="benefit.add", actor=actor, at=at)


def revise_benefit(
    *,
    merchant_id: int,
    benefit_number: str,
    kind: BenefitKind,
    name: str,
    market_value_fen: int,
    cost_fen: int,
    face: dict[str, Any],
    conditions: Conditions,
    hand_over: str,
    actor: str,
    at: datetime,
) -> BenefitRevision:
    """A new wording as a draft; a draft that is there already is replaced.

    What was sold keeps its wording. Raises NotFound, Invalid.
    """
    benefit = _lock_benefit(merchant_id, benefit_number)
    newest = _newest(benefit)
    is_draft = newest.published_at is None
    revision = newest if is_draft else _draft(benefit, revision=newest.revision + 1, at=at)
    _word(revision, kind, name, market_value_fen, cost_fen, face, conditions, hand_over)
    return _keep(revision, benefit, action="benefit.revise", actor=actor, at=at)


def publish_benefit(
    *, merchant_id: int, benefit_number: str, actor: str, at: datetime
) -> BenefitRevision:
    """From now on this wording is what gets sold. A wording published already stays as it is.

    Raises NotFound, and NotPublishable also when an offer on sale could not be sold with it.
    """
    benefit = _lock_benefit(merchant_id, benefit_number)
    revision = _newest(benefit)
    if revision.published_at is not None:
        return revision
    _refuse_unclear(revision, at)
    revision.published_at = at
    benefit.name = revision.name
    _keep(revision, benefit, action="benefit.publish", actor=actor, at=at)
    offers.refuse_unsellable(merchant_id=merchant_id, benefit_id=benefit.id, at=at)
    return revision


def examine_benefit(*, merchant_id: int, draft: BenefitDraft, at: datetime) -> list[Problem]:
    """What would stand in the way of publishing these words, kept or not."""
    return benefit_problems(
        draft, open_store_ids=open_store_names(merchant_id), zone=zone_of(merchant_id), at=at
    )


def draft_of(revision: BenefitRevision) -> BenefitDraft:
    """A wording as the rules of publishing look at it."""
    return BenefitDraft(
        kind=revision.kind,
        name=revision.name,
        market_value_fen=revision.market_value_fen,
        face=revision.face,
        conditions=Conditions.from_json(revision.conditions),
        hand_over=revision.hand_over,
    )


def _refuse_unclear(revision: BenefitRevision, at: datetime) -> None:
    problems = examine_benefit(merchant_id=revision.merchant_id, draft=draft_of(revision), at=at)
    if problems:
        raise NotPublishable(problems)


def _lock_benefit(merchant_id: int, number: str) -> Benefit:
    query = select(Benefit).where(Benefit.merchant_id == merchant_id, Benefit.number == number)
    found = writing().scalar(locked(query))
    if found is None:
        raise NotFound("There is no such benefit.", number=number[:40])
    return found


def _newest(benefit: Benefit) -> BenefitRevision:
    return (
        reading()
        .scalars(
            select(BenefitRevision)
            .where(
                BenefitRevision.merchant_id == benefit.merchant_id,
                BenefitRevision.benefit_id == benefit.id,
            )
            .order_by(BenefitRevision.revision.desc())
            .limit(1)
            .execution_options(populate_existing=True)
        )
        .one()
    )


def _draft(benefit: Benefit, *, revision: int, at: datetime) -> BenefitRevision:
    return BenefitRevision(
        merchant_id=benefit.merchant_id,
        benefit_id=benefit.id,
        revision=revision,
        created_at=at,
        published_at=None,
    )


def _word(  # noqa: PLR0917 - both callers pass their own words on in this order
    revision: BenefitRevision,
    kind: BenefitKind,
    name: str,
    market_value_fen: int,
    cost_fen: int,
    face: dict[str, Any],
    conditions: Conditions,
    hand_over: str,
) -> None:
    strict.require(0 < len(name.strip()) <= LONGEST_NAME, field="name")
    strict.require(0 < market_value_fen <= MOST_FEN, field="market_value_fen")
    strict.require(0 <= cost_fen <= MOST_FEN, field="cost_fen")
    strict.require(len(hand_over) <= LONGEST_HAND_OVER, field="hand_over")
    check_face(kind, face)
    _require_own_stores(revision.merchant_id, conditions)
    revision.kind = kind
    revision.name = name.strip()
    revision.market_value_fen = market_value_fen
    revision.cost_fen = cost_fen
    revision.face = dict(face)
    revision.conditions = conditions.to_json()
    revision.hand_over = hand_over.strip()


def _require_own_stores(merchant_id: int, conditions: Conditions) -> None:
    if conditions.store_ids is not None:
        known = open_store_names(merchant_id)
        strict.require(set(conditions.store_ids) <= known.keys(), field="store_ids")


def _keep(
    revision: BenefitRevision, benefit: Benefit, *, action: str, actor: str, at: datetime
) -> BenefitRevision:
    writing().add(revision)
    writing().flush()
    audit.record(
        merchant_id=benefit.merchant_id,
        actor=actor,
        action=action,
        subject=benefit.number,
        at=at,
        details={
            "revision": revision.revision,
            "name": revision.name,
            "market_value_fen": revision.market_value_fen,
        },
    )
    return revision
