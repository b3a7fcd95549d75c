"""One person and the accounts: follow, scan, press the menu, write, sign in to pages, revoke."""

import secrets
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, abort, request

from app.simulator.control.reading import asked, user_named
from app.simulator.errors import OpenRefused
from app.simulator.open_platform.official import doings
from app.simulator.open_platform.official.chat import chat_of
from app.simulator.open_platform.official.oauth_page import asked_in, way_back
from app.simulator.open_platform.official.state import official_of
from app.simulator.pushes import Push
from app.simulator.settings import App
from app.simulator.world import World, here

# How long a doing waits for the shop's reply; a later one is in the chat.
WAIT_SECONDS = 4.0
PLATFORM_OPENID = "oPlatformPushService00000000"

official_desk = Blueprint("official_desk", __name__, url_prefix="/_sim/users/<name>")


@official_desk.get("/accounts")
def accounts(name: str) -> list[dict[str, Any]]:
    """The official accounts: whether this person follows, and the menu."""
    world = here()
    with world.lock:
        user, official = user_named(world, name), official_of(world)
        return [
            {
                "appid": app.appid,
                "name": app.name,
                "following": (app.appid, user.openids[app.appid]) in official.followers,
                "menu": official.menus.get(app.appid),
            }
            for app in world.apps.values()
            if app.kind == "oa"
        ]


@official_desk.post("/follow")
def follow(name: str) -> dict[str, Any]:
    """{appid}: follow the account; who follows already is told so."""
    world = here()
    with world.lock:
        app, user = _account(world, asked()), user_named(world, name)
        push = doings.follow(world, app=app, user=user)
    return _told(push)


@official_desk.post("/unfollow")
def unfollow(name: str) -> dict[str, Any]:
    """{appid}: stop following."""
    world = here()
    with world.lock:
        app, user = _account(world, asked()), user_named(world, name)
        push = doings.unfollow(world, app=app, user=user)
    return _told(push)


@official_desk.post("/scan")
def scan(name: str) -> dict[str, Any]:
    """{appid, scene or ticket}: scan a code; nothing happens when it has expired."""
    world, body = here(), asked()
    with world.lock:
        app, user = _account(world, body), user_named(world, name)
        ticket = str(body.get("ticket", ""))
        code = doings.find_code(world, app, ticket=ticket, scene=body.get("scene"))
        if code is None:
            abort(404, "no such code")
        push = doings.scan(world, app=app, user=user, code=code)
    return _told(push)


@official_desk.post("/menu")
def press(name: str) -> dict[str, Any]:
    """{appid, key, scanned?}: press the button with this key, address, page or name.

    `scanned` is what a scanning button finds. The answer has the button, to open what it opens.
    """
    world, body = here(), asked()
    with world.lock:
        app, user = _account(world, body), user_named(world, name)
        scanned = str(body.get("scanned", ""))
        wanted = str(body.get("key", ""))
        pressed = doings.press(world, app=app, user=user, wanted=wanted, scanned=scanned)
        if pressed is None:
            abort(404, "no such button")
    push, button = pressed
    return _told(push) | {"button": button}


@official_desk.post("/say")
def say(name: str) -> dict[str, Any]:
    """{appid, text} or {appid, type, …}: write to an account or a mini-program's service.

    `type` is text, image {url, media_id}, voice, video, location {x, y, scale, label} or link
    {title, description, url}. The answer has the passive reply.
    """
    world, body = here(), asked()
    kind = str(body.get("type", "text"))
    if kind not in doings.MESSAGES:
        abort(400, f"nobody can send a {kind}")
    with world.lock:
        app, user = _app(world, body), user_named(world, name)
        if kind in {"image", "voice", "video"} and not body.get("media_id"):
            body["media_id"] = secrets.token_urlsafe(32)
        push = doings.say(world, app=app, user=user, kind=kind, said=body)
    return _told(push)


