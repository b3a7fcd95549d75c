"""URL links, schemes and short links into a mini-program."""

from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.link_state import (
    SCHEME,
    SHORT_LINK,
    URL_LINK,
    Link,
    Links,
)
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.settings import App
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

QUERY_LONGEST = 1024
TITLE_LONGEST = 20
VERSIONS = ("release", "trial", "develop")
BY_TIME, BY_INTERVAL = 0, 1
DAY_SECONDS = 86_400
SHORTEST_SECONDS, LONGEST_DAYS = 60, 30
OPENS_PER_DAY = 3_000_000

links = Blueprint("links", __name__)


@links.post("/wxa/generate_urllink")
def generate_urllink() -> dict[str, Any]:
    """An https link that opens the mini-program, for one minute to 30 days.

    Fields: path (a published page), query <= 1024, expire_type 0 time | 1 interval, expire_time
    (unix seconds), expire_interval (days), env_version. Errors: 40165 path, 40212 query, 85079
    nothing published, 85401 time, 85402 version.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        link = _make(world, app, json_body(), asked=json_body(), kind=URL_LINK)
    return {"errcode": 0, "errmsg": "ok", "url_link": link.text}


@links.post("/wxa/query_urllink")
def query_urllink() -> dict[str, Any]:
    """What a URL link leads to and who opened it first. Fields: url_link. Errors: 40097."""
    world = here()
    with world.lock:
        app = calling_app(world)
        link = _known(world, app, json_body().get("url_link"), kind=URL_LINK)
        told = {"url_link_info": link.told(), "visit_openid": link.visitor}
    return {"errcode": 0, "errmsg": "ok", **told, "quota_info": _quota()}


@links.post("/wxa/generatescheme")
def generatescheme() -> dict[str, Any]:
    """A weixin:// address, for one minute to 30 days.

    Fields: jump_wxa{path, query, env_version}, expire_type, expire_time, expire_interval. Errors:
    as generate_urllink.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        jump = body.get("jump_wxa", {})
        if not isinstance(jump, dict):
            raise OpenRefused(47001)
        link = _make(world, app, body, asked=jump, kind=SCHEME)
    return {"errcode": 0, "errmsg": "ok", "openlink": link.text}


@links.post("/wxa/queryscheme")
def queryscheme() -> dict[str, Any]:
    """What a scheme leads to and who opened it first. Fields: scheme. Errors: 40097."""
    world = here()
    with world.lock:
        app = calling_app(world)
        link = _known(world, app, json_body().get("scheme"), kind=SCHEME)
        told = {"scheme_info": link.told(), "visit_openid": link.visitor}
    return {"errcode": 0, "errmsg": "ok", **told, "quota_info": _quota()}


@links.post("/wxa/genwxashortlink")
def genwxashortlink() -> dict[str, Any]:
    """A short link for chats: 30 days, or for ever with is_permanent.

    Fields: page_url (path and query), page_title <= 20, is_permanent. Errors: 40165 page, 40212
    query, 40225 title.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        path, _, query = str(body.get("page_url") or "").partition("?")
        _check_target(app, path or None, query)
        title = body.get("page_title", "")
        if not isinstance(title, str) or len(title) > TITLE_LONGEST:
            raise OpenRefused(40225)
        at = world.clock.now()
        ends = 0.0 if body.get("is_permanent") is True else at + LONGEST_DAYS * DAY_SECONDS
        text = f"#小程序://{app.name or app.appid}/{nonce_text(15)}"
        link = Link(
            kind=SHORT_LINK,
            text=text,
            appid=app.appid,
            path=path,
            query=query,
            env_version="release",
            made_at=at,
            expires_at=ends,
        )
        world.part(Links).add(link)
    return {"errcode": 0, "errmsg": "ok", "link": text}


def _make(
    world: World, app: App, body: dict[str, Any], *, asked: dict[str, Any], kind: str
) -> Link:
    path, query = asked.get("path") or "", asked.get("query") or ""
    _check_target(app, path, query)
    version = asked.get("env_version", "release")
    if version not in VERSIONS:
        raise OpenRefused(85402)
    at = world.clock.now()
    token = nonce_text(12)
    text = f"https://wxaurl.cn/{token}" if kind == URL_LINK else f"weixin://dl/business/?t={token}"
    link = Link(
        kind=kind,
        text=text,
        appid=app.appid,
        path=path.removeprefix("/") or app.pages[0],
        query=query,
        env_version=version,
        made_at=at,
        expires_at=_ends(body, at=at),
    )
    return world.part(Links).add(link)


def _check_target(app: App, path: Any, query: Any) -> None:
    if not app.pages:
        raise OpenRefused(85079)
    if not isinstance(path, str) or (path and path.removeprefix("/") not in app.pages):
        raise OpenRefused(40165)
    if not isinstance(query, str) or len(query) > QUERY_LONGEST:
        raise OpenRefused(40212)


def _ends(body: dict[str, Any], *, at: float) -> float:
    kind = body.get("expire_type", BY_TIME)
    latest = at + LONGEST_DAYS * DAY_SECONDS
    if kind == BY_INTERVAL:
        days = body.get("expire_interval")
        if type(days) is not int or not 1 <= days <= LONGEST_DAYS:
            raise OpenRefused(85401)
        return at + days * DAY_SECONDS
    if kind != BY_TIME:
        raise OpenRefused(40097)
    ends = body.get("expire_time", int(latest))
    if type(ends) is not int or not at + SHORTEST_SECONDS <= ends <= latest:
        raise OpenRefused(85401)
    return float(ends)


def _known(world: World, app: App, text: Any, *, kind: str) -> Link:
    link = world.part(Links).links.get(str(text))
    if link is None or link.kind != kind or link.appid != app.appid:
        raise OpenRefused(40097)
    return link


def _quota() -> dict[str, int]:
    return {"remain_visit_quota": OPENS_PER_DAY}
