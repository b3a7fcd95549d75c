"""Who brought whom: the member's own sums, and the managers' tree of one level."""

from datetime import timedelta
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import members, orders
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, STAFF, documented
from app.web.words import Asked, Line40, Number
from miniprogram_api.presenters.referrals import (
    BuyerPage,
    MyReferrals,
    SharerPage,
    present_buyers,
    present_mine,
    present_sharers,
)

bp = APIBlueprint("referrals", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")
counter = APIBlueprint(
    "referral_tree", __name__, url_prefix="/api/v1/<merchant>/counter/referrals", tag="Counter"
)

Days = Annotated[int, Meta(ge=1, le=366, description="So many days back from now.")]


class MyWindow(Asked):
    days: Days = 30


class LookAtReferrals(Asked):
    """Orders placed in these days; of one offer, or one channel, when named."""

    days: Days = 30
    offer: Number | None = None
    channel: Line40 | None = None


@bp.get("/referrals/mine")
@documented(who=[MEMBER], query=MyWindow, told={200: MyReferrals})
def mine(merchant: str) -> Response:
    """What came through my links, in sums, and the words that make a link mine."""
    member, wanted = auth.member(merchant), parse.query(MyWindow)
    with transaction():
        me = members.get_member(merchant_id=member.merchant_id, member_id=member.member_id)
        sums = orders.referred_by(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            campaign=_campaign(LookAtReferrals(days=wanted.days)),
        )
        told = present_mine(sums, sharer=me.number)
    return answer(told)


@counter.get("")
@documented(who=[STAFF], query=LookAtReferrals, told={200: SharerPage})
def list_sharers(merchant: str) -> Response:
    """Who brought buyers, those with the most first-time payers first. For managers."""
    manager, wanted = auth.manager(merchant), parse.query(LookAtReferrals)
    with transaction(merchant=manager.merchant_id):
        found = orders.list_sharers(merchant_id=manager.merchant_id, campaign=_campaign(wanted))
    return answer(present_sharers(found))


@counter.get("/<member>")
@documented(who=[STAFF], query=LookAtReferrals, told={200: BuyerPage})
def list_buyers(merchant: str, member: str) -> Response:
    """Whom one sharer brought; one level, and nobody behind them. For managers."""
    manager, wanted = auth.manager(merchant), parse.query(LookAtReferrals)
    number = parse.number(member, numbers.Kind.MEMBER, merchant_id=manager.merchant_id)
    with transaction(merchant=manager.merchant_id):
        found = orders.list_buyers(
            merchant_id=manager.merchant_id, sharer_number=number, campaign=_campaign(wanted)
        )
    return answer(present_buyers(found))


def _campaign(wanted: LookAtReferrals) -> orders.Campaign:
    at = clock.now()
    return orders.Campaign(
        starts_at=at - timedelta(days=wanted.days),
        ends_at=at + timedelta(seconds=1),
        offer_number=wanted.offer,
        channel=wanted.channel,
    )
