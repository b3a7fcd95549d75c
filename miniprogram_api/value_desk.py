"""Stored value at the manager's desk: whose it is, freezing, corrections by two people, rules."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import members, stored_value
from app.domain.stored_value import LotKind
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from app.web import auth, parse
from app.web.answers import answer, nothing
from app.web.openapi import STAFF, documented
from app.web.words import Asked, Cursor, Fen, Limit, Line200, Position
from miniprogram_api.presenters.value import (
    ValueCreditPage,
    ValueEntries,
    present_credits,
    present_history,
)
from miniprogram_api.presenters.value_desk import (
    AdjustmentDecided,
    AdjustmentPage,
    AdjustmentTold,
    Purse,
    SpendRules,
    ValueCustody,
    present_adjustment,
    present_adjustments,
    present_custody,
    present_purse,
    present_rules,
)

bp = APIBlueprint("value_desk", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Counter")

MOST_FEN = stored_value.NAMED_CAP_FEN


class PageOfValue(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


class SayWhy(Asked):
    reason: Line200


class ProposeAdjustment(Asked):
    """Paid money can only be taken away; what is added is bonus. The member reads the reason."""

    kind: Literal["paid", "bonus"]
    change_fen: Annotated[int, Meta(ge=-MOST_FEN, le=MOST_FEN)]
    reason: Line200


class DecideAdjustment(Asked):
    """The `adjustment` that was read, so that no other is decided in its place."""

    adjustment: Position


class SetSpendRules(Asked):
    """A day allows what one order does, at least."""

    confirm_above_fen: Fen
    confirm_day_above_fen: Fen


@bp.get("/members/<member>/value")
@documented(who=[STAFF], told={200: Purse})
def get_purse(merchant: str, member: str) -> Response:
    """What a member has, whether it is frozen and why, and the correction that waits for him."""
    manager = auth.manager(merchant)
    with transaction(merchant=manager.merchant_id):
        who = _who(manager, member)
        told = present_purse(
            stored_value.balance(**who),
            freeze=stored_value.freeze_of(**who),
            waiting=stored_value.waiting_adjustment(**who),
            unconfirmed_fen=stored_value.unconfirmed_fen(**who, at=clock.now()),
        )
    return answer(told)


@bp.get("/members/<member>/value/top-ups")
@documented(who=[STAFF], query=PageOfValue, told={200: ValueCreditPage})
def list_lots(merchant: str, member: str) -> Response:
    """Top-ups, gift cards and corrections of a member, with what rests of paid and bonus money."""
    manager, wanted = auth.manager(merchant), parse.query(PageOfValue)
    with transaction(merchant=manager.merchant_id):
        page = stored_value.list_credits(
            **_who(manager, member), cursor=wanted.cursor, limit=wanted.limit
        )
    return answer(present_credits(page))


@bp.get("/members/<member>/value/entries")
@documented(who=[STAFF], query=PageOfValue, told={200: ValueEntries})
def list_entries(merchant: str, member: str) -> Response:
    """Every change of a member's stored value, the newest first."""
    manager, wanted = auth.manager(merchant), parse.query(PageOfValue)
    with transaction(merchant=manager.merchant_id):
        page = stored_value.list_history(
            **_who(manager, member), cursor=wanted.cursor, limit=wanted.limit
        )
    return answer(present_history(page))


@bp.post("/members/<member>/value/freeze")
@documented(who=[STAFF], body=SayWhy, told={204: None})
def freeze(merchant: str, member: str) -> Response:
    """Nothing of it is spent from now on; what comes in still arrives. The reason stays here."""
    manager, wanted = auth.manager(merchant), parse.body(SayWhy)
    with transaction(merchant=manager.merchant_id):
        stored_value.freeze(
            **_who(manager, member), reason=wanted.reason, actor=manager.actor, at=clock.now()
        )
    return nothing()


@bp.post("/members/<member>/value/unfreeze")
@documented(who=[STAFF], body=SayWhy, told={204: None})
def unfreeze(merchant: str, member: str) -> Response:
    """It can be spent again. Nobody lets go of his own."""
    manager, wanted = auth.manager(merchant), parse.body(SayWhy)
    with transaction(merchant=manager.merchant_id):
        stored_value.unfreeze(
            **_who(manager, member), reason=wanted.reason, actor=manager.actor, at=clock.now()
        )
    return nothing()


