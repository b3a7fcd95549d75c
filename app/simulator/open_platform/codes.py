"""Mini-program codes: /wxa/getwxacodeunlimit."""

import re
from typing import Any

from flask import Blueprint, Response

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.picture import picture
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.settings import App
from app.simulator.world import here

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")
SCENE_LONGEST = 32
WIDTHS = range(280, 1281)
USUAL_WIDTH = 430
VERSIONS = ("release", "trial", "develop")

codes = Blueprint("codes", __name__)


@codes.post("/wxa/getwxacodeunlimit")
def getwxacodeunlimit() -> Response:
    """A PNG that stands for the code. Its `scene` text chunk says what a phone would read."""
    world = here()
    with world.lock:
        app = calling_app(world)
    body = json_body()
    scene = _scene(body)
    _check_page(app, body)
    width = body.get("width", USUAL_WIDTH)
    if type(width) is not int or width not in WIDTHS:
        raise OpenRefused(40097)
    if body.get("env_version", "release") not in VERSIONS:
        raise OpenRefused(40097)
    told = {"scene": scene, "page": str(body.get("page") or ""), "appid": app.appid}
    return Response(picture(told, width=width), mimetype="image/png")


def _scene(body: dict[str, Any]) -> str:
    scene = body.get("scene")
    if not isinstance(scene, str) or len(scene) > SCENE_LONGEST:
        raise OpenRefused(40169)
    if not SCENE.fullmatch(scene):
        raise OpenRefused(40129)
    return scene


def _check_page(app: App, body: dict[str, Any]) -> None:
    page = str(body.get("page") or "")
    if not page:
        return
    if page.startswith("/") or "?" in page:
        raise OpenRefused(41030)
    if body.get("check_path", True) is not False and page not in app.pages:
        raise OpenRefused(41030)
