"""Open a mini-program: by a link, a drawn code, or the scene that a code carries."""

import base64
import binascii
import re
from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort

from app.simulator.control.reading import asked, user_named
from app.simulator.open_platform.mini.link_state import SCENES, Link, Links
from app.simulator.world import World, here

opening = Blueprint("opening", __name__, url_prefix="/_sim")
CODE_TEXT = re.compile(rb"tEXtcode\0(code:[0-9A-Za-z]{24})")


@opening.get("/links")
def all_links() -> list[dict[str, Any]]:
    """Every link and drawn code, oldest first."""
    world = here()
    with world.lock:
        return [_listed(each) for each in world.part(Links).links.values()]


@opening.post("/users/<name>/open")
def open_it(name: str) -> dict[str, Any]:
    """{link} or {picture: PNG as base64} or {scene, appid?}: what the page is opened with.

    Answers {appid, path, query, scene}; a code's scene is the query `scene`, percent-encoded.
    """
    world = here()
    body = asked()
    with world.lock:
        user = user_named(world, name)
        link = _meant(world, body)
        if link is None:
            abort(404, "nothing is opened by this")
        if link.expires_at and world.clock.now() > link.expires_at:
            abort(410, "链接已过期")
        link.visitor = link.visitor or user.openids[link.appid]
        world.open_platform.visits[(link.appid, name)] = world.clock.now()
    known = {"appid": link.appid, "path": link.path, "query": link.query}
    return {**known, "scene": SCENES.get(link.kind, 0), "env_version": link.env_version}


def _meant(world: World, body: dict[str, Any]) -> Link | None:
    links = world.part(Links).links
    if "scene" in body:
        query = "scene=" + quote(str(body["scene"]), safe="")
        drawn = [each for each in links.values() if each.query == query]
        mine = [each for each in drawn if body.get("appid") in (None, each.appid)]
        return mine[-1] if mine else None
    if "picture" in body:
        return links.get(_text_of(str(body["picture"])))
    return links.get(str(body.get("link", "")))


def _text_of(picture: str) -> str:
    try:
        found = CODE_TEXT.search(base64.b64decode(picture.rpartition(",")[2], validate=True))
    except binascii.Error:
        abort(400, "the picture is not base64")
    return found[1].decode() if found else ""


def _listed(link: Link) -> dict[str, Any]:
    return {"kind": link.kind, "link": link.text, **link.told(), "visit_openid": link.visitor}
