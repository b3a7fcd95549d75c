"""The official account's web pages: who is there, and what the page's SDK needs.

Unlike in a mini-program the browser goes to WeChat and comes back. What it brings is a code for
us; what the page gets is a ticket for its session.
"""

import re
import secrets
from typing import Annotated, cast

from apiflask import APIBlueprint
from flask import Response, current_app, redirect
from msgspec import Meta

from app.config import Settings
from app.domain import members, merchants
from app.domain.risk import Action, Per
from app.gateways import App, gateways
from app.gateways.errors import Refused
from app.gateways.official_web import OfficialWeb, Scope, Visitor
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError, Invalid, NotFound
from app.web import auth, client, few_words, limits, parse, visits
from app.web.answers import PRIVATE, answer, as_json
from app.web.errors import SignInRefused
from app.web.openapi import GUEST, documented
from app.web.words import VISIBLE, Asked, Secret, WechatCode
from miniprogram_api.presenters.official import PageSignature
from miniprogram_api.presenters.people import Session, present_session

APPID = re.compile(r"[0-9A-Za-z_-]{1,64}")
DOOR = "/api/v1/<merchant>/official/<appid>"
bp = APIBlueprint("official", __name__, url_prefix=DOOR, tag="Customer")
# A browser is sent along these; no program calls them.
ways = APIBlueprint("official_ways", __name__, url_prefix=DOOR, enable_openapi=False)
few_words.for_browsers(ways)

# A path of ours and nothing else: no second slash or backslash, which browsers take for a host.
OwnPath = Annotated[str, Meta(max_length=300, pattern=r"^/(?![/\\])[!-\[\]-~]*\Z")]
State = Annotated[str, Meta(min_length=1, max_length=128, pattern=VISIBLE)]
Address = Annotated[str, Meta(min_length=1, max_length=1000, pattern=VISIBLE)]


class SnapshotPage(DomainError):
    """WeChat shows a picture of the page to somebody it does not name."""

    code, status = "snapshot_page", 403


class StrangePage(DomainError):
    """A signature would let somebody else's page act in this account's name."""

    code, status = "strange_page", 403


class SetOut(Asked):
    """`scope`: snsapi_base asks nobody anything; snsapi_userinfo after a tap only."""

    scope: Scope = Scope.BASE
    return_to: OwnPath = "/h5/"


class ComeBack(Asked):
    code: WechatCode
    state: State


class Exchange(Asked):
    ticket: Secret


class PageAddress(Asked):
    """The page's own address, as the browser shows it."""

    url: Address


@ways.get("/authorize")
def authorize(merchant: str, appid: str) -> Response:
    """Send the browser to WeChat, to find out who is there.

    It comes back to `return_to` with `#ticket=…`, good for one POST …/sessions by the same browser
    within a minute.
    """
    guest, wanted = auth.guest(merchant), parse.query(SetOut)
    account = _account(guest.merchant_id, appid)
    response = cast("Response", redirect("", 302))
    state = visits.leave(
        response,
        merchant_id=guest.merchant_id,
        appid=appid,
        return_to=wanted.return_to,
        at=clock.now(),
    )
    home = f"{_home()}{DOOR}".replace("<merchant>", merchant).replace("<appid>", appid)
    response.location = _web(account).authorize_url(
        redirect_uri=f"{home}/callback", scope=wanted.scope, state=state
    )
    response.headers["Cache-Control"] = PRIVATE
    return response


