"""The apps' settings at the platform, quotas, and what the platform does to an app."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import asked
from app.simulator.open_platform import quotas
from app.simulator.pushes.letter import FORMATS, MODES
from app.simulator.pushes.verifying import answers_verification
from app.simulator.settings import App
from app.simulator.world import World, here

AES_KEY_LETTERS = 43
PLATFORM_OPENID = "oPlatformPushService00000000"
WARNING = 1

apps_desk = Blueprint("apps_desk", __name__, url_prefix="/_sim")


@apps_desk.get("/apps")
def apps() -> list[dict[str, Any]]:
    """Every app as the platform knows it now."""
    world = here()
    with world.lock:
        return [dataclasses.asdict(each) for each in world.apps.values()]


@apps_desk.post("/apps/<appid>")
def change(appid: str) -> dict[str, Any]:
    """{message_url?, message_mode?, message_format?, message_token?, …}: what counts from now on.

    Also message_aes_key (43 letters), name, ip_whitelist, oauth_hosts and gives_unionid.
    """
    world, body = here(), asked()
    with world.lock:
        app = _app(world, appid)
        changed = dataclasses.replace(app, **_read(body))
        world.apps[appid] = changed
    return dataclasses.asdict(changed)


@apps_desk.post("/apps/<appid>/verify-url")
def verify_url(appid: str) -> dict[str, Any]:
    """The check that the platform makes when an address is saved: {verified}."""
    world = here()
    with world.lock:
        app = _app(world, appid)
    if not app.message_url:
        abort(409, "the app has no message_url")
    return {"verified": answers_verification(app, at=world.clock.now())}


@apps_desk.post("/apps/<appid>/punish")
def punish(appid: str) -> dict[str, Any]:
    """{reason?, rule?, event_type?, detail?}: tell a mini-program that it broke a rule.

    event_type: 1 a warning, 2 functions are shut, 3 taken down, 4 the account, 10 a page.
    """
    world, body = here(), asked()
    with world.lock:
        app = _app(world, appid)
        now = int(world.clock.now())
        fields = {
            "punish_id": str(now),
            "appid": appid,
            "punish_time": now,
            "illegal_reason": body.get("reason", "存在诱导分享行为"),
            "illegal_content": body.get("content", []),
            "detail": json.dumps(body.get("detail", {}), ensure_ascii=False),
            "rule_url": "https://developers.weixin.qq.com/miniprogram/product/",
            "rule_name": body.get("rule", "5.行为规范-5.1滥用分享行为"),
            "adjust_guide_url": "",
            "event_type": body.get("event_type", WARNING),
        }
        push = world.pushes.send(
            app=app, openid=PLATFORM_OPENID, event="wxa_punish_event", fields=fields
        )
    return {"push": push.number, "event": push.event}


@apps_desk.get("/quotas")
def all_quotas() -> list[dict[str, Any]]:
    """How often each API may be called, and how often each app did in this stretch of time."""
    world = here()
    with world.lock:
        return quotas.told(world)


@apps_desk.post("/quotas")
def shrink_quota() -> dict[str, Any]:
    """{path, limit, seconds}: let an API be called fewer times, for a test."""
    world, body = here(), asked()
    path, limit, seconds = (body.get(name) for name in ("path", "limit", "seconds"))
    if not isinstance(path, str) or type(limit) is not int or type(seconds) is not int:
        abort(400, "path, limit and seconds are needed")
    with world.lock:
        quotas.shrink(world, path=path, limit=limit, seconds=max(seconds, 1))
    return {"path": path, "limit": limit, "seconds": seconds}


def _app(world: World, appid: str) -> App:
    if appid not in world.apps:
        abort(404, f"no app {appid}")
    return world.apps[appid]


def _read(body: dict[str, Any]) -> dict[str, Any]:
    changes = {}
    for name, value in body.items():
        if not READS.get(name, _nothing)(value):
            abort(400, f"{name} cannot be {value!r}")
        changes[name] = tuple(value) if isinstance(value, list) else value
    return changes


def _nothing(value: object) -> bool:
    del value
    return False


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


READS: dict[str, Callable[[object], bool]] = {
    "message_url": _is_text,
    "message_mode": lambda value: value in MODES,
    "message_format": lambda value: value in FORMATS,
    "message_token": _is_text,
    "message_aes_key": lambda value: isinstance(value, str) and len(value) == AES_KEY_LETTERS,
    "name": _is_text,
    "ip_whitelist": _is_list,
    "oauth_hosts": _is_list,
    "gives_unionid": lambda value: isinstance(value, bool),
}
