"""My monthly cards: what comes when and where, and what I may still change."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import subscriptions
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Number, Position
from miniprogram_api.presenters.subscriptions import MonthlyCard, MonthlyCards, present_card

bp = APIBlueprint(
    "subscriptions", __name__, url_prefix="/api/v1/<merchant>/monthly-cards", tag="Customer"
)

Period = Annotated[int, Meta(ge=1, le=1000)]
Place = Annotated[int, Meta(ge=0, le=100)]


class SkipPeriod(Asked):
    """The period that I see as the next, and its day, so that the same wish twice skips one month."""

    period: Period
    starts_on: date


class ChooseSample(Asked):
    """`place` counts the places of the period from 0."""

    period: Period
    place: Place
    benefit: Number


class SendTo(Asked):
    address: Position


@bp.get("")
@documented(who=[MEMBER], told={200: MonthlyCards})
def list_mine(merchant: str) -> Response:
    """My cards with their calendars, the newest first."""
    member = auth.member(merchant)
    with transaction():
        found = subscriptions.list_own(
            merchant_id=member.merchant_id, member_id=member.member_id, at=clock.now()
        )
    return answer(MonthlyCards(items=[present_card(each) for each in found]))


@bp.get("/<subscription>")
@documented(who=[MEMBER], told={200: MonthlyCard})
def get_mine(merchant: str, subscription: str) -> Response:
    """One card of mine."""
    return _seen(auth.member(merchant), subscription)


@bp.post("/<subscription>/pause")
@documented(who=[MEMBER], told={200: MonthlyCard}, refuses=[409])
def pause(merchant: str, subscription: str) -> Response:
    """No period begins until I go on; none is lost."""
    return _do(subscriptions.pause, auth.member(merchant), subscription)


@bp.post("/<subscription>/resume")
@documented(who=[MEMBER], told={200: MonthlyCard}, refuses=[409])
def resume(merchant: str, subscription: str) -> Response:
    """Go on. Periods whose day went by come later, month by month."""
    return _do(subscriptions.resume, auth.member(merchant), subscription)


@bp.post("/<subscription>/skip")
@documented(who=[MEMBER], body=SkipPeriod, told={200: MonthlyCard}, refuses=[409])
def skip(merchant: str, subscription: str) -> Response:
    """Leave out the next month; its period comes at the end."""
    member, wanted = auth.member(merchant), parse.body(SkipPeriod)
    return _do(
        subscriptions.skip, member, subscription, period=wanted.period, starts_on=wanted.starts_on
    )


@bp.post("/<subscription>/choose")
@documented(who=[MEMBER], body=ChooseSample, told={200: MonthlyCard}, refuses=[409])
def choose(merchant: str, subscription: str) -> Response:
    """Which sample I want. Until the parcel is fixed; who does not choose gets the first."""
    member, wanted = auth.member(merchant), parse.body(ChooseSample)
    return _do(
        subscriptions.choose,
        member,
        subscription,
        period=wanted.period,
        place=wanted.place,
        benefit_number=wanted.benefit,
    )


@bp.post("/<subscription>/address")
@documented(who=[MEMBER], body=SendTo, told={200: MonthlyCard}, refuses=[409])
def send_to(merchant: str, subscription: str) -> Response:
    """Where the parcels go from the next one on. Those being packed keep their address."""
    member, wanted = auth.member(merchant), parse.body(SendTo)
    return _do(subscriptions.send_to, member, subscription, address_id=wanted.address)


def _do(
    verb: Callable[..., None], member: auth.MemberOnLine, subscription: str, **more: Any
) -> Response:
    number = _number(member, subscription)
    with transaction():
        verb(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            at=clock.now(),
            **more,
        )
    return _seen(member, number)


def _seen(member: auth.MemberOnLine, subscription: str) -> Response:
    with transaction():
        found = subscriptions.get_own(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=_number(member, subscription),
            at=clock.now(),
        )
    return answer(present_card(found))


def _number(member: auth.MemberOnLine, subscription: str) -> str:
    return parse.number(subscription, numbers.Kind.SUBSCRIPTION, merchant_id=member.merchant_id)
