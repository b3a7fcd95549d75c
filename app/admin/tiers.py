"""Tiers: the rules in force, changed by a form, tried on today's members before they hold."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _

from app.admin import door, pages, words
from app.admin.needs import needs
from app.admin.tiers_form import GROWTHS, NEEDS, OCCASIONS, Block, Typed, form_of, rules_of, typed
from app.domain import catalog, membership
from app.domain.membership import DryRun, RuleSet
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError, Invalid

bp = Blueprint("tiers", __name__)


@bp.context_processor
def known_words() -> dict[str, object]:
    return {"tier_needs": NEEDS, "tier_growths": GROWTHS, "tier_occasions": OCCASIONS}


@bp.get("/<merchant>/tiers")
@needs(Role.MANAGER)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        book = membership.in_force(merchant_id=here.merchant_id)
        sentences = _sentences(book.rules) if book else {}
        names = _benefit_names()
    return pages.page("tiers/show.html", book=book, sentences=sentences, names=names)


@bp.get("/<merchant>/tiers/edit")
@needs(Role.MANAGER)
def edit(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        book = membership.in_force(merchant_id=here.merchant_id)
    return _form_page(form_of(book.rules if book else None))


@bp.get("/<merchant>/tiers/block")
@needs(Role.MANAGER)
def block(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """One more tier in the form."""
    name = f"{clock.now().timestamp() * 1000:.0f}"
    with transaction(merchant=door.here().merchant_id):
        lists = _lists()
    return pages.page("tiers/_block.html", each=Block(id=name), **lists)


@bp.post("/<merchant>/tiers/sentences")
@needs(Role.MANAGER)
def sentences(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """What the rules of the form say, in the words that customers read."""
    try:
        rules = rules_of(typed())
    except DomainError as refusal:
        return pages.page("tiers/_sentences.html", refusals=_told(refusal))
    with transaction(merchant=door.here().merchant_id):
        told, newcomer = _sentences(rules), _newcomer(rules)
    return pages.page("tiers/_sentences.html", rules=rules, told=told, newcomer=newcomer)


@bp.post("/<merchant>/tiers/edit")
@needs(Role.MANAGER)
def try_out(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Who would move and what it would cost. Nothing is changed."""
    form = typed()
    if request.form.get("again"):
        return _form_page(form_of(_sent_rules()))
    try:
        rules = rules_of(form)
        found = _dry_run(rules, at=clock.now())
    except DomainError as refusal:
        return _form_page(form, refusals=_told(refusal), status=422)
    return _tried_page(rules, found)


@bp.post("/<merchant>/tiers")
@needs(Role.MANAGER, is_dear=True)
def publish(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, rules = door.here(), _sent_rules()
    try:
        with transaction(merchant=here.merchant_id):
            membership.publish_rules(
                merchant_id=here.merchant_id, rules=rules, actor=here.actor, at=clock.now()
            )
    except DomainError as refusal:
        return _form_page(form_of(rules), refusals=_told(refusal), status=refusal.status)
    return pages.go("tiers.show", words=_("等级规则已发布，正在逐个会员评定"))


def _dry_run(rules: RuleSet, *, at: datetime) -> DryRun:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return membership.dry_run(merchant_id=here.merchant_id, rules=rules, at=at)


def _tried_page(rules: RuleSet, found: DryRun) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        book = membership.in_force(merchant_id=here.merchant_id)
        told = _sentences(rules)
    before = {tier.number: tier.name for tier in book.rules.tiers} if book else {}
    names = before | {tier.number: tier.name for tier in rules.tiers}
    return pages.page(
        "tiers/tried.html",
        rules=rules,
        found=found,
        told=told,
        names=names,
        written=json.dumps(rules.to_json(), ensure_ascii=False),
    )


def _form_page(form: Typed, *, refusals: Sequence[str] = (), status: int = 200) -> Response:
    with transaction(merchant=door.here().merchant_id):
        lists = _lists()
    return pages.page("tiers/edit.html", status=status, form=form, refusals=refusals, **lists)


def _lists() -> dict[str, Any]:
    merchant_id = door.here().merchant_id
    return {
        "benefits": catalog.list_choices(merchant_id=merchant_id),
        "offers": catalog.list_offer_choices(merchant_id=merchant_id),
    }


def _benefit_names() -> dict[str, str]:
    chosen = catalog.list_choices(merchant_id=door.here().merchant_id)
    return {each.number: each.name for each in chosen}


def _sentences(rules: RuleSet) -> Mapping[str, str]:
    """By tier, from the rule itself."""
    titles = membership.offer_titles(merchant_id=door.here().merchant_id, rules=rules)
    return {tier.number: membership.reach_sentence(tier, titles=titles) for tier in rules.tiers}


def _newcomer(rules: RuleSet) -> str | None:
    """What somebody reads on his first day."""
    titles = membership.offer_titles(merchant_id=door.here().merchant_id, rules=rules)
    first = next((tier for tier in rules.tiers if tier.conditions), None)
    return membership.upgrade_sentence(first, {}, titles=titles) if first else None


def _sent_rules() -> RuleSet:
    """As they were tried. Raises Invalid, RulesRefused."""
    try:
        return membership.parse(json.loads(request.form.get("rules", "")))
    except json.JSONDecodeError as broken:
        raise Invalid("These rules cannot be read.") from broken


def _told(refusal: DomainError) -> list[str]:
    """Each thing that is at odds, where the refusal names them."""
    named = refusal.details.get("rules")
    is_named = isinstance(named, list) and refusal.code != "invalid"
    return (
        [str(each) for each in named]
        if is_named and isinstance(named, list)
        else [words.refusal(refusal)]
    )
