"""Letting a friend use what I hold; and the friend's side, who comes with a link."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import members, sharing
from app.domain.risk import Action, Per
from app.domain.sharing import Box, ShareView
from app.kernel import clock, numbers
from app.kernel.db import hot_transaction, looking, transaction
from app.web import auth, client, limits, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit, LinkToken, Number
from miniprogram_api.presenters.shares import (
    ShareClaimedView,
    ShareDetails,
    ShareLink,
    ShareMade,
    SharePage,
    ShareTakenBackView,
    present_link,
    present_made,
    present_share,
    present_shares,
    present_taken_back,
)

bp = APIBlueprint("shares", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")


class MakeShare(Asked):
    voucher: Number


class MakeSubCard(Asked):
    """So many unused uses of one of my cards."""

    card: Number
    uses: Annotated[int, Meta(ge=1, le=10)]


class PageOfShares(Asked):
    box: Literal["given", "received"] = "given"
    cursor: Cursor | None = None
    limit: Limit = 20


class OpenShareLink(Asked):
    """The token stands in the body: addresses are written into logs."""

    token: LinkToken


@bp.post("/shares")
@documented(who=[MEMBER], body=MakeShare, told={201: ShareMade}, refuses=[409])
def share(merchant: str) -> Response:
    """Let a friend use one voucher of mine, once.

    Nobody can use it until he comes; the link is told this once.
    """
    member, wanted = auth.member_to_be_asked(merchant), parse.body(MakeShare)
    number = parse.number(wanted.voucher, numbers.Kind.VOUCHER, merchant_id=member.merchant_id)
    limits.check(Action.GIVE, merchant_id=member.merchant_id, who={Per.MEMBER: member.actor})
    with hot_transaction():
        made = sharing.share_once(**_who(member), voucher_number=number, at=clock.now())
    return answer(present_made(made, sharer=_number_of(member)), 201)


@bp.post("/sub-cards")
@documented(who=[MEMBER], body=MakeSubCard, told={201: ShareMade}, refuses=[409])
def give_sub_card(merchant: str) -> Response:
    """Let a friend have some uses of a card of mine. The same kind of share, and of link."""
    member, wanted = auth.member_to_be_asked(merchant), parse.body(MakeSubCard)
    number = parse.number(wanted.card, numbers.Kind.CARD, merchant_id=member.merchant_id)
    limits.check(Action.GIVE, merchant_id=member.merchant_id, who={Per.MEMBER: member.actor})
    with hot_transaction():
        made = sharing.give_sub_card(
            **_who(member), card_number=number, uses=wanted.uses, at=clock.now()
        )
    return answer(present_made(made, sharer=_number_of(member)), 201)


@bp.get("/shares")
@documented(who=[MEMBER], query=PageOfShares, told={200: SharePage})
def list_shares(merchant: str) -> Response:
    """What I let friends use, or may use of a friend's; the newest first."""
    member, wanted = auth.member(merchant), parse.query(PageOfShares)
    with transaction():
        page = sharing.list_shares(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            box=Box(wanted.box),
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    return answer(present_shares(page))


@bp.get("/shares/<share>")
@documented(who=[MEMBER], told={200: ShareDetails})
def get_share(merchant: str, share: str) -> Response:
    """One share: to its owner, who used what, when and where; to the friend, whose it is."""
    member = auth.member(merchant)
    return answer(present_share(_find(member, share)))


@bp.post("/shares/<share>/link")
@documented(who=[MEMBER], told={200: ShareMade}, refuses=[409])
def renew_link(merchant: str, share: str) -> Response:
    """A new link for a share that nobody took yet; the older link is dead."""
    member = auth.member_to_be_asked(merchant)
    number = parse.number(share, numbers.Kind.SHARE, merchant_id=member.merchant_id)
    with hot_transaction():
        made = sharing.renew_link(**_who(member), number=number, at=clock.now())
    return answer(present_made(made, sharer=_number_of(member)))


@bp.post("/shares/<share>/take-back")
@documented(who=[MEMBER], told={200: ShareTakenBackView}, refuses=[409])
def take_back(merchant: str, share: str) -> Response:
    """What my friend has not used is mine again; or the link is dead, when nobody came."""
    member = auth.member_to_be_asked(merchant)
    number = parse.number(share, numbers.Kind.SHARE, merchant_id=member.merchant_id)
    with hot_transaction():
        back = sharing.take_back(**_who(member), number=number, at=clock.now())
    return answer(present_taken_back(back))


@bp.post("/share-links/look")
@documented(who=[MEMBER], body=OpenShareLink, told={200: ShareLink})
def look(merchant: str) -> Response:
    """What a link offers, whose it is, and until when. Nothing is kept about who looks."""
    member, wanted = auth.member(merchant), parse.body(OpenShareLink)
    who = {Per.IP: client.address()}
    limits.check(Action.OPEN_GIFT_LINK, merchant_id=member.merchant_id, who=who)
    with looking():
        found = sharing.look(merchant_id=member.merchant_id, token=wanted.token)
    return answer(present_link(found, at=clock.now()))


@bp.post("/share-links/claim")
@documented(who=[MEMBER], body=OpenShareLink, told={200: ShareClaimedView}, refuses=[409])
def claim(merchant: str) -> Response:
    """Take what a link offers into my wallet. Asking again gives the same answer."""
    member, wanted = auth.member_to_be_asked(merchant), parse.body(OpenShareLink)
    who = {Per.MEMBER: member.actor, Per.IP: client.address()}
    limits.check(Action.OPEN_GIFT_LINK, Action.CLAIM_GIFT, merchant_id=member.merchant_id, who=who)
    with hot_transaction():
        claimed = sharing.claim(**_who(member), token=wanted.token, at=clock.now())
    return answer(ShareClaimedView(share=claimed.number, uses=claimed.uses))


def _find(member: auth.MemberOnLine, share: str) -> ShareView:
    number = parse.number(share, numbers.Kind.SHARE, merchant_id=member.merchant_id)
    with transaction():
        return sharing.get_share(
            merchant_id=member.merchant_id, member_id=member.member_id, number=number
        )


def _number_of(member: auth.MemberOnLine) -> str:
    with transaction():
        return members.get_member(merchant_id=member.merchant_id, member_id=member.member_id).number


def _who(member: auth.MemberOnLine) -> dict[str, int]:
    return {
        "merchant_id": member.merchant_id,
        "member_id": member.member_id,
        "epoch": member.epoch,
    }
