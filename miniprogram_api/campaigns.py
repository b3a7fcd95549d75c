"""The page of campaigns, for customers; campaigns, events and tags, for managers."""

from datetime import date
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import approvals, promotions
from app.domain.promotions import Promotion, Terms
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, client, parse
from app.web.answers import answer
from app.web.auth import StaffOnLine
from app.web.openapi import MEMBER, STAFF, documented
from app.web.words import ONE_LINE, Asked, Instant, Line40, Number
from miniprogram_api.presenters.campaigns import (
    CampaignCalendar,
    CampaignCard,
    CampaignCards,
    CampaignPlan,
    EventMoved,
    Events,
    EventView,
    MemberTags,
    present_calendar,
    present_campaign,
    present_campaigns,
    present_event,
    present_plan,
)

bp = APIBlueprint("campaigns", __name__, url_prefix="/api/v1/<merchant>/campaigns", tag="Customer")
counter = APIBlueprint(
    "campaign_desk", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Counter"
)

Tag = Annotated[str, Meta(min_length=1, max_length=20, pattern=ONE_LINE)]


class DaysOfCalendar(Asked):
    """Business days of the shop: from `since`, not `until`, at most 92 of them."""

    since: date
    until: date


class WriteCampaign(Asked):
    terms: Terms


class AddEvent(Asked):
    name: Line40
    starts_at: Instant
    ends_at: Instant


class MoveEvent(Asked):
    starts_at: Instant
    ends_at: Instant


class TagMember(Asked):
    member: Number
    tag: Tag


@bp.get("")
@documented(who=[MEMBER], told={200: CampaignCards})
def list_campaigns(merchant: str) -> Response:
    """What is running and to come, friends' help included, and whether it is for me."""
    member = auth.member(merchant)
    with transaction():
        found = promotions.list_for(
            merchant_id=member.merchant_id, member_id=member.member_id, at=clock.now()
        )
    return answer(present_campaigns(found, on_ios=client.is_ios()))


@bp.get("/<campaign>")
@documented(who=[MEMBER], told={200: CampaignCard})
def get_campaign(merchant: str, campaign: str) -> Response:
    """One of them, until it is over."""
    member = auth.member(merchant)
    number = parse.number(campaign, numbers.Kind.CAMPAIGN, merchant_id=member.merchant_id)
    with transaction():
        found = promotions.get_for(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            at=clock.now(),
        )
    return answer(present_campaign(found, on_ios=client.is_ios()))


@counter.get("/campaigns")
@documented(who=[STAFF], query=DaysOfCalendar, told={200: CampaignCalendar}, refuses=[409])
def get_calendar(merchant: str) -> Response:
    """The calendar, and what is at odds in it. For managers."""
    manager, wanted = auth.manager(merchant), parse.query(DaysOfCalendar)
    with transaction(merchant=manager.merchant_id):
        found = promotions.plan(
            merchant_id=manager.merchant_id, since=wanted.since, until=wanted.until
        )
        told = present_calendar(found)
    return answer(told)


@counter.post("/campaigns")
@documented(who=[STAFF], body=WriteCampaign, told={201: CampaignPlan}, refuses=[409])
def draft(merchant: str) -> Response:
    """Write a campaign down; `findings` are what would stand in the way of publishing it."""
    manager, terms = auth.manager(merchant), _terms()
    with transaction(merchant=manager.merchant_id):
        made = promotions.draft(
            merchant_id=manager.merchant_id, terms=terms, actor=manager.actor, at=clock.now()
        )
        told = _with_findings(made)
    return answer(told, 201)


@counter.post("/campaigns/<campaign>/terms")
@documented(who=[STAFF], body=WriteCampaign, told={200: CampaignPlan}, refuses=[409])
def edit(merchant: str, campaign: str) -> Response:
    """Other terms for a draft."""
    manager, terms = auth.manager(merchant), _terms()
    number = _number(campaign, manager)
    with transaction(merchant=manager.merchant_id):
        made = promotions.edit(
            merchant_id=manager.merchant_id,
            number=number,
            terms=terms,
            actor=manager.actor,
            at=clock.now(),
        )
        told = _with_findings(made)
    return answer(told)


