"""Friends help unlock: the owner shares his task, a friend looks at it, and helps knowingly.

Only inside the mini-program: the platform forbids it on web pages.
"""

import re
from datetime import datetime

import structlog
from apiflask import APIBlueprint
from flask import Response, request

from app.domain import assist, merchants
from app.domain.assist import AssistNotHere, HelpWish, TaskView
from app.domain.risk import Action, Per
from app.gateways import App, gateways
from app.gateways.errors import GatewayError
from app.kernel import clock, numbers
from app.kernel.db import hot_transaction, transaction
from app.web import auth, chats, client, limits, parse
from app.web.answers import answer, nothing
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit, Line200, LinkToken
from miniprogram_api.presenters.assists import (
    AssistCard,
    AssistPage,
    AssistTaskView,
    MyHelp,
    OwnAssist,
    present_card,
    present_helped,
    present_own,
    present_page,
    present_task,
)

bp = APIBlueprint("assists", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")

DEVICE = "X-Client-Device"
_DEVICE = re.compile(r"[\x21-\x7e]{8,64}")

log = structlog.get_logger("web")


class PageOfAssists(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


class OpenTask(Asked):
    """The token stands in the body: addresses are written into logs."""

    token: LinkToken


class HelpFriend(OpenTask):
    """`group`: where the page was opened from a chat and the phone could tell."""

    group: chats.FromGroup | None = None


class AppealHelp(Asked):
    text: Line200


@bp.get("/assists")
@documented(who=[MEMBER], query=PageOfAssists, told={200: AssistPage})
def list_mine(merchant: str) -> Response:
    """My tasks, the newest first."""
    member, wanted = _member(merchant), parse.query(PageOfAssists)
    with transaction():
        page = assist.list_own(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
            at=clock.now(),
        )
    return answer(present_page(page))


@bp.get("/assists/<task>")
@documented(who=[MEMBER], told={200: OwnAssist})
def get_mine(merchant: str, task: str) -> Response:
    """One task of mine."""
    member = _member(merchant)
    return answer(present_own(_own(member, task, at=clock.now())))


@bp.post("/assists/<task>/share")
@documented(who=[MEMBER], told={200: AssistCard}, headers={DEVICE: "A name of this device."})
def share(merchant: str, task: str) -> Response:
    """What the card in the chat says. Where WeChat allows, the card shows the progress later on."""
    member, at = _member(merchant), clock.now()
    found = _own(member, task, at=at)
    with transaction():
        assist.note_device(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=found.number,
            device=_device(),
        )
    activity_id = _activity(member, found, at=at)
    token = assist.token_of(found.number)
    return answer(present_card(found, token=token, activity_id=activity_id))


@bp.post("/assist-links/look")
@documented(who=[MEMBER], body=OpenTask, told={200: AssistTaskView})
def look(merchant: str) -> Response:
    """Who asks, what both get, the rules, and how far it is. Looking leaves nothing behind."""
    member, wanted = _member(merchant), parse.body(OpenTask)
    limits.check(Action.OPEN_ASSIST, merchant_id=member.merchant_id, who={Per.MEMBER: member.actor})
    with transaction():
        seen = assist.look(
            merchant_id=member.merchant_id,
            token=wanted.token,
            viewer_id=member.member_id,
            at=clock.now(),
        )
    return answer(present_task(seen))


@bp.post("/assist-links/help")
@documented(
    who=[MEMBER],
    body=HelpFriend,
    told={200: MyHelp},
    refuses=[409],
    headers={DEVICE: "A name of this device, the same each time."},
)
def help_out(merchant: str) -> Response:
    """Confirm: I help, and my own voucher is in my wallet. Asking again gives the same answer."""
    member, wanted = _member(merchant), parse.body(HelpFriend)
    device = _device()
    who = {Per.MEMBER: member.actor, Per.IP: client.address()}
    limits.check(
        Action.HELP,
        merchant_id=member.merchant_id,
        who=who | ({Per.DEVICE: device} if device else {}),
    )
    wish = _wish(member, wanted, device=device)
    with hot_transaction():
        done = assist.help_out(wish, at=clock.now())
    return answer(present_helped(done))


@bp.post("/assists/helps/<given>/appeal")
@documented(who=[MEMBER], body=AppealHelp, told={204: None})
def appeal(merchant: str, given: str) -> Response:
    """What I have to say about a help of mine that the shop looks at, or did not count. Once."""
    member, wanted = _member(merchant), parse.body(AppealHelp)
    number = parse.number(given, numbers.Kind.HELP, merchant_id=member.merchant_id)
    with transaction():
        assist.appeal(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            text=wanted.text,
            at=clock.now(),
        )
    return nothing()


def _member(merchant: str) -> auth.MemberOnLine:
    member = auth.member(merchant)
    if member.is_web:
        raise AssistNotHere.told()
    return member


def _own(member: auth.MemberOnLine, task: str, *, at: datetime) -> TaskView:
    number = parse.number(task, numbers.Kind.ASSIST, merchant_id=member.merchant_id)
    with transaction():
        return assist.get_own(
            merchant_id=member.merchant_id, member_id=member.member_id, number=number, at=at
        )


def _device() -> str | None:
    said = request.headers.get(DEVICE, "")
    return said if _DEVICE.fullmatch(said) else None


def _app(member: auth.MemberOnLine) -> App:
    with transaction():
        keys = merchants.get_app(merchant_id=member.merchant_id, appid=member.appid)
    return App(appid=keys.appid, secret=keys.secret)


def _activity(member: auth.MemberOnLine, task: TaskView, *, at: datetime) -> str | None:
    """The id under which the card changes, a new one when the last is over; None without one."""
    if task.activity_id and task.activity_ends_at and at < task.activity_ends_at:
        return task.activity_id
    try:
        made = gateways().social(_app(member)).open_activity()
    except GatewayError as failure:
        log.warning("card will not change", reason=failure.code)
        return None
    with transaction():
        is_ours = assist.keep_activity(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=task.number,
            activity_id=made.activity_id,
            ends_at=made.expires_at,
            instead_of=task.activity_id,
        )
    return made.activity_id if is_ours else _own(member, task.number, at=at).activity_id


def _wish(member: auth.MemberOnLine, wanted: HelpFriend, *, device: str | None) -> HelpWish:
    openid, app, address = auth.openid_of(member), _app(member), client.address()
    return HelpWish(
        merchant_id=member.merchant_id,
        member_id=member.member_id,
        epoch=member.epoch,
        token=wanted.token,
        appid=member.appid,
        openid=openid,
        device=device,
        address=address,
        group_id=chats.group_of(wanted.group, member=member) if wanted.group else None,
        risk_rank=_risk_rank(app, openid=openid, address=address),
    )


def _risk_rank(app: App, *, openid: str, address: str) -> int | None:
    """While WeChat cannot say, people pass: our own signals still count."""
    try:
        return gateways().social(app).risk_rank(openid=openid, client_ip=address)
    except GatewayError as failure:
        log.warning("risk rank unknown", reason=failure.code)
        return None
