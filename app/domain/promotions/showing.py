"""Campaigns as a customer sees them: what, when, whether it is for him, and at what price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain import campaigns, catalog, points
from app.domain.campaigns import AssistCampaign
from app.domain.catalog import OfferDetail
from app.domain.promotions import statements
from app.domain.promotions.models import Promotion, State
from app.domain.promotions.queries import window_of
from app.domain.promotions.rules import Window, day_words
from app.domain.promotions.selling import audience_words, refusal_words
from app.domain.promotions.terms import Terms, parse
from app.kernel.db import fetch_all, reading
from app.kernel.errors import NotFound

ASSIST = "assist"


@dataclass(frozen=True, kw_only=True)
class Gift:
    """What a campaign gives each member."""

    name: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class CampaignView:
    """`opens_at` to `closes_at`: now or next; without an end it is on until it is stopped.

    `why_not` is empty for whom it is meant; `was_given` says that what it gives is in his wallet.
    """

    number: str
    kind: str
    name: str
    theme: str
    text: str
    opens_at: datetime
    closes_at: datetime | None
    is_running: bool
    recurs: str | None
    for_whom: str
    why_not: str | None
    offers: Sequence[OfferDetail]
    gifts: Sequence[Gift]
    points_times: str | None
    was_given: bool | None


@dataclass(frozen=True)
class _Given:
    promotion_id: int


def list_for(*, merchant_id: int, member_id: int, at: datetime) -> list[CampaignView]:
    """What is running and to come, campaigns of friends' help among them: running ones first."""
    given = _given(merchant_id, member_id)
    found = [
        _view(each, window, member_id=member_id, given=given, at=at)
        for each, window in _live(merchant_id, at)
    ]
    found += [_assist_view(each, at=at) for each in _assists(merchant_id, at)]
    return sorted(found, key=lambda each: (not each.is_running, each.opens_at, each.number))


def get_for(*, merchant_id: int, member_id: int, number: str, at: datetime) -> CampaignView:
    """One of them. Raises NotFound, also for what is over or was stopped."""
    for promotion, window in _live(merchant_id, at):
        if promotion.number == number:
            given = _given(merchant_id, member_id)
            return _view(promotion, window, member_id=member_id, given=given, at=at)
    for campaign in _assists(merchant_id, at):
        if campaign.number == number:
            return _assist_view(campaign, at=at)
    raise NotFound("There is no such campaign.", number=number[:40])


def _live(merchant_id: int, at: datetime) -> list[tuple[Promotion, Window]]:
    """A member day is found by its rule, also when the sweep that turns it is late."""
    query = select(Promotion).where(
        Promotion.merchant_id == merchant_id, Promotion.state == State.PUBLISHED
    )
    found = [(each, _window(each, at)) for each in reading().scalars(query).all()]
    return [(each, window) for each, window in found if window is not None]


def _window(promotion: Promotion, at: datetime) -> Window | None:
    terms = parse(promotion.terms)
    if terms.day:
        return window_of(merchant_id=promotion.merchant_id, terms=terms, event=None, at=at)
    if not promotion.opens_at or not promotion.closes_at or promotion.closes_at <= at:
        return None
    return Window(promotion.opens_at, promotion.closes_at)


def _assists(merchant_id: int, at: datetime) -> list[AssistCampaign]:
    found = campaigns.list_campaigns(merchant_id=merchant_id)
    return [each for each in found if each.state == campaigns.State.PUBLISHED and _lasts(each, at)]


def _lasts(campaign: AssistCampaign, at: datetime) -> bool:
    ends_at = campaigns.parse(campaign.terms).ends_at
    return ends_at is None or at < ends_at


def _given(merchant_id: int, member_id: int) -> set[int]:
    who: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    return {row.promotion_id for row in fetch_all(_Given, statements.GIVEN_TO, who)}


def _view(
    promotion: Promotion, window: Window, *, member_id: int, given: set[int], at: datetime
) -> CampaignView:
    merchant_id, terms = promotion.merchant_id, parse(promotion.terms)
    return CampaignView(
        number=promotion.number,
        kind=promotion.kind.value,
        name=terms.name,
        theme=terms.theme,
        text=terms.text,
        opens_at=window.starts_at,
        closes_at=window.ends_at,
        is_running=window.starts_at <= at,
        recurs=day_words(terms.day) if terms.day else None,
        for_whom=audience_words(merchant_id=merchant_id, audience=terms.audience),
        why_not=refusal_words(
            merchant_id=merchant_id, member_id=member_id, audience=terms.audience, at=at
        ),
        offers=_offers(merchant_id, terms.offers, at=at),
        gifts=_gifts(promotion, terms),
        points_times=points.times_words(terms.factor_bp) if terms.factor_bp else None,
        was_given=promotion.id in given if terms.gives else None,
    )


def _assist_view(campaign: AssistCampaign, *, at: datetime) -> CampaignView:
    terms = campaigns.parse(campaign.terms)
    return CampaignView(
        number=campaign.number,
        kind=ASSIST,
        name=terms.wording.title,
        theme="好友助力",
        text=terms.wording.rules,
        opens_at=campaign.published_at or at,
        closes_at=terms.ends_at,
        is_running=True,
        recurs=None,
        for_whom="全体会员",
        why_not=None,
        offers=_offers(campaign.merchant_id, [terms.offer], at=at),
        gifts=[],
        points_times=None,
        was_given=None,
    )


def _offers(merchant_id: int, numbers: Sequence[str], *, at: datetime) -> list[OfferDetail]:
    """As they are now: one that was taken off sale by hand is shown, and is not on sale."""
    return [catalog.get_offer(merchant_id=merchant_id, number=each, at=at) for each in numbers]


def _gifts(promotion: Promotion, terms: Terms) -> list[Gift]:
    known = catalog.find_revisions(
        merchant_id=promotion.merchant_id, revision_ids=set(promotion.revisions.values())
    )
    return [
        Gift(name=known[promotion.revisions[item.benefit]].name, quantity=item.quantity)
        for item in terms.gives
    ]
