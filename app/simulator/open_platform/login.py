"""Who is this: jscode2session and the phone number."""

from typing import Any

from flask import Blueprint, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.reading import app_with_secret, calling_app, json_body
from app.simulator.open_platform.state import Code
from app.simulator.people import User
from app.simulator.world import World, here

COUNTRY_CODE = "86"

login = Blueprint("login", __name__)


@login.get("/sns/jscode2session")
def jscode2session() -> dict[str, Any]:
    """Exchange a login code for openid, session_key and, where the app gives it, unionid."""
    world = here()
    asked = request.args
    with world.lock:
        app = app_with_secret(world, appid=asked.get("appid", ""), secret=asked.get("secret", ""))
        if asked.get("grant_type") != "authorization_code":
            raise OpenRefused(40002)
        if not asked.get("js_code"):
            raise OpenRefused(41008)
        code = _code(world, asked["js_code"], purpose="login")
        if code.appid != app.appid:
            raise OpenRefused(40029)
        user = _use(world, code)
        kept = world.open_platform.session_keys.get((app.appid, user.name))
        session_key = kept or world.open_platform.new_session_key(appid=app.appid, name=user.name)
    known = {"openid": user.openids[app.appid], "session_key": session_key}
    return {**known, "unionid": user.unionid} if app.gives_unionid else known


@login.post("/wxa/business/getuserphonenumber")
def getuserphonenumber() -> dict[str, Any]:
    """Exchange a phone code (not a login code) for the phone number."""
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        code = _code(world, str(body.get("code", "")), purpose="phone")
        if code.appid != app.appid:
            raise OpenRefused(40013)
        owner = world.people.named(code.name)
        if owner and body.get("openid") not in (None, "", owner.openids[app.appid]):
            raise OpenRefused(40003)
        user = _use(world, code)
        watermark = {"timestamp": int(world.clock.now()), "appid": app.appid}
    return {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": user.phone,
            "purePhoneNumber": user.phone,
            "countryCode": COUNTRY_CODE,
            "watermark": watermark,
        },
    }


def _code(world: World, value: str, *, purpose: str) -> Code:
    code = world.open_platform.codes.get(value)
    if code is None or code.purpose != purpose:
        raise OpenRefused(40029)
    if code.used:
        raise OpenRefused(40163 if purpose == "login" else 40029)
    if not code.is_fresh(world.clock.now()):
        raise OpenRefused(40029)
    return code


def _use(world: World, code: Code) -> User:
    code.used = True
    user = world.people.named(code.name)
    if user is None:
        raise OpenRefused(40029)
    if user.risk:
        raise OpenRefused(40226)
    return user