@bp.post("/members/<member>/value/adjustments")
@documented(who=[STAFF], body=ProposeAdjustment, told={201: AdjustmentTold}, refuses=[409])
def propose(merchant: str, member: str) -> Response:
    """Ask another manager to correct a member's balance. Nothing changes until he approves."""
    manager, wanted = auth.manager(merchant), parse.body(ProposeAdjustment)
    with transaction(merchant=manager.merchant_id):
        who = _who(manager, member)
        stored_value.propose_adjustment(
            **who,
            kind=LotKind(wanted.kind),
            change_fen=wanted.change_fen,
            reason=wanted.reason,
            by=manager.actor,
            at=clock.now(),
        )
        proposed = stored_value.waiting_adjustment(**who)
    if proposed is None:
        raise NotFound("The proposal is gone already.")
    return answer(present_adjustment(proposed), 201)


@bp.post("/members/<member>/value/adjustments/approve")
@documented(who=[STAFF], body=DecideAdjustment, told={200: AdjustmentDecided}, refuses=[409])
def approve(merchant: str, member: str) -> Response:
    """Book what somebody else proposed."""
    manager, wanted = auth.manager(merchant), parse.body(DecideAdjustment)
    with transaction(merchant=manager.merchant_id):
        stored_value.approve_adjustment(
            **_who(manager, member),
            adjustment_id=wanted.adjustment,
            by=manager.actor,
            at=clock.now(),
        )
    return answer(AdjustmentDecided(adjustment=wanted.adjustment, state="approved"))


@bp.post("/members/<member>/value/adjustments/reject")
@documented(who=[STAFF], body=DecideAdjustment, told={200: AdjustmentDecided}, refuses=[409])
def reject(merchant: str, member: str) -> Response:
    """Do not book what somebody else proposed."""
    manager, wanted = auth.manager(merchant), parse.body(DecideAdjustment)
    with transaction(merchant=manager.merchant_id):
        stored_value.reject_adjustment(
            **_who(manager, member),
            adjustment_id=wanted.adjustment,
            by=manager.actor,
            at=clock.now(),
        )
    return answer(AdjustmentDecided(adjustment=wanted.adjustment, state="rejected"))


@bp.get("/value/adjustments")
@documented(who=[STAFF], query=PageOfValue, told={200: AdjustmentPage})
def list_adjustments(merchant: str) -> Response:
    """Every correction that waits for a second person, the oldest first."""
    manager, wanted = auth.manager(merchant), parse.query(PageOfValue)
    with transaction(merchant=manager.merchant_id):
        page = stored_value.list_adjustments(
            merchant_id=manager.merchant_id, cursor=wanted.cursor, limit=wanted.limit
        )
    return answer(present_adjustments(page))


@bp.get("/value/rules")
@documented(who=[STAFF], told={200: SpendRules})
def get_rules(merchant: str) -> Response:
    """Above which amounts a customer says once more that it is he."""
    manager = auth.manager(merchant)
    with transaction(merchant=manager.merchant_id):
        limits = stored_value.spend_limits(merchant_id=manager.merchant_id)
    return answer(present_rules(limits))


@bp.post("/value/rules")
@documented(who=[STAFF], body=SetSpendRules, told={200: SpendRules})
def set_rules(merchant: str) -> Response:
    """They count from now on."""
    manager, wanted = auth.manager(merchant), parse.body(SetSpendRules)
    with transaction(merchant=manager.merchant_id):
        stored_value.set_spend_limits(
            merchant_id=manager.merchant_id,
            order_fen=wanted.confirm_above_fen,
            day_fen=wanted.confirm_day_above_fen,
            actor=manager.actor,
            at=clock.now(),
        )
        limits = stored_value.spend_limits(merchant_id=manager.merchant_id)
    return answer(present_rules(limits))


@bp.get("/value/custody")
@documented(who=[STAFF], told={200: ValueCustody})
def get_custody(merchant: str) -> Response:
    """What we owe to everybody who holds stored value."""
    manager = auth.manager(merchant)
    with transaction(merchant=manager.merchant_id):
        found = stored_value.custody(merchant_id=manager.merchant_id)
    return answer(present_custody(found))


def _who(manager: auth.StaffOnLine, member: str) -> dict[str, int]:
    number = parse.number(member, numbers.Kind.MEMBER, merchant_id=manager.merchant_id)
    found = members.find_member_id(merchant_id=manager.merchant_id, number=number)
    if found is None:
        raise NotFound("There is no such member.", number=number)
    return {"merchant_id": manager.merchant_id, "member_id": found}
