"""Customer-service messages: /cgi-bin/message/custom/send, within the windows people open."""

from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.official.state import Window, official_of, show
from app.simulator.open_platform.reading import calling_app_of_any_kind, json_body
from app.simulator.people import User
from app.simulator.settings import App
from app.simulator.world import World, here

# The fields each kind must hold; for a mini-program only the kinds of the second table.
KINDS: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "image": ("media_id",),
    "voice": ("media_id",),
    "video": ("media_id",),
    "music": ("musicurl", "hqmusicurl", "thumb_media_id"),
    "news": ("articles",),
    "mpnews": ("media_id",),
    "mpnewsarticle": ("article_id",),
    "msgmenu": ("head_content", "list"),
    "wxcard": ("card_id",),
    "miniprogrampage": ("title", "appid", "pagepath", "thumb_media_id"),
}
MINI_PROGRAM_KINDS: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "image": ("media_id",),
    "link": ("title", "description", "url", "thumb_url"),
    "miniprogrampage": ("title", "pagepath", "thumb_media_id"),
}
MISSING = {"media_id": 40007, "thumb_media_id": 40007, "card_id": 40073, "appid": 40013}
# The platform's page does not say how long a text may be; chosen.
TEXT_BYTES = 2048

service_messages = Blueprint("service_messages", __name__)


@service_messages.post("/cgi-bin/message/custom/send")
def send() -> dict[str, Any]:
    """A message of the customer service, of an official account or a mini-program.

    Reads touser (40003), msgtype (40008) and the object of that name (41011, 40007, 40013, 45008
    for more than one article, 45002 for a text over 2048 bytes). After a person's message 5 within
    48 hours, after a menu click, a follow or a scan 3 within a minute: no window is 45015, a
    window that is used up 45047.
    """
    world = here()
    with world.lock:
        app = calling_app_of_any_kind(world)
        body = json_body()
        user = world.people.with_openid(str(body.get("touser", "")), appid=app.appid)
        if user is None:
            raise OpenRefused(40003)
        kind = str(body.get("msgtype", ""))
        content = _content(world, app, kind, body)
        _spend(world, app, user)
        show(world, app=app, user=user, by="account", kind=f"service_{kind}", content=content)
    return {"errcode": 0, "errmsg": "ok"}


def _content(world: World, app: App, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    kinds = KINDS if app.kind == "oa" else MINI_PROGRAM_KINDS
    if kind not in kinds:
        raise OpenRefused(40008)
    content = body.get(kind)
    if not isinstance(content, dict):
        raise OpenRefused(41011)
    for name in kinds[kind]:
        if not content.get(name):
            raise OpenRefused(MISSING.get(name, 41011))
    if kind == "text" and len(str(content["content"]).encode()) > TEXT_BYTES:
        raise OpenRefused(45002)
    if kind == "news" and len(content["articles"]) > 1:
        raise OpenRefused(45008)
    if "appid" in kinds[kind] and content["appid"] not in world.apps:
        raise OpenRefused(40013)
    return content


def _spend(world: World, app: App, user: User) -> None:
    windows = official_of(world).windows[(app.appid, user.openids[app.appid])].values()
    open_ones = [each for each in windows if each.closes_at > world.clock.now()]
    if not open_ones:
        raise OpenRefused(45015)
    with_room = [each for each in open_ones if each.left > 0]
    if not with_room:
        raise OpenRefused(45047)
    soonest: Window = min(with_room, key=lambda each: each.closes_at)
    soonest.left -= 1
