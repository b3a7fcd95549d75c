"""Codes with a scene: /cgi-bin/qrcode/create and the picture."""

from typing import Any

from flask import Blueprint, Response, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.official.state import SceneCode, official_of
from app.simulator.open_platform.picture import picture
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

NUMBERS = ("QR_SCENE", "QR_LIMIT_SCENE")
TEXTS = ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE")
FOR_EVER = ("QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE")
USUAL_SECONDS, MOST_SECONDS = 60, 2_592_000
MOST_PERMANENT = 100_000
BIGGEST_NUMBER = 2**32 - 1
TEXT_LENGTH = 64
TICKET_LENGTH = 90
PICTURE_WIDTH = 430

scene_codes = Blueprint("scene_codes", __name__)


@scene_codes.post("/cgi-bin/qrcode/create")
def create() -> dict[str, Any]:
    """A code that follows the account, or tells it who came, with a scene.

    Reads action_name (QR_SCENE, QR_STR_SCENE, and the permanent QR_LIMIT_SCENE,
    QR_LIMIT_STR_SCENE), expire_seconds (60 when left out, at most 2592000), and
    action_info.scene: scene_id (permanent: 1 to 100000) or scene_str (1 to 64 letters). What is
    wrong is 40053; more than 100,000 permanent ones is 45029.
    """
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        body = json_body()
        code = _new_code(world, body, appid=app.appid)
        official_of(world).scene_codes[code.ticket] = code
    told: dict[str, Any] = {"ticket": code.ticket, "url": code.url}
    if code.expires_at is not None:
        told["expire_seconds"] = _seconds(body)
    return told


@scene_codes.get("/cgi-bin/showqrcode")
def showqrcode() -> Response:
    """The picture of a ticket, a PNG whose text chunks say ticket and url; 404 for another."""
    world = here()
    with world.lock:
        code = official_of(world).scene_codes.get(request.args.get("ticket", ""))
    if code is None:
        return Response(status=404)
    told = {"ticket": code.ticket, "url": code.url}
    return Response(picture(told, width=PICTURE_WIDTH), mimetype="image/png")


def _new_code(world: World, body: dict[str, Any], *, appid: str) -> SceneCode:
    action, value = str(body.get("action_name", "")), _value(body)
    permanent = action in FOR_EVER
    if permanent and _permanent_ones(world, appid) >= MOST_PERMANENT:
        raise OpenRefused(45029)
    return SceneCode(
        ticket=f"g{nonce_text(TICKET_LENGTH)}==",
        appid=appid,
        action=action,
        value=value,
        url=f"http://weixin.qq.com/q/{nonce_text(22)}",
        expires_at=None if permanent else world.clock.now() + _seconds(body),
    )


def _permanent_ones(world: World, appid: str) -> int:
    codes = official_of(world).scene_codes.values()
    return sum(1 for each in codes if each.appid == appid and each.expires_at is None)


def _seconds(body: dict[str, Any]) -> int:
    seconds = body.get("expire_seconds", USUAL_SECONDS)
    if type(seconds) is not int or not 0 < seconds <= MOST_SECONDS:
        raise OpenRefused(40053)
    return seconds


def _value(body: dict[str, Any]) -> int | str:
    action, info = body.get("action_name"), body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise OpenRefused(40053)
    if action in NUMBERS:
        return _number(scene, most=MOST_PERMANENT if action in FOR_EVER else BIGGEST_NUMBER)
    text = scene.get("scene_str")
    if action not in TEXTS or not isinstance(text, str) or not 0 < len(text) <= TEXT_LENGTH:
        raise OpenRefused(40053)
    return text


def _number(scene: dict[str, Any], *, most: int) -> int:
    number = scene.get("scene_id")
    if type(number) is not int or not 0 < number <= most:
        raise OpenRefused(40053)
    return number
