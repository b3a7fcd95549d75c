"""Subscribe messages: one accepted grant, one message."""

import secrets
from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.limits import complaint
from app.simulator.open_platform.mini.consent_state import Consents
from app.simulator.open_platform.mini.words import is_sensitive
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.people import User
from app.simulator.settings import App, Template
from app.simulator.world import World, here

STATES = ("developer", "trial", "formal")
LANGUAGES = ("zh_CN", "en_US", "zh_HK", "zh_TW")
SENT = "subscribe_msg_sent_event"

messages = Blueprint("messages", __name__)


@messages.post("/cgi-bin/message/subscribe/send")
def send() -> dict[str, Any]:
    """Put a message on the user's phone, for a grant.

    Fields: touser, template_id, page, miniprogram_state, lang, data{key{value}}. Errors: 40003
    openid, 40037 template, 40097 state or language, 41030 page, 43101 no grant or switched off,
    43107 template banned, 43108 another send to this user is under way, 45168 sensitive words,
    47001 data, 47003 a value (the errmsg names it). subscribe_msg_sent_event follows.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        user = world.people.with_openid(str(body.get("touser", "")), appid=app.appid)
        if user is None:
            raise OpenRefused(40003)
        template = _template(app, body)
        _check_values(template, body.get("data"))
        _check_consent(world, (app.appid, body["touser"], body["template_id"]))
        _check_words(body["data"])
        _spend_grant(world, (app.appid, body["touser"], body["template_id"]))
        message = _deliver(world, app=app, user=user, template=template, body=body)
        _tell(world, app, message, openid=body["touser"])
    return {"errcode": 0, "errmsg": "ok", "msgid": message["msgid"]}


def _template(app: App, body: dict[str, Any]) -> Template:
    template = app.templates.get(str(body.get("template_id", "")))
    if template is None or not template.fields:
        raise OpenRefused(40037)
    if body.get("miniprogram_state", "formal") not in STATES:
        raise OpenRefused(40097)
    if body.get("lang", "zh_CN") not in LANGUAGES:
        raise OpenRefused(40097)
    if body.get("page") and str(body["page"]).partition("?")[0] not in app.pages:
        raise OpenRefused(41030)
    return template


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


def _check_consent(world: World, wish: tuple[str, str, str]) -> None:
    appid, openid, template_id = wish
    consents = world.part(Consents)
    if (appid, template_id) in consents.banned:
        raise OpenRefused(43107)
    if (appid, openid) in consents.muted or consents.kept.get(wish) is False:
        raise OpenRefused(43101)
    at = world.clock.now()
    if at < consents.busy_until.get((appid, openid), 0):
        raise OpenRefused(43108)
    consents.busy_until[(appid, openid)] = at + consents.sending_seconds


def _check_words(data: dict[str, dict[str, str]]) -> None:
    if any(is_sensitive(each["value"]) for each in data.values()):
        raise OpenRefused(45168)


def _tell(world: World, app: App, message: dict[str, Any], *, openid: str) -> None:
    sent = {
        "TemplateId": message["template_id"],
        "MsgID": str(message["msgid"]),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    world.pushes.send(app=app, openid=openid, event=SENT, fields={"List": [sent]})


def _spend_grant(world: World, grant: tuple[str, str, str]) -> None:
    if world.open_platform.grants[grant] <= 0:
        raise OpenRefused(43101)
    world.open_platform.grants[grant] -= 1


def _deliver(
    world: World, *, app: App, user: User, template: Template, body: dict[str, Any]
) -> dict[str, Any]:
    message = {
        "kind": "subscribe",
        "msgid": secrets.randbelow(10**18),
        "appid": app.appid,
        "name": user.name,
        "template_id": body["template_id"],
        "title": template.title,
        "fields": [
            {"key": key, "label": label, "value": body["data"][key]["value"]}
            for key, label in template.fields.items()
        ],
        "page": body.get("page", ""),
        "received_at": world.clock.now(),
    }
    world.open_platform.messages.append(message)
    return message
