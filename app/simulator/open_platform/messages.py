"""Subscribe messages: one accepted grant, one message."""

import secrets
from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.limits import complaint
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.people import User
from app.simulator.settings import App, Template
from app.simulator.world import World, here

STATES = ("developer", "trial", "formal")
LANGUAGES = ("zh_CN", "en_US", "zh_HK", "zh_TW")

messages = Blueprint("messages", __name__)


@messages.post("/cgi-bin/message/subscribe/send")
def send() -> dict[str, Any]:
    """Put a message on the user's phone, for a grant."""
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        user = world.people.with_openid(str(body.get("touser", "")), appid=app.appid)
        if user is None:
            raise OpenRefused(40003)
        template = _template(app, body)
        _check_values(template, body.get("data"))
        _spend_grant(world, (app.appid, body["touser"], body["template_id"]))
        message = _deliver(world, app=app, user=user, template=template, body=body)
    return {"errcode": 0, "errmsg": "ok", "msgid": message["msgid"]}


def _template(app: App, body: dict[str, Any]) -> Template:
    template = app.templates.get(str(body.get("template_id", "")))
    if template is None:
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


def _spend_grant(world: World, grant: tuple[str, str, str]) -> None:
    if world.open_platform.grants[grant] <= 0:
        raise OpenRefused(43101)
    world.open_platform.grants[grant] -= 1


def _deliver(
    world: World, *, app: App, user: User, template: Template, body: dict[str, Any]
) -> dict[str, Any]:
    message = {
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