@official_desk.post("/enter")
def enter(name: str) -> dict[str, Any]:
    """{appid, session_from?}: open a mini-program's customer-service chat."""
    world, body = here(), asked()
    with world.lock:
        app, user = _app(world, body), user_named(world, name)
        session_from = str(body.get("session_from", ""))
        push = doings.enter(world, app=app, user=user, session_from=session_from)
    return _told(push)


@official_desk.get("/chat")
def chat(name: str) -> list[dict[str, Any]]:
    """?appid=: what the chat with an account or a mini-program's service shows, oldest first."""
    world = here()
    with world.lock:
        app = _app(world, dict(request.args))
        return chat_of(world, app=app, user=user_named(world, name))


@official_desk.post("/block")
def block(name: str) -> dict[str, Any]:
    """{appid, blocked?}: still follow, but take no messages."""
    world, body = here(), asked()
    with world.lock:
        app, user = _account(world, body), user_named(world, name)
        follower = official_of(world).followers.get((app.appid, user.openids[app.appid]))
        if follower is None:
            abort(409, f"{name} does not follow")
        follower.blocked = bool(body.get("blocked", True))
        return {"blocked": follower.blocked}


@official_desk.post("/authorize")
def authorize(name: str) -> dict[str, Any]:
    """{url, agrees?, snapshot?}: what the authorize page answers to this person.

    {location, code, state}, or {errcode, errmsg} where the page shows an error.
    """
    world, body = here(), asked()
    with world.lock:
        user = user_named(world, name)
        try:
            wanted = asked_in(world, str(body.get("url", "")))
        except OpenRefused as refused:
            return {"errcode": refused.errcode, "errmsg": refused.errmsg}
        agrees, snapshot = bool(body.get("agrees", True)), bool(body.get("snapshot", False))
        location = way_back(world, wanted, user=user, agrees=agrees, snapshot=snapshot)
    return {"location": location, **_code_in(location)}


@official_desk.post("/revoke")
def revoke(name: str) -> dict[str, Any]:
    """{appid, codes} takes allowances back; {appid, cancelled: true}: the WeChat account ends.

    Codes for a mini-program: 6 nickname and picture, 8 phone, 13 place, …
    """
    world, body = here(), asked()
    with world.lock:
        app, user = _app(world, body), user_named(world, name)
        codes = ",".join(str(each) for each in body.get("codes", ()))
        fields = {"OpenID": user.openids[app.appid], "AppID": app.appid, "RevokeInfo": codes}
        if app.gives_unionid:
            fields["UnionID"] = user.unionid
        cancelled = bool(body.get("cancelled", False))
        event = "user_authorization_cancellation" if cancelled else "user_authorization_revoke"
        push = world.pushes.send(app=app, openid=PLATFORM_OPENID, event=event, fields=fields)
    return _told(push)


def _app(world: World, body: dict[str, Any]) -> App:
    appid = body.get("appid")
    if appid is None and len(world.apps) == 1:
        return next(iter(world.apps.values()))
    if appid not in world.apps:
        abort(400, "which appid?")
    return world.apps[str(appid)]


def _account(world: World, body: dict[str, Any]) -> App:
    official = [each for each in world.apps.values() if each.kind == "oa"]
    if body.get("appid") is None and len(official) == 1:
        return official[0]
    found = next((each for each in official if each.appid == body.get("appid")), None)
    if found is None:
        abort(400, "which official account?")
    return found


def _told(push: Push | None) -> dict[str, Any]:
    if push is None:
        return {"result": "nothing happened"}
    push.first_tried.wait(WAIT_SECONDS)
    told = {"push": push.number, "event": push.event, "status": push.status}
    return {"result": "ok", **told, "reply": push.reply}


def _code_in(location: str) -> dict[str, str]:
    query = dict(parse_qsl(urlsplit(location).query))
    return {name: query[name] for name in ("code", "state") if name in query}
