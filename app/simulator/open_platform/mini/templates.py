"""Choose subscribe-message templates: /wxaapi/newtmpl/*."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.template_library import (
    CARD_TIDS,
    CATEGORIES,
    LIBRARY,
    ONE_TIME,
    PublicTemplate,
)
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.settings import App, Template
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

TEMPLATES_MOST = 50
KEYWORDS = range(2, 6)
SCENE_LONGEST = 15
TITLES_MOST = 30
OK = {"errcode": 0, "errmsg": "ok"}

templates = Blueprint("templates", __name__, url_prefix="/wxaapi/newtmpl")


@templates.post("/addtemplate")
def addtemplate() -> dict[str, Any]:
    """Take a template of the library, with 2 to 5 of its keywords.

    Fields: tid, kidList, sceneDesc <= 15 (a service card's tid takes an empty kidList). Errors:
    200012 more than 50, 200014 tid, 200020 kidList, 200021 sceneDesc. The numbers of characters and
    templates are not in the stored pages; chosen.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        if len(app.templates) >= TEMPLATES_MOST:
            raise OpenRefused(200012)
        scene = body.get("sceneDesc", "")
        if not isinstance(scene, str) or len(scene) > SCENE_LONGEST:
            raise OpenRefused(200021)
        template = _chosen(body)
        number = nonce_text(43)
        _set(world, app, {**app.templates, number: template})
    return {**OK, "priTmplId": number}


@templates.post("/deltemplate")
def deltemplate() -> dict[str, Any]:
    """Give a template up. Fields: priTmplId. Errors: 40037."""
    world = here()
    with world.lock:
        app = calling_app(world)
        number = str(json_body().get("priTmplId", ""))
        if number not in app.templates:
            raise OpenRefused(40037)
        _set(world, app, {key: app.templates[key] for key in app.templates if key != number})
    return dict(OK)


@templates.get("/gettemplate")
def gettemplate() -> dict[str, Any]:
    """The app's templates, each with the line format of its content."""
    world = here()
    with world.lock:
        app = calling_app(world)
    return {**OK, "data": [_told(key, each) for key, each in app.templates.items()]}


@templates.get("/getcategory")
def getcategory() -> dict[str, Any]:
    """The categories of the account."""
    world = here()
    with world.lock:
        calling_app(world)
    return {**OK, "data": [{"id": key, "name": name} for key, name in CATEGORIES.items()]}


@templates.get("/getpubtemplatetitles")
def getpubtemplatetitles() -> dict[str, Any]:
    """The library's titles. Query: ids (categories), start, limit <= 30. Errors: 200016-9."""
    world = here()
    with world.lock:
        calling_app(world)
    ids = request.args.get("ids", "")
    if not ids:
        raise OpenRefused(200018)
    if not all(each.isdecimal() and int(each) in CATEGORIES for each in ids.split(",")):
        raise OpenRefused(200019)
    start = _number("start", errcode=200016)
    limit = _number("limit", errcode=200017)
    if not 0 < limit <= TITLES_MOST:
        raise OpenRefused(200017)
    wanted = {int(each) for each in ids.split(",")}
    found = [each for each in LIBRARY.values() if each.category in wanted]
    told = [
        {"tid": each.tid, "title": each.title, "type": ONE_TIME, "categoryId": str(each.category)}
        for each in found[start : start + limit]
    ]
    return {**OK, "count": len(found), "data": told}


@templates.get("/getpubtemplatekeywords")
def getpubtemplatekeywords() -> dict[str, Any]:
    """The keywords of a title. Query: tid. Errors: 200014."""
    world = here()
    with world.lock:
        calling_app(world)
    names = ("kid", "name", "example", "rule")
    chosen = _public(request.args.get("tid"))
    told = [dict(zip(names, each, strict=True)) for each in chosen.keywords]
    return {**OK, "count": len(told), "data": told}


def _chosen(body: dict[str, Any]) -> Template:
    kids = body.get("kidList")
    if not isinstance(kids, list):
        raise OpenRefused(200020)
    if str(body.get("tid")) in map(str, CARD_TIDS):
        return Template(title=CARD_TIDS[int(body["tid"])], fields={})
    public = _public(body.get("tid"))
    known = {each[0]: each for each in public.keywords}
    if len(kids) not in KEYWORDS or any(type(k) is not int or k not in known for k in kids):
        raise OpenRefused(200020)
    fields = {f"{known[kid][3]}{kid}": known[kid][1] for kid in kids}
    return Template(title=public.title, fields=fields)


def _public(tid: Any) -> PublicTemplate:
    number = int(tid) if str(tid).isdecimal() else 0
    if number not in LIBRARY:
        raise OpenRefused(200014)
    return LIBRARY[number]


def _set(world: World, app: App, kept: Mapping[str, Template]) -> None:
    world.apps[app.appid] = replace(app, templates=kept)


def _told(number: str, template: Template) -> dict[str, Any]:
    lines = [f"{label}:{{{{{key}.DATA}}}}" for key, label in template.fields.items()]
    return {
        "priTmplId": number,
        "title": template.title,
        "content": "\n".join(lines) + "\n",
        "example": "",
        "type": ONE_TIME,
    }


def _number(name: str, *, errcode: int) -> int:
    value = request.args.get(name, "")
    if not value.isdecimal():
        raise OpenRefused(errcode)
    return int(value)
