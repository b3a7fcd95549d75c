"""What is given away: what it is worth to whoever gets it, and the verbs that give it.

A typed cost may be nothing; what a customer would pay for it never is. The larger of both counts.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import complaints, paper_cards, points, promotions
from app.domain.approvals import statements
from app.domain.approvals.actions import By, CardBatch, Done, GiveGoodwill, MassGrant, Price
from app.domain.approvals.errors import ApprovalOutgrown
from app.domain.approvals.reading import member_of
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound

FEN_PER_YUAN = 100


@dataclass(frozen=True)
class _Fen:
    fen: int


@dataclass(frozen=True)
class _Batch:
    fen: int
    points: int


@dataclass(frozen=True)
class _Benefit:
    number: str
    fen: int


def price_goodwill(wanted: GiveGoodwill, by: By) -> Price:
    which = {"merchant_id": by.merchant_id, "number": wanted.benefit_number}
    worth = fetch_one(_Fen, statements.WORTH_OF_BENEFIT, which)
    if worth is None:
        raise NotFound("There is no such benefit on sale.", number=wanted.benefit_number[:40])
    member_id = wanted.member_id
    if wanted.ticket_number:
        member_id = member_of(statements.COMPLAINER, by, number=wanted.ticket_number)
    return Price(amount_fen=worth.fen, member_id=member_id)


def give(wanted: GiveGoodwill, by: By) -> Done:
    present = complaints.Present(
        merchant_id=by.merchant_id,
        member_id=wanted.member_id,
        benefit_number=wanted.benefit_number,
        reason=by.reason,
        actor=by.actor,
        role=wanted.role,
        ticket_number=wanted.ticket_number,
    )
    given = complaints.grant(present, at=by.at)
    return Done(result=given.card_number, amount_fen=max(given.cost_fen, given.market_value_fen))


def subject_of_goodwill(wanted: GiveGoodwill) -> str:
    return wanted.ticket_number or f"member:{wanted.member_id}"


def lock_draft(wanted: MassGrant, by: By) -> None:
    """Nobody edits it until this transaction ends."""
    promotions.lock(by.merchant_id, wanted.campaign_number, promotions.State.DRAFT)


def price_mass(wanted: MassGrant, by: By) -> Price:
    """None where no cost was named; else the budget, or what its vouchers are worth if more."""
    found = promotions.get_promotion(merchant_id=by.merchant_id, number=wanted.campaign_number)
    if wanted.terms_print and wanted.terms_print != terms_print(found.terms):
        raise ApprovalOutgrown("活动内容已修改，请重新提交审批")
    if found.kind != promotions.Kind.GRANT:
        return Price(amount_fen=0)
    if found.most_fen is None or found.most_vouchers is None:
        return Price(amount_fen=None)
    return Price(amount_fen=max(found.most_fen, _given_worth(found)))


def publish(wanted: MassGrant, by: By) -> Done:
    promotions.publish(
        merchant_id=by.merchant_id, number=wanted.campaign_number, actor=by.actor, at=by.at
    )
    return Done(result=wanted.campaign_number)


def terms_print(terms: Mapping[str, object]) -> str:
    """By which a second person knows that nobody changed what he reads."""
    told = json.dumps(terms, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def price_batch(wanted: CardBatch, by: By) -> Price:
    which = {"merchant_id": by.merchant_id, "number": wanted.batch_number}
    found = fetch_one(_Batch, statements.WORTH_OF_BATCH, which)
    if found is None:
        raise NotFound("There is no such batch.", number=wanted.batch_number[:40])
    # A point is worth what it pays; where points pay nothing, what they would pay.
    worth = points.rulebook(merchant_id=by.merchant_id).terms.worth
    return Price(amount_fen=found.fen + -(-found.points * FEN_PER_YUAN // worth))


def hold_batch(wanted: CardBatch, by: By) -> None:
    paper_cards.hold(merchant_id=by.merchant_id, number=wanted.batch_number)


def release_batch(wanted: CardBatch, by: By) -> Done:
    paper_cards.release(
        merchant_id=by.merchant_id, number=wanted.batch_number, actor=by.actor, at=by.at
    )
    return Done(result=wanted.batch_number)


def _given_worth(found: promotions.Promotion) -> int:
    """All its vouchers, in whole packs, as nobody is given a part of one."""
    gives = promotions.parse(found.terms).gives
    which = {"merchant_id": found.merchant_id, "numbers": [each.benefit for each in gives]}
    fen = {row.number: row.fen for row in fetch_all(_Benefit, statements.WORTHS, which)}
    pack_fen = sum(each.quantity * fen.get(each.benefit, 0) for each in gives)
    packs = (found.most_vouchers or 0) // sum(each.quantity for each in gives)
    return packs * pack_fen
