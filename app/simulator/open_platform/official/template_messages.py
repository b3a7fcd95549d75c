"""Template messages to followers, and subscription notices: sending."""

import secrets
from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.limits import complaint
from app.simulator.open_platform.official.state import official_of, show, templates_of
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.people import User
from app.simulator.settings import App, Template
from app.simulator.world import World, here

ONCE_SECONDS = 600
CLIENT_ID_LENGTH = 32

template_messages = Blueprint("template_messages", __name__)


@template_messages.post("/cgi-bin/message/template/send")
def send() -> dict[str, Any]:
    """A template message to a follower.

    Reads touser (40003, 43004 who does not follow), template_id (40037), data (47003 names the
    field that breaks its type), url, miniprogram {appid 40013, pagepath 40165}, client_msg_id (at
    most 32 letters, 40097: within ten minutes the same one to the same person is sent once, and
    answered as the first was). 100,000 a day, then 45009. TEMPLATESENDJOBFINISH follows.
    """
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        body = json_body()
        user = _user(world, app, body)
        follower = official_of(world).followers.get((app.appid, body["touser"]))
        template = _template(world, app, body)
        _check_link(world, body)
        _check_values(template, body.get("data"))
        if follower is None:
            raise OpenRefused(43004)
        before = _sent_before(world, app, body)
        if before is not None:
            return {"errcode": 0, "errmsg": "ok", "msgid": before}
        number = _remember(world, app, body)
        status = "failed:user block" if follower.blocked else "success"
        if not follower.blocked:
            _show(world, app, user, template, body=body, number=number, kind="template")
        told = {"MsgID": number, "Status": status}
        openid = user.openids[app.appid]
        world.pushes.send(app=app, openid=openid, event="TEMPLATESENDJOBFINISH", fields=told)
    return {"errcode": 0, "errmsg": "ok", "msgid": number}


@template_messages.post("/cgi-bin/message/subscribe/bizsend")
def bizsend() -> dict[str, Any]:
    """A subscription notice, for a grant that the person gave in a page or an article.

    Reads touser (40003), template_id (40037), page (an address), miniprogram {appid 40013,
    pagepath 40165}, data (47003). Without a grant 43101. subscribe_msg_sent_event follows.
    """
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        body = json_body()
        user = _user(world, app, body)
        template = _template(world, app, body)
        _check_link(world, body)
        _check_values(template, body.get("data"))
        openid, template_id = user.openids[app.appid], str(body["template_id"])
        grants = world.open_platform.grants
        if grants[(app.appid, openid, template_id)] <= 0:
            raise OpenRefused(43101)
        grants[(app.appid, openid, template_id)] -= 1
        number = _new_number()
        _show(world, app, user, template, body=body, number=number, kind="notice")
        told = {"TemplateId": template_id, "MsgID": str(number)}
        ended = told | {"ErrorCode": "0", "ErrorStatus": "success"}
        fields = {"List": [ended]}
        world.pushes.send(app=app, openid=openid, event="subscribe_msg_sent_event", fields=fields)
    return {"errcode": 0, "errmsg": "ok"}


def _user(world: World, app: App, body: dict[str, Any]) -> User:
    user = world.people.with_openid(str(body.get("touser", "")), appid=app.appid)
    if user is None:
        raise OpenRefused(40003)
    return user


def _template(world: World, app: App, body: dict[str, Any]) -> Template:
    template = templates_of(world, app).get(str(body.get("template_id", "")))
    if template is None:
        raise OpenRefused(40037)
    return template


def _check_link(world: World, body: dict[str, Any]) -> None:
    link = body.get("miniprogram")
    if not link:
        return
    target = world.apps.get(str(link.get("appid", ""))) if isinstance(link, dict) else None
    if target is None or target.kind != "mp":
        raise OpenRefused(40013)
    path = str(link.get("pagepath") or "").partition("?")[0]
    if path and path not in target.pages:
        raise OpenRefused(40165)


def _check_values(template: Template, data: Any) -> None:
    if not isinstance(data, dict) or not all(isinstance(each, dict) for each in data.values()):
        raise OpenRefused(47001)
    for key in (*template.fields, *data):
        if key not in template.fields:
            raise OpenRefused(47003, f"data.{key} is not in the template")
        value = data.get(key, {}).get("value", "")
        wrong = complaint(key, value, choices=template.enums.get(key, ()))
        if wrong:
            raise OpenRefused(47003, wrong)


def _sent_before(world: World, app: App, body: dict[str, Any]) -> int | None:
    client_id = str(body.get("client_msg_id") or "")
    if len(client_id) > CLIENT_ID_LENGTH:
        raise OpenRefused(40097)
    key = (app.appid, str(body["touser"]), client_id)
    sent_at, number = official_of(world).sent_once.get(key, (0.0, 0))
    return number if client_id and world.clock.now() - sent_at < ONCE_SECONDS else None


def _remember(world: World, app: App, body: dict[str, Any]) -> int:
    number = _new_number()
    if body.get("client_msg_id"):
        key = (app.appid, str(body["touser"]), str(body["client_msg_id"]))
        official_of(world).sent_once[key] = (world.clock.now(), number)
    return number


def _new_number() -> int:
    return 10**17 + secrets.randbelow(10**17)


def _show(
    world: World,
    app: App,
    user: User,
    template: Template,
    *,
    body: dict[str, Any],
    number: int,
    kind: str,
) -> None:
    fields = [
        {"key": key, "label": label, "value": body["data"][key]["value"]}
        for key, label in template.fields.items()
    ]
    link = {"url": body.get("url") or body.get("page", ""), "miniprogram": body.get("miniprogram")}
    template_id = body["template_id"]
    told = {"msgid": number, "template_id": template_id, "title": template.title, "fields": fields}
    show(world, app=app, user=user, by="account", kind=kind, **told, **link)
