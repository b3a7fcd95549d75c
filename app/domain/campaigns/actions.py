from datetime import datetime

from sqlalchemy import select

from app.domain.campaigns.errors import CampaignRefused, CampaignState
from app.domain.campaigns.linter import Finding
from app.domain.campaigns.models import AssistCampaign, State
from app.domain.campaigns.queries import examine
from app.domain.campaigns.terms import Terms, parse
from app.domain.catalog import hold_offer
from app.kernel import audit, numbers
from app.kernel.db import locked, writing
from app.kernel.errors import NotFound

UNJUDGED = Finding(
    rule="5.1.5",
    field="wording",
    why="文案没有通过平台的内容安全检查",
    suggestion="修改文案中违规或需要复核的内容后再发布",
)


def draft(*, merchant_id: int, terms: Terms, actor: str, at: datetime) -> AssistCampaign:
    """Write a campaign down, whatever its faults. Raises NotFound for what it names."""
    seen = examine(merchant_id=merchant_id, terms=terms, at=at)
    campaign = AssistCampaign(
        merchant_id=merchant_id,
        number=numbers.new(numbers.Kind.CAMPAIGN, merchant_id=merchant_id),
        offer_id=seen.offer_id,
        state=State.DRAFT,
        terms=terms.to_json(),
        revisions={},
        created_at=at,
    )
    writing().add(campaign)
    writing().flush()
    _tell(campaign, "campaign.draft", actor=actor, at=at)
    return campaign


def edit(
    *, merchant_id: int, number: str, terms: Terms, actor: str, at: datetime
) -> AssistCampaign:
    """Other terms for a draft. Raises NotFound, CampaignState."""
    campaign = _lock(merchant_id, number, State.DRAFT)
    campaign.offer_id = examine(merchant_id=merchant_id, terms=terms, at=at).offer_id
    before, campaign.terms = campaign.terms, terms.to_json()
    _tell(campaign, "campaign.edit", actor=actor, at=at, before=before, after=campaign.terms)
    return campaign


def publish(
    *, merchant_id: int, number: str, clean_text: str | None, actor: str, at: datetime
) -> AssistCampaign:
    """From now on whoever buys the offer gets tasks with it.

    `clean_text` is what the platform's judge of texts let pass; it must be this very wording.
    Raises NotFound, CampaignState, and CampaignRefused with every finding.
    """
    campaign = _lock(merchant_id, number, State.DRAFT)
    terms = parse(campaign.terms)
    seen = examine(merchant_id=merchant_id, terms=terms, at=at)
    unjudged = [] if clean_text == terms.wording.text else [UNJUDGED]
    if seen.findings or unjudged:
        raise CampaignRefused([*seen.findings, *unjudged])
    _refuse_second(campaign)
    campaign.state, campaign.published_at = State.PUBLISHED, at
    campaign.revisions = dict(seen.revisions)
    _tell(campaign, "campaign.publish", actor=actor, at=at)
    return campaign


def stop(*, merchant_id: int, number: str, actor: str, at: datetime) -> AssistCampaign:
    """Orders placed from now on get no tasks; those there are go on. Raises as `edit`."""
    campaign = _lock(merchant_id, number, State.PUBLISHED)
    campaign.state, campaign.stopped_at = State.STOPPED, at
    _tell(campaign, "campaign.stop", actor=actor, at=at)
    return campaign


def kill(*, merchant_id: int, number: str, reason: str, actor: str, at: datetime) -> AssistCampaign:
    """End it at once: nobody helps any more, and open tasks are settled by its kill rule.

    Repeating it changes nothing. Raises NotFound, CampaignState for a draft.
    """
    campaign = _lock(merchant_id, number, State.PUBLISHED, State.STOPPED, State.KILLED)
    if campaign.state == State.KILLED:
        return campaign
    campaign.state, campaign.killed_at = State.KILLED, at
    _tell(campaign, "campaign.kill", actor=actor, at=at, reason=reason)
    return campaign


def _lock(merchant_id: int, number: str, *states: State) -> AssistCampaign:
    query = select(AssistCampaign).where(
        AssistCampaign.merchant_id == merchant_id, AssistCampaign.number == number
    )
    found = writing().scalar(locked(query, mild=True))
    if found is None:
        raise NotFound("There is no such campaign.", number=number[:40])
    if found.state not in states:
        raise CampaignState("活动当前状态不能这样操作", state=found.state.value)
    return found


def _refuse_second(campaign: AssistCampaign) -> None:
    """Two campaigns of one offer that are published at once meet at the offer."""
    hold_offer(merchant_id=campaign.merchant_id, offer_id=campaign.offer_id)
    running = select(AssistCampaign.number).where(
        AssistCampaign.merchant_id == campaign.merchant_id,
        AssistCampaign.offer_id == campaign.offer_id,
        AssistCampaign.state == State.PUBLISHED,
    )
    other = writing().scalar(running)
    if other is not None:
        raise CampaignState("该商品已有进行中的助力活动", campaign=other)


def _tell(
    campaign: AssistCampaign, action: str, *, actor: str, at: datetime, **more: object
) -> None:
    writing().flush()
    audit.record(
        merchant_id=campaign.merchant_id,
        actor=actor,
        action=action,
        subject=campaign.number,
        at=at,
        details={"offer_id": campaign.offer_id, **more},
    )
