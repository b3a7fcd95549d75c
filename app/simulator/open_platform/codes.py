"""Mini-program codes: /wxa/getwxacodeunlimit."""

import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.link_state import CODE, Link, Links
from app.simulator.open_platform.picture import picture
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.settings import App
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
SCENE_LONGEST = 32
WIDTHS = range(280, 1281)
USUAL_WIDTH = 430
VERSIONS = ("release", "trial", "develop")
COLOURS = range(256)
RESERVED = "scancode_time"

codes = Blueprint("codes", __name__)


@codes.post("/wxa/getwxacodeunlimit")
def getwxacodeunlimit() -> Response:
    """A PNG that stands for the code. Its `scene` text chunk says what a phone would read.

    Fields: scene <= 32 of the allowed characters, page (no leading /, no query; published unless
    check_path is false), env_version, width 280-1280, auto_color, line_color{r, g, b}, is_hyaline.
    Errors: 40097 other fields, 40129 scene, 40169 its length, 41030 page, 85096 scancode_time.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
    body = json_body()
    scene = _scene(body)
    _check_page(app, body)
    width = body.get("width", USUAL_WIDTH)
    if type(width) is not int or width not in WIDTHS:
        raise OpenRefused(40097, "width")
    if body.get("env_version", "release") not in VERSIONS:
        raise OpenRefused(40097, "env_version")
    _check_colours(body)
    link = _keep(world, app, body, scene=scene)
    told = {"scene": scene, "page": str(body.get("page") or ""), "appid": app.appid}
    return Response(picture({**told, "code": link.text}, width=width), mimetype="image/png")


def _keep(world: World, app: App, body: dict[str, Any], *, scene: str) -> Link:
    link = Link(
        kind=CODE,
        text=f"code:{nonce_text(24)}",
        appid=app.appid,
        path=str(body.get("page") or (app.pages or ("",))[0]),
        query="scene=" + quote(scene, safe=""),
        env_version=body.get("env_version", "release"),
        made_at=world.clock.now(),
    )
    with world.lock:
        return world.part(Links).add(link)


def _check_colours(body: dict[str, Any]) -> None:
    for name in ("auto_color", "is_hyaline", "check_path"):
        if not isinstance(body.get(name, False), bool):
            raise OpenRefused(40097, name)
    line = body.get("line_color")
    if line is None or body.get("auto_color") is True:
        return
    parts = [str(line.get(each)) for each in "rgb"] if isinstance(line, dict) else [""]
    if any(not each.isdecimal() or int(each) not in COLOURS for each in parts):
        raise OpenRefused(40097, "line_color")


def _scene(body: dict[str, Any]) -> str:
    scene = body.get("scene")
    if not isinstance(scene, str) or len(scene) > SCENE_LONGEST:
        raise OpenRefused(40169)
    if not SCENE.fullmatch(scene):
        raise OpenRefused(40129)
    if scene == RESERVED or scene.startswith(f"{RESERVED}="):
        raise OpenRefused(85096)
    return scene


def _check_page(app: App, body: dict[str, Any]) -> None:
    page = str(body.get("page") or "")
    if not page:
        return
    if page.startswith("/") or "?" in page:
        raise OpenRefused(41030)
    if body.get("check_path", True) is not False and page not in app.pages:
        raise OpenRefused(41030)
