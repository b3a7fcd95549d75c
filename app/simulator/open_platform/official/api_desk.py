"""What an app asks about its own calls: addresses, reachability, quotas, what a rid was."""

import re
from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform import quotas
from app.simulator.open_platform.official.state import official_of
from app.simulator.open_platform.reading import (
    app_with_secret,
    calling_app_of_any_kind,
    json_body,
)
from app.simulator.pushes.verifying import answers_verification
from app.simulator.settings import App
from app.simulator.world import World, here

OK = {"errcode": 0, "errmsg": "ok"}
ADDRESS = "127.0.0.1"
ACTIONS = ("dns", "ping", "all")
OPERATORS = ("CHINANET", "UNICOM", "CAP", "DEFAULT")
RESETS_A_MONTH, PATH_RESETS_A_MONTH = 10, 50
RID = re.compile(r"[0-9a-z]{8}(-[0-9a-z]{8}){2}")
RID_SECONDS = 7 * 86_400

api_desk = Blueprint("api_desk", __name__)


@api_desk.get("/cgi-bin/getcallbackip")
def getcallbackip() -> dict[str, Any]:
    """Where pushes come from."""
    return _addresses()


@api_desk.get("/cgi-bin/get_api_domain_ip")
def get_api_domain_ip() -> dict[str, Any]:
    """Where the API answers."""
    return _addresses()


@api_desk.post("/cgi-bin/callback/check")
def check_callback() -> dict[str, Any]:
    """Whether the app's message server can be reached.

    Reads action (dns, ping, all: else 40202) and check_operator (40203); 40201 without an address.
    """
    world = here()
    with world.lock:
        app = calling_app_of_any_kind(world)
        body = json_body()
        if body.get("action") not in ACTIONS:
            raise OpenRefused(40202)
        if body.get("check_operator", "DEFAULT") not in OPERATORS:
            raise OpenRefused(40203)
        if not app.message_url:
            raise OpenRefused(40201)
    lost = "0%" if answers_verification(app, at=world.clock.now()) else "100%"
    ping = {"ip": ADDRESS, "from_operator": "UNICOM", "package_loss": lost, "time": "1.0ms"}
    told = {"dns": [{"ip": ADDRESS, "real_operator": "UNICOM"}], "ping": [ping]}
    return {**OK, **{name: told[name] for name in told if body["action"] in {name, "all"}}}


@api_desk.post("/cgi-bin/openapi/quota/get")
def quota() -> dict[str, Any]:
    """What is left of an API today.

    Reads cgi_path: 76021 for one that has no quota here, 76022 for /sns/.
    """
    world = here()
    with world.lock:
        app = calling_app_of_any_kind(world)
        path = _path(world)
        told: dict[str, Any] = dict(OK)
        for each in quotas.quotas_of(world, path):
            used = quotas.used(world, app, path, each)
            if each.seconds == quotas.DAY:
                left = each.limit - used
                told["quota"] = {"daily_limit": each.limit, "used": used, "remain": left}
            else:
                told["rate_limit"] = {"call_count": each.limit, "refresh_second": each.seconds}
    return told


@api_desk.post("/cgi-bin/openapi/quota/clear")
def clear_path() -> dict[str, Any]:
    """Count one API of today from nothing. Reads cgi_path (76021). 50 a month, then 48006."""
    world = here()
    with world.lock:
        app = calling_app_of_any_kind(world)
        path = _path(world)
        _take_reset(world, app, kind="path", most=PATH_RESETS_A_MONTH)
        quotas.forget(world, app, path)
    return dict(OK)


@api_desk.post("/cgi-bin/clear_quota")
def clear() -> dict[str, Any]:
    """Count all of today from nothing. Reads appid (40013). 10 a month with v2, then 48006."""
    world = here()
    with world.lock:
        app = calling_app_of_any_kind(world)
        if json_body().get("appid") != app.appid:
            raise OpenRefused(40013)
        _clear_all(world, app)
    return dict(OK)


@api_desk.post("/cgi-bin/clear_quota/v2")
def clear_by_secret() -> dict[str, Any]:
    """The same without a token. Reads appid, appsecret: 40013, 40125, 41002, 41004, 48006."""
    world = here()
    body = json_body()
    with world.lock:
        secret = str(body.get("appsecret", ""))
        _clear_all(world, app_with_secret(world, appid=str(body.get("appid", "")), secret=secret))
    return dict(OK)


@api_desk.post("/cgi-bin/openapi/rid/get")
def rid() -> dict[str, Any]:
    """The call that was refused with this rid.

    Reads rid: 76002 when it is none, 76001 when it is unknown or older than seven days, 76003 when
    it is another app's, 76022 for a call of /sns/.
    """
    world = here()
    with world.lock:
        app = calling_app_of_any_kind(world)
        wanted = str(json_body().get("rid", ""))
        if not RID.fullmatch(wanted):
            raise OpenRefused(76002)
        found = next((each for each in world.requests if each["rid"] == wanted), None)
        if found is None or world.clock.now() - found["at"] > RID_SECONDS:
            raise OpenRefused(76001)
    _check_owner(found, app)
    return {**OK, "request": _told(found)}


def _addresses() -> dict[str, Any]:
    world = here()
    with world.lock:
        calling_app_of_any_kind(world)
    return {"ip_list": [ADDRESS]}


def _path(world: World) -> str:
    path = str(json_body().get("cgi_path", ""))
    if path.startswith("/sns/"):
        raise OpenRefused(76022)
    if not quotas.quotas_of(world, path):
        raise OpenRefused(76021)
    return path


def _clear_all(world: World, app: App) -> None:
    _take_reset(world, app, kind="all", most=RESETS_A_MONTH)
    quotas.forget(world, app)


def _take_reset(world: World, app: App, *, kind: str, most: int) -> None:
    cleared, key = official_of(world).cleared, (app.appid, kind, quotas.month(world))
    if cleared[key] >= most:
        raise OpenRefused(48006)
    cleared[key] += 1


def _check_owner(found: dict[str, Any], app: App) -> None:
    if found["target"].startswith("/sns/"):
        raise OpenRefused(76022)
    if found["appid"] != app.appid:
        raise OpenRefused(76003)


def _told(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "invoke_time": int(found["at"]),
        "cost_in_ms": int(found["milliseconds"]),
        "request_url": found["target"].partition("?")[2],
        "request_body": found["body"],
        "response_body": found["answer"],
        "client_ip": found["remote_address"],
    }
