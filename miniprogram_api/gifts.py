"""Giving what I hold to a friend; and the friend's side, who has nothing but a link."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta, field

from app.domain import gifting, members, merchants
from app.domain.gifting import Box, Friend, GiftOver, GiftView, Standing, Wanted, Wrapping
from app.domain.risk import Action, Per
from app.gateways import App, gateways
from app.kernel import clock, numbers
from app.kernel.db import hot_transaction, transaction
from app.kernel.errors import NotFound
from app.web import auth, client, limits, parse
from app.web.answers import answer, nothing, picture
from app.web.messages import check_message
from app.web.openapi import GUEST, MEMBER, documented
from app.web.words import (
    Asked,
    Cursor,
    GiftCover,
    GiftMessage,
    Instant,
    Limit,
    LinkToken,
    Number,
)
from miniprogram_api.presenters.gifts import (
    TAKE_PAGE,
    GiftClaimedView,
    GiftDetails,
    GiftLink,
    GiftMade,
    GiftPage,
    ShareCard,
    Viewer,
    present_gift,
    present_gifts,
    present_link,
    present_share,
)

bp = APIBlueprint("gifts", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")


class GiveGift(Asked):
    """Either some vouchers of mine, or whatever can still be used of one of my cards."""

    vouchers: Annotated[list[Number], Meta(max_length=100)] = field(default_factory=list)
    card: Number | None = None
    message: GiftMessage | None = None
    cover: GiftCover | None = None
    gives_at: Instant | None = None


class PageOfGifts(Asked):
    box: Literal["sent", "received"] = "sent"
    cursor: Cursor | None = None
    limit: Limit = 20


class OpenLink(Asked):
    """The token stands in the body: addresses are written into logs."""

    token: LinkToken


@bp.post("/gifts")
@documented(who=[MEMBER], body=GiveGift, told={201: GiftMade}, refuses=[409, 502], keyed=True)
def give(merchant: str) -> Response:
    """Wrap vouchers for a friend. They wait, unusable, until he takes them or they come back."""
    member, wanted = auth.member(merchant), parse.body(GiveGift)
    key = parse.request_key(merchant_id=member.merchant_id, actor=member.actor)
    limits.check(Action.GIVE, merchant_id=member.merchant_id, who={Per.MEMBER: member.actor})
    check_message(wanted.message, member=member)
    with transaction():
        number = gifting.give(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            wanted=Wanted(vouchers=wanted.vouchers, card=wanted.card),
            wrapping=Wrapping(message=wanted.message, cover=wanted.cover, gives_at=wanted.gives_at),
            key=key,
            at=clock.now(),
        )
    return answer(GiftMade(gift=number), 201)


@bp.get("/gifts")
@documented(who=[MEMBER], query=PageOfGifts, told={200: GiftPage})
def list_gifts(merchant: str) -> Response:
    """What I gave, or was given; the newest first."""
    member, wanted = auth.member(merchant), parse.query(PageOfGifts)
    with transaction():
        page = gifting.list_gifts(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            box=Box(wanted.box),
            cursor=wanted.cursor,
            limit=wanted.limit,
            at=clock.now(),
        )
    return answer(present_gifts(page, _viewer(member)))


@bp.get("/gifts/<gift>")
@documented(who=[MEMBER], told={200: GiftDetails})
def get_gift(merchant: str, gift: str) -> Response:
    """A gift that I gave or took."""
    member = auth.member(merchant)
    return answer(_present(member, _find(member, gift)))


@bp.post("/gifts/<gift>/recall")
@documented(who=[MEMBER], told={200: GiftDetails}, refuses=[409])
def recall(merchant: str, gift: str) -> Response:
    """Take my gift back, while nobody has taken it."""
    member = auth.member(merchant)
    number = parse.number(gift, numbers.Kind.GIFT, merchant_id=member.merchant_id)
    with transaction():
        gifting.recall(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            at=clock.now(),
        )
    return answer(_present(member, _find(member, gift)))


@bp.get("/gifts/<gift>/share")
@documented(who=[MEMBER], told={200: ShareCard}, refuses=[409])
def share(merchant: str, gift: str) -> Response:
    """What the card in a chat says about my gift."""
    member = auth.member(merchant)
    found = _find_to_send(member, gift)
    return answer(present_share(found, token=_token(member, found)))


@bp.get("/gifts/<gift>/code.png")
@documented(who=[MEMBER], told={200: "image/png"}, refuses=[409, 502])
def draw_code(merchant: str, gift: str) -> Response:
    """My gift's mini-program code, to be printed or shown."""
    member = auth.member(merchant)
    found = _find_to_send(member, gift)
    with transaction():
        keys = merchants.get_app(merchant_id=member.merchant_id, appid=member.appid)
    if keys.kind != merchants.AppKind.MINI_PROGRAM:
        raise NotFound("Only a mini-program has such codes.")
    program = gateways().mini_program(App(appid=keys.appid, secret=keys.secret))
    drawn = program.code_picture(scene=_token(member, found), page=TAKE_PAGE)
    return picture(drawn, kind="png")


