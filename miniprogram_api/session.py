"""Signing in, and who I am here."""

from apiflask import APIBlueprint
from flask import Response

from app.domain import members, merchants
from app.domain.risk import Action, Per
from app.gateways import App, gateways
from app.gateways.errors import Refused
from app.gateways.mini_program import SignIn
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from app.web import auth, client, limits, parse
from app.web.answers import answer, nothing
from app.web.errors import SignInRefused
from app.web.openapi import GUEST, MEMBER, documented
from app.web.words import AppId, Asked, WechatCode
from miniprogram_api.presenters.people import Me, Session, present_me, present_session

bp = APIBlueprint("session", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")


class OpenSession(Asked):
    """The app that the customer opened, and the code of wx.login()."""

    appid: AppId
    code: WechatCode


class GivePhone(Asked):
    """The code of the phone button."""

    code: WechatCode


@bp.post("/sessions")
@documented(who=GUEST, body=OpenSession, told={201: Session}, refuses=[401, 403, 409, 502])
def open_session(merchant: str) -> Response:
    """Sign a customer in.

    The first visit makes a member. The token is good for two hours; ask wx.login() for a new
    code then.
    """
    guest, wanted = auth.guest(merchant), parse.body(OpenSession)
    app, known = recognise(guest, wanted.appid, wanted.code)
    at = clock.now()
    with transaction():
        signed_in = members.sign_in(
            merchant_id=guest.merchant_id,
            appid=app.appid,
            openid=known.openid,
            unionid=known.unionid,
            at=at,
        )
    return answer(present_session(signed_in, app=app, openid=known.openid, at=at), 201)


@bp.post("/phone")
@documented(who=[MEMBER], body=GivePhone, told={204: None}, refuses=[409, 502])
def give_phone(merchant: str) -> Response:
    """Remember the customer's phone.

    WeChat tells it to us for the code; it is kept sealed and shown masked.
    """
    member, wanted = auth.member(merchant), parse.body(GivePhone)
    with transaction():
        app = merchants.get_app(merchant_id=member.merchant_id, appid=member.appid)
    phone = (
        gateways().mini_program(App(appid=app.appid, secret=app.secret)).phone_number(wanted.code)
    )
    with transaction():
        members.set_phone(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            phone=f"+{phone.country_code}{phone.number}",
            at=clock.now(),
        )
    return nothing()


@bp.get("/me")
@documented(who=[MEMBER], told={200: Me})
def me(merchant: str) -> Response:
    """The member: number, name, masked phone."""
    member = auth.member(merchant)
    with transaction():
        found = members.get_member(merchant_id=member.merchant_id, member_id=member.member_id)
    return answer(present_me(found))


def recognise(guest: auth.Guest, appid: str, code: str) -> tuple[merchants.AppSecrets, SignIn]:
    """Who tapped, according to WeChat.

    Raises SignInRefused, TooOften, GatewayError, and NotFound for an app that is not this shop's.
    """
    limits.check(Action.SIGN_IN, merchant_id=guest.merchant_id, who={Per.IP: client.address()})
    with transaction():
        app = merchants.get_app(merchant_id=guest.merchant_id, appid=appid)
    if app.kind != merchants.AppKind.MINI_PROGRAM:
        raise NotFound("没有这个小程序")
    try:
        known = gateways().mini_program(App(appid=app.appid, secret=app.secret)).sign_in(code)
    except Refused as refusal:
        raise SignInRefused("微信登录失败，请重试", reason=refusal.code) from refusal
    limits.check(
        Action.SIGN_IN,
        merchant_id=guest.merchant_id,
        who={Per.OPENID: f"{appid}:{known.openid}"},
    )
    return app, known
