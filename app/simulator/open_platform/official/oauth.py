"""Web sign-in: /sns/oauth2/…, /sns/userinfo, /sns/auth."""

from typing import Any

from flask import Blueprint, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.official.oauth_state import (
    ACCESS_SECONDS,
    CODE_SECONDS,
    REFRESH_SECONDS,
    Visit,
    WebSignIn,
    WebToken,
)
from app.simulator.open_platform.reading import app_with_secret, known_app
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

TOKEN_LENGTH = 110

oauth = Blueprint("oauth", __name__)


@oauth.get("/sns/oauth2/access_token")
def access_token() -> dict[str, Any]:
    """Exchange a code of the authorize page.

    Reads appid, secret, code, grant_type=authorization_code. Refuses with 40002, 40013, 40125,
    41002, 41004, 41008, 40029 (unknown, another app's, older than five minutes), 40163 (used).
    The unionid comes only with snsapi_userinfo; is_snapshotuser 1 is nobody.
    """
    world, asked = here(), request.args
    with world.lock:
        app = app_with_secret(world, appid=asked.get("appid", ""), secret=asked.get("secret", ""))
        if asked.get("grant_type") != "authorization_code":
            raise OpenRefused(40002)
        if not asked.get("code"):
            raise OpenRefused(41008)
        visit = _use(world, asked["code"], appid=app.appid)
        refresh = nonce_text(TOKEN_LENGTH)
        token = WebToken(visit=visit, expires_at=world.clock.now() + REFRESH_SECONDS)
        world.part(WebSignIn).refresh[refresh] = token
        return {**_new_access(world, visit, refresh=refresh), **_about(world, visit)}


@oauth.get("/sns/oauth2/refresh_token")
def refresh_token() -> dict[str, Any]:
    """A new access_token for a refresh_token of thirty days.

    Reads appid, refresh_token, grant_type=refresh_token: 40002, 40013, 41003, 40030, 42002.
    """
    world, asked = here(), request.args
    with world.lock:
        app = known_app(world, asked.get("appid", ""))
        if asked.get("grant_type") != "refresh_token":
            raise OpenRefused(40002)
        value = asked.get("refresh_token", "")
        if not value:
            raise OpenRefused(41003)
        token = world.part(WebSignIn).refresh.get(value)
        if token is None or token.visit.appid != app.appid:
            raise OpenRefused(40030)
        if world.clock.now() >= token.expires_at:
            raise OpenRefused(42002)
        return _new_access(world, token.visit, refresh=value)


@oauth.get("/sns/userinfo")
def userinfo() -> dict[str, Any]:
    """Who it is, for a token of snsapi_userinfo (48001).

    Reads access_token (41001, 40001, 42001) and openid (41009, 40003).
    """
    world = here()
    with world.lock:
        visit = _visit(world)
        if visit.scope != "snsapi_userinfo":
            raise OpenRefused(48001)
        about = {} if visit.snapshot else _unionid(world, visit)
        name = "微信用户" if visit.snapshot else visit.name
        return {
            "openid": visit.openid,
            "nickname": name,
            "sex": 0,
            "language": "",
            "city": "",
            "province": "",
            "country": "",
            "headimgurl": "",
            "privilege": [],
            **about,
        }


@oauth.get("/sns/auth")
def auth() -> dict[str, Any]:
    """Whether a token is good. Reads access_token and openid as /sns/userinfo does."""
    world = here()
    with world.lock:
        _visit(world)
    return {"errcode": 0, "errmsg": "ok"}


def _use(world: World, value: str, *, appid: str) -> Visit:
    code = world.part(WebSignIn).codes.get(value)
    if code is None or code.visit.appid != appid:
        raise OpenRefused(40029)
    if code.used:
        raise OpenRefused(40163)
    if world.clock.now() - code.made_at > CODE_SECONDS:
        raise OpenRefused(40029)
    code.used = True
    return code.visit


def _new_access(world: World, visit: Visit, *, refresh: str) -> dict[str, Any]:
    value = nonce_text(TOKEN_LENGTH)
    token = WebToken(visit=visit, expires_at=world.clock.now() + ACCESS_SECONDS)
    world.part(WebSignIn).access[value] = token
    return {
        "access_token": value,
        "expires_in": ACCESS_SECONDS,
        "refresh_token": refresh,
        "openid": visit.openid,
        "scope": visit.scope,
    }


def _about(world: World, visit: Visit) -> dict[str, Any]:
    if visit.snapshot:
        return {"is_snapshotuser": 1}
    return _unionid(world, visit) if visit.scope == "snsapi_userinfo" else {}


def _unionid(world: World, visit: Visit) -> dict[str, Any]:
    user = world.people.named(visit.name)
    gives = world.apps[visit.appid].gives_unionid
    return {"unionid": user.unionid} if user is not None and gives else {}


def _visit(world: World) -> Visit:
    value = request.args.get("access_token", "")
    if not value:
        raise OpenRefused(41001)
    token = world.part(WebSignIn).access.get(value)
    if token is None:
        raise OpenRefused(40001)
    if world.clock.now() >= token.expires_at:
        raise OpenRefused(42001)
    if not request.args.get("openid"):
        raise OpenRefused(41009)
    if request.args["openid"] != token.visit.openid:
        raise OpenRefused(40003)
    return token.visit
