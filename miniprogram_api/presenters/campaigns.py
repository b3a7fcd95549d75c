from collections.abc import Sequence
from datetime import date, datetime

from app.domain.promotions import (
    Calendar,
    CampaignView,
    Clash,
    Finding,
    Promotion,
    PromotionEvent,
    Terms,
    parse,
)
from app.web.words import Told
from miniprogram_api.presenters.catalogue import OfferView, present_offer


class CampaignGift(Told):
    name: str
    quantity: int


class CampaignCard(Told):
    """A campaign: now or next from `opens_at` to `closes_at`; null, until it is stopped.

    `kind`: sale, member_day, grant, topup_bonus, event, or assist. `for_me` false: `why_not` says
    why. `given`: whether what it gives is in my wallet; null where it gives nothing by itself.
    """

    campaign: str
    kind: str
    name: str
    theme: str
    text: str
    opens_at: datetime
    closes_at: datetime | None
    running: bool
    recurs: str | None
    for_whom: str
    for_me: bool
    why_not: str | None
    offers: list[OfferView]
    gifts: list[CampaignGift]
    points_times: str | None
    given: bool | None


class CampaignCards(Told):
    items: list[CampaignCard]


class CampaignFinding(Told):
    """What stands in the way of publishing, and what to change."""

    field: str
    phrase: str | None
    why: str
    suggestion: str


class CampaignPlan(Told):
    """A campaign as its merchant wrote it; the budget so far, and its window now or next."""

    campaign: str
    state: str
    terms: Terms
    opens_at: datetime | None
    closes_at: datetime | None
    given_vouchers: int
    spent_fen: int
    findings: list[CampaignFinding]


class CampaignClash(Told):
    campaigns: list[str]
    why: str


class CalendarDay(Told):
    day: date
    campaigns: list[str]
    clashes: list[CampaignClash]


class CampaignCalendar(Told):
    """Drafts and live campaigns by business day; `clashes` of all the days together."""

    days: list[CalendarDay]
    campaigns: list[CampaignPlan]
    clashes: list[CampaignClash]


class EventView(Told):
    event: str
    name: str
    starts_at: datetime
    ends_at: datetime


class EventMoved(Told):
    """`campaigns` moved with it, and their offers on sale."""

    event: EventView
    campaigns: list[str]


class Events(Told):
    items: list[EventView]


class MemberTags(Told):
    member: str
    tags: list[str]


def present_campaigns(views: Sequence[CampaignView], *, on_ios: bool) -> CampaignCards:
    return CampaignCards(items=[present_campaign(view, on_ios=on_ios) for view in views])


def present_campaign(view: CampaignView, *, on_ios: bool) -> CampaignCard:
    return CampaignCard(
        campaign=view.number,
        kind=view.kind,
        name=view.name,
        theme=view.theme,
        text=view.text,
        opens_at=view.opens_at,
        closes_at=view.closes_at,
        running=view.is_running,
        recurs=view.recurs,
        for_whom=view.for_whom,
        for_me=view.why_not is None,
        why_not=view.why_not,
        offers=[present_offer(offer, on_ios=on_ios) for offer in view.offers],
        gifts=[CampaignGift(name=gift.name, quantity=gift.quantity) for gift in view.gifts],
        points_times=view.points_times,
        given=view.was_given,
    )


def present_plan(promotion: Promotion, findings: Sequence[Finding] = ()) -> CampaignPlan:
    return CampaignPlan(
        campaign=promotion.number,
        state=promotion.state.value,
        terms=parse(promotion.terms),
        opens_at=promotion.opens_at,
        closes_at=promotion.closes_at,
        given_vouchers=promotion.given_vouchers,
        spent_fen=promotion.spent_fen,
        findings=[
            CampaignFinding(
                field=each.field, phrase=each.phrase, why=each.why, suggestion=each.suggestion
            )
            for each in findings
        ],
    )


def present_calendar(found: Calendar) -> CampaignCalendar:
    return CampaignCalendar(
        days=[
            CalendarDay(
                day=each.day, campaigns=list(each.campaigns), clashes=_clashes(each.clashes)
            )
            for each in found.days
        ],
        campaigns=[present_plan(each) for each in found.campaigns],
        clashes=_clashes(found.clashes),
    )


def present_event(event: PromotionEvent) -> EventView:
    return EventView(
        event=event.number, name=event.name, starts_at=event.starts_at, ends_at=event.ends_at
    )


def _clashes(found: Sequence[Clash]) -> list[CampaignClash]:
    return [CampaignClash(campaigns=[each.one, each.other], why=each.why) for each in found]
