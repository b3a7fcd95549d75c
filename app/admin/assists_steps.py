"""Publishing, stopping and killing such a campaign: each tells first what will follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _

from app.admin import door, pages, words
from app.admin.assists import bp, findings_of, open_sheet, sheet_page
from app.admin.judging import may_be_shown
from app.admin.needs import needs
from app.domain import campaigns
from app.domain.campaigns import CampaignRefused, Finding, State
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError, Invalid, NotFound

__all__ = ["bp"]

LONGEST_REASON = 200


@dataclass(frozen=True, kw_only=True)
class Step:
    """`states`: in which one it can be taken."""

    words: str
    done: str
    icon: str
    style: str
    states: frozenset[State]
    take: Callable[[str], None]


@bp.get("/<merchant>/assists/<number>/steps/<step>")
@needs(Role.MANAGER)
def consider(merchant: str, number: str, step: str) -> Response:  # noqa: ARG001 - the door reads it
    """What will follow."""
    return _consider(number, step)


@bp.post("/<merchant>/assists/<number>/steps/<step>")
@needs(Role.MANAGER)
def take(merchant: str, number: str, step: str) -> Response:  # noqa: ARG001 - the door reads it
    wanted = _step(step)
    try:
        wanted.take(number)
    except CampaignRefused as refusal:
        told: Any = refusal.details["findings"]
        found = [Finding(**each) for each in told]
        return sheet_page(number, problems=found, status=409)
    except NotFound:
        raise
    except DomainError as refusal:
        return _consider(number, step, refusal=words.refusal(refusal), status=refusal.status)
    return pages.go("assists.show", number=number, words=wanted.done)


def _consider(number: str, step: str, *, refusal: str | None = None, status: int = 200) -> Response:
    at, wanted = clock.now(), _step(step)
    with transaction(merchant=door.here().merchant_id):
        sheet = open_sheet(number)
        if sheet.campaign.state not in wanted.states:
            return pages.go("assists.show", number=number)
        problems = findings_of(number, at=at) if step == "publish" else []
    return pages.page(
        "assists/consider.html",
        status=status,
        sheet=sheet,
        step=step,
        wanted=wanted,
        problems=problems,
        refusal=refusal,
    )


def _publish(number: str) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        campaign = campaigns.get_campaign(merchant_id=here.merchant_id, number=number)
        text = campaigns.parse(campaign.terms).wording.text
        problems = findings_of(number, at=clock.now())
    if problems:
        raise CampaignRefused(problems)
    is_clean = may_be_shown(text)
    with transaction(merchant=here.merchant_id):
        campaigns.publish(
            merchant_id=here.merchant_id,
            number=number,
            clean_text=text if is_clean else None,
            actor=here.actor,
            at=clock.now(),
        )


def _stop(number: str) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        campaigns.stop(
            merchant_id=here.merchant_id, number=number, actor=here.actor, at=clock.now()
        )


def _kill(number: str) -> None:
    here, reason = door.here(), request.form.get("reason", "").strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Invalid(str(_("请写明终止的原因（不超过 200 字）")))
    with transaction(merchant=here.merchant_id):
        campaigns.kill(
            merchant_id=here.merchant_id,
            number=number,
            reason=reason,
            actor=here.actor,
            at=clock.now(),
        )


def _step(word: str) -> Step:
    if word not in STEPS:
        raise NotFound("There is no such step.", step=word[:40])
    return STEPS[word]


STEPS: Mapping[str, Step] = {
    "publish": Step(
        words=_("发布"),
        done=_("已发布，从现在起购买主商品的顾客可以邀请好友"),
        icon="send",
        style="btn-primary",
        states=frozenset({State.DRAFT}),
        take=_publish,
    ),
    "stop": Step(
        words=_("停止"),
        done=_("已停止，新的订单不再带助力任务"),
        icon="player-pause",
        style="btn-warning",
        states=frozenset({State.PUBLISHED}),
        take=_stop,
    ),
    "kill": Step(
        words=_("紧急终止"),
        done=_("已终止，进行中的任务正在按规则处理"),
        icon="power",
        style="btn-danger",
        states=frozenset({State.PUBLISHED, State.STOPPED}),
        take=_kill,
    ),
}
