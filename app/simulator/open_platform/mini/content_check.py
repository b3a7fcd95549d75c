"""Content safety: texts at once, pictures and sounds by an event later."""

import uuid
from typing import Any
from urllib.parse import unquote

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.visitors import visitor
from app.simulator.open_platform.mini.words import judged
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.settings import App
from app.simulator.world import World, here

CONTENT_LONGEST = 2500
VERSION = 2
SCENES = (1, 2, 3, 4)
TEXTS = ("content", "title", "nickname", "signature")
MEDIA_TYPES = (1, 2)
MEDIA_SECONDS = 2.0
MEDIA = "wxa_media_check"

content_check = Blueprint("content_check", __name__)


@content_check.post("/wxa/msg_sec_check")
def msg_sec_check() -> dict[str, Any]:
    """Judge a text (version 2): suggest pass, review or risky, with a label.

    Fields: version 2, content <= 2500 characters, scene 1-4, openid (here within two hours),
    title, nickname, signature. Words that decide are in words.py. Errors: 40003, 43104, 61010
    openid, 40129 scene, 45002 too long, 47001 no content, 48001 without version (the first version
    is frozen).
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        _check_version(body)
        texts = [body.get(name, "") for name in TEXTS]
        if not texts[0] or not all(isinstance(each, str) for each in texts):
            raise OpenRefused(47001)
        if len(texts[0]) > CONTENT_LONGEST:
            raise OpenRefused(45002)
        visitor(world, app, body.get("openid"))
    return {"errcode": 0, "errmsg": "ok", "trace_id": _trace_id(), **_verdict("\n".join(texts))}


@content_check.post("/wxa/media_check_async")
def media_check_async() -> dict[str, Any]:
    """Judge a picture or sound (version 2); the event wxa_media_check tells within seconds.

    Fields: version 2, media_url, media_type 1 sound or 2 picture, scene 1-4, openid. The words of
    words.py in the address decide. Errors: as msg_sec_check, 40097 address or type.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        _check_version(body)
        url = body.get("media_url")
        if (
            not isinstance(url, str)
            or "://" not in url
            or body.get("media_type") not in MEDIA_TYPES
        ):
            raise OpenRefused(40097)
        visitor(world, app, body.get("openid"))
        trace_id = _trace_id()
        told = {"appid": app.appid, "trace_id": trace_id, **_verdict(unquote(url))}
    due = world.clock.now() + MEDIA_SECONDS
    world.timetable.at(due, lambda: _tell(world, app, body["openid"], told))
    return {"errcode": 0, "errmsg": "ok", "trace_id": trace_id}


def _check_version(body: dict[str, Any]) -> None:
    if "version" not in body:
        raise OpenRefused(48001)
    if body["version"] not in (VERSION, str(VERSION)):
        raise OpenRefused(47001)
    if body.get("scene") not in SCENES:
        raise OpenRefused(40129)


def _verdict(text: str) -> dict[str, Any]:
    suggest, label, word = judged(text)
    found = {"suggest": suggest, "label": label}
    detail: list[dict[str, Any]] = [
        {"strategy": "content_model", "errcode": 0, **found, "prob": 90},
    ]
    if word:
        detail.append({"strategy": "keyword", "errcode": 0, **found, "level": 20, "keyword": word})
    return {"result": found, "detail": detail}


def _tell(world: World, app: App, openid: str, told: dict[str, Any]) -> None:
    fields = {**told, "version": VERSION, "errcode": 0, "errmsg": "ok"}
    world.pushes.send(app=app, openid=openid, event=MEDIA, fields=fields)


def _trace_id() -> str:
    return str(uuid.uuid4())
