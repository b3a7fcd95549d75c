"""Shareable messages that change: activity ids and their updates."""

from typing import Any

from flask import Blueprint, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.activity_state import OPEN, STARTED, Activities, Activity
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.settings import App
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

STEPS = {OPEN: (OPEN, STARTED, 2), STARTED: (2,)}
STATES = (OPEN, STARTED)
NAMES = ("member_count", "room_limit", "path", "version_type")
VERSIONS = ("develop", "trial", "release")

activities = Blueprint("activities", __name__, url_prefix="/cgi-bin/message/wxopen")


@activities.get("/activityid/create")
def create() -> dict[str, Any]:
    """A new activity_id, good for a day as an updatable message.

    Query: openid or unionid (may be left out for updatable messages; chosen). Errors: 40003. A
    private message may be shared with it for 7 days and checked for 120.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        _check_person(world, app)
        activity = Activity(
            activity_id=f"{nonce_text(22)}_{nonce_text(10)}",
            appid=app.appid,
            made_at=world.clock.now(),
        )
        world.part(Activities).by_id[activity.activity_id] = activity
    told = {"activity_id": activity.activity_id, "expiration_time": int(activity.expires_at)}
    return {"errcode": 0, "errmsg": "ok", **told}


@activities.post("/updatablemsg/send")
def send() -> dict[str, Any]:
    """Change every card in every chat that was shared with this activity.

    Fields: activity_id, target_state 0 (0 to 0 may repeat) or 1, template_info{parameter_list
    [{name member_count | room_limit | path | version_type, value}]}. Errors: 47501 id, 47502
    state, 47503 version_type, 47504 ended, 47001 shapes.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        activity = world.part(Activities).by_id.get(str(body.get("activity_id", "")))
        if activity is None or activity.appid != app.appid:
            raise OpenRefused(47501)
        if world.clock.now() > activity.expires_at:
            raise OpenRefused(47504)
        target = body.get("target_state")
        if target not in STATES or target not in STEPS[activity.state]:
            raise OpenRefused(47502)
        activity.parameters.update(_parameters(body.get("template_info")))
        activity.state = target
    return {"errcode": 0, "errmsg": "ok"}


def _check_person(world: World, app: App) -> None:
    openid, unionid = request.args.get("openid"), request.args.get("unionid")
    if openid and world.people.with_openid(openid, appid=app.appid) is None:
        raise OpenRefused(40003)
    if unionid and all(each.unionid != unionid for each in world.people.all()):
        raise OpenRefused(40003)


def _parameters(info: Any) -> dict[str, str]:
    listed = info.get("parameter_list") if isinstance(info, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise OpenRefused(47001)
    told: dict[str, str] = {}
    for each in listed:
        if each.get("name") not in NAMES:
            raise OpenRefused(47001)
        told[each["name"]] = str(each.get("value", ""))
    if told.get("version_type", "release") not in VERSIONS:
        raise OpenRefused(47503)
    return told
