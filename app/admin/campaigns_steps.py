"""Publishing and stopping a campaign: each tells first what will follow."""

from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _

from app.admin import door, pages, words
from app.admin.campaigns import bp, clashes_of, open_sheet, sheet_page
from app.admin.needs import needs
from app.domain import approvals, promotions
from app.domain.approvals import MassGrant, Outcome
from app.domain.catalog import NotPublishable
from app.domain.merchants import Role
from app.domain.promotions import Finding, Kind, PromotionRefused, State
from app.kernel import clock, strict
from app.kernel.db import transaction
from app.kernel.errors import DomainError, NotFound

__all__ = ["bp"]

STATES = {"publish": State.DRAFT, "stop": State.PUBLISHED}


@bp.get("/<merchant>/campaigns/<number>/steps/<step>")
@needs(Role.MANAGER)
def consider(merchant: str, number: str, step: str) -> Response:  # noqa: ARG001 - the door reads it
    """What will follow."""
    return _consider(number, step)


@bp.post("/<merchant>/campaigns/<number>/steps/publish")
@needs(Role.MANAGER, is_dear=True)
def publish(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """At once, or after a second person when it gives away more than one may alone."""
    try:
        outcome = _publish(number)
    except PromotionRefused as refusal:
        told: Any = refusal.details["findings"]
        return sheet_page(number, problems=[Finding(**each) for each in told], status=409)
    except NotPublishable as refusal:
        return sheet_page(number, offer_problems=refusal.details["findings"], status=409)
    except NotFound:
        raise
    except DomainError as refusal:
        return _consider(number, "publish", refusal=words.refusal(refusal), status=refusal.status)
    said = _("已发布") if outcome.is_done else _("成本超过上限，已提交复核，另一人同意后自动发布")
    return pages.go("campaigns.show", number=number, words=said)


@bp.post("/<merchant>/campaigns/<number>/steps/stop")
@needs(Role.MANAGER)
def stop(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        promotions.stop(
            merchant_id=here.merchant_id, number=number, actor=here.actor, at=clock.now()
        )
    promotions.forget_doors(here.merchant_id)
    return pages.go("campaigns.show", number=number, words=_("已停止"))


def _consider(number: str, step: str, *, refusal: str | None = None, status: int = 200) -> Response:
    here, at = door.here(), clock.now()
    if step not in STATES:
        raise NotFound("There is no such step.", step=step[:40])
    with transaction(merchant=here.merchant_id):
        sheet = open_sheet(number)
        if sheet.campaign.state != STATES[step]:
            return pages.go("campaigns.show", number=number)
        is_publish = step == "publish"
        problems = (
            promotions.findings(merchant_id=here.merchant_id, number=number, at=at)
            if is_publish
            else []
        )
        clashes = clashes_of(sheet) if is_publish else []
        is_dear = is_publish and approvals.needs_second(
            merchant_id=here.merchant_id,
            action=MassGrant(campaign_number=number),
            actor=here.actor,
            at=at,
        )
    return pages.page(
        "campaigns/consider.html",
        status=status,
        sheet=sheet,
        step=step,
        problems=problems,
        clashes=clashes,
        is_dear=is_dear,
        refusal=refusal,
        terms_print=approvals.terms_print(sheet.campaign.terms),
    )


def _publish(number: str) -> Outcome:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        campaign = promotions.get_promotion(merchant_id=here.merchant_id, number=number)
        is_grant = campaign.kind is Kind.GRANT
        outcome = approvals.ask_or_do(
            merchant_id=here.merchant_id,
            action=MassGrant(campaign_number=number, terms_print=_seen_print()),
            reason=request.form.get("reason", "") if is_grant else str(_("发布活动")),
            actor=here.actor,
            at=clock.now(),
        )
    promotions.forget_doors(here.merchant_id)
    return outcome


def _seen_print() -> str:
    """Of the terms on the page that was read, so that nobody publishes others. Raises Invalid."""
    seen = request.form.get("terms_print", "")
    strict.require(bool(seen), field="terms_print")
    return seen
