"""How the controls read a request."""

from typing import Any

from flask import abort, request

from app.simulator.people import User
from app.simulator.world import World


def asked() -> dict[str, Any]:
    """The JSON body; no body is an empty one."""
    body = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(body, dict):
        abort(400, "a JSON object is needed")
    return body


def user_named(world: World, name: str) -> User:
    """The user, or 404."""
    user = world.people.named(name)
    if user is None:
        abort(404, f"nobody is called {name}")
    return user


def appid_of(world: World, body: dict[str, Any]) -> str:
    """The appid in the body; with a single mini-program it may be left out for that one."""
    appid = body.get("appid")
    mini_programs = [each.appid for each in world.apps.values() if each.kind == "mp"]
    if appid is None and len(mini_programs) == 1:
        return mini_programs[0]
    if appid not in world.apps:
        abort(400, "which appid?")
    return str(appid)
