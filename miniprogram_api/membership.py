"""My tier and the way up; and the rules of it, for managers."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import membership
from app.domain.membership import RuleSet
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from app.web import auth, parse
from app.web.answers import answer, nothing
from app.web.openapi import MEMBER, STAFF, documented
from app.web.words import Asked
from miniprogram_api.presenters.membership import (
    Membership,
    TierDryRun,
    TierMoves,
    TierRulesView,
    present_dry_run,
    present_membership,
    present_moves,
    present_rules,
)

bp = APIBlueprint(
    "membership", __name__, url_prefix="/api/v1/<merchant>/membership", tag="Customer"
)
counter = APIBlueprint(
    "tiers", __name__, url_prefix="/api/v1/<merchant>/counter/tiers", tag="Counter"
)


class SetBirthday(Asked):
    """`consent_version` is that of the text which was shown and agreed to."""

    month: Annotated[int, Meta(ge=1, le=12)]
    day: Annotated[int, Meta(ge=1, le=31)]
    consent_version: Literal["birthday-1"]


class TierRulesAsked(Asked):
    rules: RuleSet


@bp.get("")
@documented(who=[MEMBER], told={200: Membership})
def get_membership(merchant: str) -> Response:
    """My tier, what it gives, and what leads to the next. 404 where the merchant has no tiers."""
    member = auth.member(merchant)
    with transaction():
        found = membership.view(
            merchant_id=member.merchant_id, member_id=member.member_id, at=clock.now()
        )
    return answer(present_membership(found))


@bp.get("/moves")
@documented(who=[MEMBER], told={200: TierMoves})
def list_moves(merchant: str) -> Response:
    """Every change of my tier with its reason, the newest first."""
    member = auth.member(merchant)
    with transaction():
        found = membership.list_moves(merchant_id=member.merchant_id, member_id=member.member_id)
    return answer(present_moves(found))


@bp.post("/birthday")
@documented(who=[MEMBER], body=SetBirthday, told={204: None}, refuses=[409])
def set_birthday(merchant: str) -> Response:
    """Month and day for the birthday gift; once a year."""
    member, wanted = auth.member(merchant), parse.body(SetBirthday)
    with transaction():
        membership.set_birthday(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            month=wanted.month,
            day=wanted.day,
            consent_version=wanted.consent_version,
            at=clock.now(),
        )
    return nothing()


@bp.post("/birthday/remove")
@documented(who=[MEMBER], told={204: None})
def forget_birthday(merchant: str) -> Response:
    """I take it back."""
    member = auth.member(merchant)
    with transaction():
        membership.forget_birthday(
            merchant_id=member.merchant_id, member_id=member.member_id, at=clock.now()
        )
    return nothing()


@counter.get("")
@documented(who=[STAFF], told={200: TierRulesView})
def get_rules(merchant: str) -> Response:
    """The rules in force. For managers."""
    manager = auth.manager(merchant)
    with transaction(merchant=manager.merchant_id):
        book = membership.in_force(merchant_id=manager.merchant_id)
    if book is None:
        raise NotFound("There are no tiers here.")
    return answer(present_rules(book))


@counter.post("/dry-run")
@documented(who=[STAFF], body=TierRulesAsked, told={200: TierDryRun}, refuses=[409])
def dry_run(merchant: str) -> Response:
    """Who would move by these rules, and what it would cost. Nothing is changed."""
    manager, rules = auth.manager(merchant), _rules()
    with transaction(merchant=manager.merchant_id):
        told = membership.dry_run(merchant_id=manager.merchant_id, rules=rules, at=clock.now())
    return answer(present_dry_run(told))


@counter.post("")
@documented(who=[STAFF], body=TierRulesAsked, told={201: TierRulesView}, refuses=[409])
def publish(merchant: str) -> Response:
    """These rules hold from now on, as a new revision."""
    manager, rules = auth.manager(merchant), _rules()
    with transaction(merchant=manager.merchant_id):
        book = membership.publish_rules(
            merchant_id=manager.merchant_id, rules=rules, actor=manager.actor, at=clock.now()
        )
    return answer(present_rules(book), 201)


def _rules() -> RuleSet:
    """What the types allow need not make sense together."""
    return membership.parse(parse.body(TierRulesAsked).rules.to_json())