@ways.get("/callback")
def callback(merchant: str, appid: str) -> Response:
    """Where WeChat sends the browser back to. Nobody calls it by hand."""
    guest, brought = auth.guest(merchant), parse.query(ComeBack)
    at = clock.now()
    visit = visits.come_back(state=brought.state, merchant_id=guest.merchant_id, appid=appid, at=at)
    account = _account(guest.merchant_id, appid)
    visitor = _recognise(guest, account, brought.code)
    with transaction():
        signed_in = members.sign_in(
            merchant_id=guest.merchant_id,
            appid=appid,
            openid=visitor.openid,
            unionid=visitor.unionid,
            at=at,
        )
        _remember_name(signed_in.member, visitor)
        session = present_session(signed_in, app=account, openid=visitor.openid, at=at)
    response = cast("Response", redirect("", 302))
    ticket = visits.hand_over(
        response, as_json(session), merchant_id=guest.merchant_id, appid=appid
    )
    response.location = f"{visit.return_to}#ticket={ticket}"
    visits.forget(response)
    response.headers["Cache-Control"] = PRIVATE
    # The address that the browser leaves had WeChat's code in it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.post("/sessions")
@documented(who=GUEST, body=Exchange, told={201: Session}, refuses=[401])
def open_session(merchant: str, appid: str) -> Response:
    """Exchange the ticket for the session, once, with the cookies that came with it."""
    guest, wanted = auth.guest(merchant), parse.body(Exchange)
    limits.check(Action.SIGN_IN, merchant_id=guest.merchant_id, who={Per.IP: client.address()})
    _account(guest.merchant_id, appid)
    session = visits.take_over(wanted.ticket, merchant_id=guest.merchant_id, appid=appid)
    response = Response(session, 201, content_type="application/json")
    response.headers["Cache-Control"] = PRIVATE
    return response


@bp.get("/js-config")
@documented(who=GUEST, query=PageAddress, told={200: PageSignature}, refuses=[403, 409, 502])
def js_config(merchant: str, appid: str) -> Response:
    """What wx.config wants for one of our own pages."""
    guest, wanted = auth.guest(merchant), parse.query(PageAddress)
    account = _account(guest.merchant_id, appid)
    url = wanted.url.partition("#")[0]
    if not f"{url}/".startswith(_home() + "/") and not url.startswith(_home() + "?"):
        raise StrangePage("Only our own pages are signed.")
    nonce, timestamp = secrets.token_hex(8), int(clock.now().timestamp())
    return answer(
        PageSignature(
            app_id=appid,
            timestamp=timestamp,
            nonce_str=nonce,
            signature=_web(account).sign_page(url, nonce=nonce, timestamp=timestamp),
        )
    )


def _recognise(guest: auth.Guest, account: merchants.AppSecrets, code: str) -> Visitor:
    limits.check(Action.SIGN_IN, merchant_id=guest.merchant_id, who={Per.IP: client.address()})
    try:
        visitor = _web(account).recognise(code)
    except Refused as refusal:
        raise SignInRefused("WeChat did not accept the code.", reason=refusal.code) from refusal
    if visitor.is_snapshot:
        raise SnapshotPage("请点击页面右下角“使用完整服务”后再试")
    limits.check(
        Action.SIGN_IN,
        merchant_id=guest.merchant_id,
        who={Per.OPENID: f"{account.appid}:{visitor.openid}"},
    )
    return visitor


def _remember_name(member: members.Member, visitor: Visitor) -> None:
    """The name that WeChat tells, unless the member has chosen one; a strange one is left out."""
    if member.nickname is not None or visitor.nickname is None:
        return
    try:
        members.set_nickname(
            merchant_id=member.merchant_id, member_id=member.id, nickname=visitor.nickname
        )
    except Invalid:
        return


def _account(merchant_id: int, appid: str) -> merchants.AppSecrets:
    """Raises NotFound for an app that is not this shop's, or no official account."""
    if not APPID.fullmatch(appid):
        raise NotFound("There is no such official account.")
    with transaction():
        account = merchants.get_app(merchant_id=merchant_id, appid=appid)
    if account.kind != merchants.AppKind.OFFICIAL_ACCOUNT:
        raise NotFound("There is no such official account.")
    return account


def _web(account: merchants.AppSecrets) -> OfficialWeb:
    return gateways().official_web(App(appid=account.appid, secret=account.secret))


def _home() -> str:
    return cast("Settings", current_app.extensions["settings"]).public_url