@bp.post("/gift-links/look")
@documented(who=GUEST, body=OpenLink, told={200: GiftLink})
def look(merchant: str) -> Response:
    """What is in it, from whom, and until when. Nothing is kept about who looks."""
    guest, token = _open_link(merchant)
    with transaction():
        found = gifting.look(merchant_id=guest.merchant_id, token=token, at=clock.now())
    return answer(present_link(found))


@bp.post("/gift-links/claim")
@documented(who=[MEMBER], body=OpenLink, told={200: GiftClaimedView}, refuses=[409])
def claim(merchant: str) -> Response:
    """Take the gift into my wallet. Asking again gives the same answer."""
    member, wanted = auth.member_to_be_asked(merchant), parse.body(OpenLink)
    who = {Per.MEMBER: member.actor, Per.IP: client.address()}
    limits.check(Action.OPEN_GIFT_LINK, Action.CLAIM_GIFT, merchant_id=member.merchant_id, who=who)
    friend = Friend(merchant_id=member.merchant_id, member_id=member.member_id, epoch=member.epoch)
    with hot_transaction():
        claimed = gifting.claim(friend, token=wanted.token, at=clock.now())
    return answer(GiftClaimedView(gift=claimed.gift_number, vouchers=claimed.vouchers))


@bp.post("/gift-links/decline")
@documented(who=GUEST, body=OpenLink, told={204: None}, refuses=[409])
def decline(merchant: str) -> Response:
    """Not for me: it goes back to the giver. Nothing is kept about who declines."""
    guest, token = _open_link(merchant)
    with transaction():
        gifting.decline(merchant_id=guest.merchant_id, token=token, at=clock.now())
    return nothing()


def _open_link(merchant: str) -> tuple[auth.Guest, str]:
    guest, wanted = auth.guest(merchant), parse.body(OpenLink)
    who = {Per.IP: client.address()}
    limits.check(Action.OPEN_GIFT_LINK, merchant_id=guest.merchant_id, who=who)
    return guest, wanted.token


def _find(member: auth.MemberOnLine, gift: str) -> GiftView:
    number = parse.number(gift, numbers.Kind.GIFT, merchant_id=member.merchant_id)
    with transaction():
        return gifting.get_gift(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            at=clock.now(),
        )


def _find_to_send(member: auth.MemberOnLine, gift: str) -> GiftView:
    """A gift of mine that a friend may still take. Not with a lost card."""
    found = _find(member, gift)
    with transaction():
        _card(member).require_unfrozen()
    if found.giver_id != member.member_id:
        raise NotFound("There is no such gift.", number=gift[:40])
    if found.standing not in {Standing.SCHEDULED, Standing.WAITING}:
        raise GiftOver("这份礼物已经不能再转发了", state=found.standing.value)
    return found


def _present(member: auth.MemberOnLine, gift: GiftView) -> GiftDetails:
    return present_gift(gift, _viewer(member))


def _viewer(member: auth.MemberOnLine) -> Viewer:
    with transaction():
        return Viewer(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            may_send=not _card(member).is_frozen,
        )


def _card(member: auth.MemberOnLine) -> members.CodeState:
    return members.code_state(merchant_id=member.merchant_id, member_id=member.member_id)


def _token(member: auth.MemberOnLine, gift: GiftView) -> str:
    return gifting.link_token(merchant_id=member.merchant_id, number=gift.number)
