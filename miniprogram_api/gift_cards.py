"""Gift cards: the ones I bought, and the friend's side, who comes with a link."""

from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response

from app.domain import stored_value
from app.domain.risk import Action, Per
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, client, limits, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit, LinkToken
from miniprogram_api.presenters.value import (
    GIFT_CARD_PAGE,
    GiftCardBehindLink,
    GiftCardClaimed,
    GiftCardLink,
    GiftCardPage,
    present_behind_link,
    present_gift_card,
)

bp = APIBlueprint("gift_cards", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")


class PageOfGiftCards(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


class OpenGiftCardLink(Asked):
    """The token stands in the body: addresses are written into logs."""

    token: LinkToken


@bp.get("/gift-cards")
@documented(who=[MEMBER], query=PageOfGiftCards, told={200: GiftCardPage})
def list_gift_cards(merchant: str) -> Response:
    """The gift cards that I bought, the newest first."""
    member, wanted = auth.member(merchant), parse.query(PageOfGiftCards)
    with transaction():
        page = stored_value.list_gift_cards(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    items = [present_gift_card(card) for card in page.items]
    return answer(GiftCardPage(items=items, next_cursor=page.next_cursor))


@bp.get("/gift-cards/<gift_card>/link")
@documented(who=[MEMBER], told={200: GiftCardLink}, refuses=[409])
def get_link(merchant: str, gift_card: str) -> Response:
    """The link of a card that I bought and nobody claimed yet."""
    member = auth.member(merchant)
    number = parse.number(gift_card, numbers.Kind.GIFT, merchant_id=member.merchant_id)
    with transaction():
        token = stored_value.gift_card_link(
            merchant_id=member.merchant_id, member_id=member.member_id, number=number
        )
    path = f"{GIFT_CARD_PAGE}?{urlencode({'token': token})}"
    return answer(GiftCardLink(gift_card=number, token=token, path=path))


@bp.post("/gift-card-links/look")
@documented(who=[MEMBER], body=OpenGiftCardLink, told={200: GiftCardBehindLink})
def look(merchant: str) -> Response:
    """What is behind a link. Nothing is kept about who looks."""
    member, wanted = auth.member(merchant), parse.body(OpenGiftCardLink)
    _limit_guessing(member)
    with transaction():
        card = stored_value.look_at_gift_card(merchant_id=member.merchant_id, token=wanted.token)
    return answer(present_behind_link(card))


@bp.post("/gift-card-links/claim")
@documented(who=[MEMBER], body=OpenGiftCardLink, told={200: GiftCardClaimed}, refuses=[409])
def claim(merchant: str) -> Response:
    """Make the card mine: what is on it is stored value in my name from now on."""
    member, wanted = auth.member(merchant), parse.body(OpenGiftCardLink)
    _limit_guessing(member)
    with transaction():
        claimed = stored_value.claim_gift_card(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            token=wanted.token,
            at=clock.now(),
        )
    return answer(GiftCardClaimed(gift_card=claimed.number, face_fen=claimed.face_fen))


@bp.post("/gift-card-links/reactivate")
@documented(who=[MEMBER], body=OpenGiftCardLink, told={200: GiftCardBehindLink}, refuses=[409])
def reactivate(merchant: str) -> Response:
    """A card without a name whose time is over is good again; nothing on it is lost."""
    member, wanted = auth.member(merchant), parse.body(OpenGiftCardLink)
    _limit_guessing(member)
    with transaction():
        card = stored_value.reactivate_gift_card(
            merchant_id=member.merchant_id, token=wanted.token, at=clock.now()
        )
    return answer(present_behind_link(card))


def _limit_guessing(member: auth.MemberOnLine) -> None:
    who = {Per.IP: client.address()}
    limits.check(Action.OPEN_GIFT_LINK, merchant_id=member.merchant_id, who=who)