@counter.post("/campaigns/<campaign>/publish")
@documented(who=[STAFF], told={200: CampaignPlan}, refuses=[409])
def publish(merchant: str, campaign: str) -> Response:
    """From now on its terms stand, and its offers are sold in its window only.

    What gives away more than the merchant's limit waits for a second person, in the panel.
    """
    manager = auth.manager(merchant)
    number = _number(campaign, manager)
    with transaction(merchant=manager.merchant_id):
        approvals.do_alone(
            merchant_id=manager.merchant_id,
            action=approvals.MassGrant(campaign_number=number),
            reason="发布活动",
            actor=manager.actor,
            at=clock.now(),
        )
        told = present_plan(
            promotions.get_promotion(merchant_id=manager.merchant_id, number=number)
        )
    promotions.forget_doors(manager.merchant_id)
    return answer(told)


@counter.post("/campaigns/<campaign>/stop")
@documented(who=[STAFF], told={200: CampaignPlan}, refuses=[409])
def stop(merchant: str, campaign: str) -> Response:
    """End it: its offers are taken off sale unless another campaign sells them. Repeatable."""
    manager = auth.manager(merchant)
    number = _number(campaign, manager)
    with transaction(merchant=manager.merchant_id):
        told = present_plan(
            promotions.stop(
                merchant_id=manager.merchant_id,
                number=number,
                actor=manager.actor,
                at=clock.now(),
            )
        )
    promotions.forget_doors(manager.merchant_id)
    return answer(told)


@counter.get("/events")
@documented(who=[STAFF], told={200: Events})
def list_events(merchant: str) -> Response:
    """Events that are not over, the next ones first. For managers."""
    manager = auth.manager(merchant)
    with transaction(merchant=manager.merchant_id):
        found = promotions.list_events(merchant_id=manager.merchant_id, since=clock.now())
    return answer(Events(items=[present_event(each) for each in found]))


@counter.post("/events")
@documented(who=[STAFF], body=AddEvent, told={201: EventView}, refuses=[409])
def add_event(merchant: str) -> Response:
    """A match, an evening: something that sales can be tied to."""
    manager, wanted = auth.manager(merchant), parse.body(AddEvent)
    with transaction(merchant=manager.merchant_id):
        made = promotions.add_event(
            merchant_id=manager.merchant_id,
            name=wanted.name,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(present_event(made), 201)


@counter.post("/events/<event>/move")
@documented(who=[STAFF], body=MoveEvent, told={200: EventMoved}, refuses=[409])
def move_event(merchant: str, event: str) -> Response:
    """It takes place then; sales around it move along. The same time again changes nothing."""
    manager, wanted = auth.manager(merchant), parse.body(MoveEvent)
    number = parse.number(event, numbers.Kind.EVENT, merchant_id=manager.merchant_id)
    with transaction(merchant=manager.merchant_id):
        moved = promotions.move_event(
            merchant_id=manager.merchant_id,
            number=number,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            actor=manager.actor,
            at=clock.now(),
        )
    promotions.forget_doors(manager.merchant_id)
    return answer(EventMoved(event=present_event(moved.event), campaigns=moved.campaigns))


@counter.post("/tags")
@documented(who=[STAFF], body=TagMember, told={200: MemberTags}, refuses=[409])
def tag_member(merchant: str) -> Response:
    """Keep a member under a word, for audiences. For managers; the member does not see it."""
    manager, wanted = auth.manager(merchant), parse.body(TagMember)
    with transaction(merchant=manager.merchant_id):
        tags = promotions.tag(
            merchant_id=manager.merchant_id,
            member_number=wanted.member,
            tag=wanted.tag,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(MemberTags(member=wanted.member, tags=tags))


@counter.post("/tags/remove")
@documented(who=[STAFF], body=TagMember, told={200: MemberTags}, refuses=[409])
def untag_member(merchant: str) -> Response:
    """No longer under this word."""
    manager, wanted = auth.manager(merchant), parse.body(TagMember)
    with transaction(merchant=manager.merchant_id):
        tags = promotions.untag(
            merchant_id=manager.merchant_id,
            member_number=wanted.member,
            tag=wanted.tag,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(MemberTags(member=wanted.member, tags=tags))


def _terms() -> Terms:
    """What the types allow need not make sense together."""
    return promotions.parse(parse.body(WriteCampaign).terms.to_json())


def _number(campaign: str, manager: StaffOnLine) -> str:
    return parse.number(campaign, numbers.Kind.CAMPAIGN, merchant_id=manager.merchant_id)


def _with_findings(made: Promotion) -> CampaignPlan:
    found = promotions.findings(merchant_id=made.merchant_id, number=made.number, at=clock.now())
    return present_plan(made, found)
