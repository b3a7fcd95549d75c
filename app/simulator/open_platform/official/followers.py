"""Who follows: /cgi-bin/user/…"""

from typing import Any

from flask import Blueprint, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.official.state import Follower, official_of
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.settings import App
from app.simulator.world import World, here

MOST_AT_ONCE = 100
PAGE = 10_000

followers = Blueprint("followers", __name__)


@followers.get("/cgi-bin/user/info")
def info() -> dict[str, Any]:
    """Somebody with an openid of this account (40003); who does not follow has only subscribe 0.

    The unionid is told where the account gives it.
    """
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        return _told(world, app, request.args.get("openid", ""))


@followers.post("/cgi-bin/user/info/batchget")
def batchget() -> dict[str, Any]:
    """The same for user_list: [{openid}], at most 100 (40130)."""
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        wanted = json_body().get("user_list")
        if not isinstance(wanted, list) or not 0 < len(wanted) <= MOST_AT_ONCE:
            raise OpenRefused(40130)
        openids = [str(each.get("openid", "")) if isinstance(each, dict) else "" for each in wanted]
        return {"user_info_list": [_told(world, app, openid) for openid in openids]}


@followers.get("/cgi-bin/user/get")
def get() -> dict[str, Any]:
    """The openids of all followers, 10,000 a page, beginning after next_openid."""
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        mine = official_of(world).followers.items()
        everybody = [openid for (appid, openid), _ in mine if appid == app.appid]
    after = request.args.get("next_openid", "")
    if after and after not in everybody:
        raise OpenRefused(40003)
    page = everybody[everybody.index(after) + 1 if after else 0 :][:PAGE]
    told: dict[str, Any] = {"total": len(everybody), "count": len(page)}
    data = {"data": {"openid": page}} if page else {}
    return {**told, **data, "next_openid": page[-1] if page else ""}


def _told(world: World, app: App, openid: str) -> dict[str, Any]:
    user = world.people.with_openid(openid, appid=app.appid)
    if user is None:
        raise OpenRefused(40003)
    follower = official_of(world).followers.get((app.appid, openid))
    known: dict[str, Any] = {"subscribe": 0 if follower is None else 1, "openid": openid}
    if app.gives_unionid:
        known["unionid"] = user.unionid
    return {**known, **_as_follower(follower)} if follower else known


def _as_follower(follower: Follower) -> dict[str, Any]:
    number = follower.qr_scene if isinstance(follower.qr_scene, int) else 0
    text = follower.qr_scene if isinstance(follower.qr_scene, str) else ""
    return {
        # Names and pictures are no longer told here since the end of 2021.
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": int(follower.since),
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": follower.scene,
        "qr_scene": number,
        "qr_scene_str": text,
    }
