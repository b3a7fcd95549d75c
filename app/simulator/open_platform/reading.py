"""How api.weixin.qq.com reads a request: the JSON body and the access_token."""

import json
from typing import Any

from flask import g, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.quotas import spend
from app.simulator.open_platform.state import Token
from app.simulator.settings import App
from app.simulator.world import World


def json_body() -> dict[str, Any]:
    """The body, whatever Content-Type it came with."""
    raw = request.get_data()
    if not raw:
        raise OpenRefused(44002)
    try:
        body = json.loads(raw)
    except ValueError:
        raise OpenRefused(47001) from None
    if not isinstance(body, dict):
        raise OpenRefused(47001)
    return body


def calling_app(world: World, *, kind: str = "mp") -> App:
    """The app whose access_token is in the query, which is charged for the call; hold the lock."""
    token = _valid_token(world)
    if token.app.kind != kind:
        raise OpenRefused(48001)
    return _charged(world, token)


def calling_app_of_any_kind(world: World) -> App:
    """The same for what mini-programs and official accounts have in common."""
    return _charged(world, _valid_token(world))


def known_app(world: World, appid: str) -> App:
    """The app of this appid."""
    if not appid:
        raise OpenRefused(41002)
    if appid not in world.apps:
        raise OpenRefused(40013)
    return world.apps[appid]


def app_with_secret(world: World, *, appid: str, secret: str) -> App:
    """The app, once the caller has shown its secret."""
    app = known_app(world, appid)
    if not secret:
        raise OpenRefused(41004)
    if secret != app.secret:
        raise OpenRefused(40125)
    g.appid = appid
    spend(world, app, request.path)
    return app


def require_listed_address(app: App) -> None:
    """The caller's address is on the app's list; an empty list lets everybody in."""
    address = request.remote_addr or ""
    if app.ip_whitelist and address not in app.ip_whitelist:
        raise OpenRefused(40164, f"{address} ipv6 ::ffff:{address}")


def _charged(world: World, token: Token) -> App:
    app = world.apps[token.app.appid]
    g.appid = app.appid
    spend(world, app, request.path)
    return app


def _valid_token(world: World) -> Token:
    value = request.args.get("access_token", "")
    if not value:
        raise OpenRefused(41001)
    token = world.open_platform.tokens.get(value)
    at = world.clock.now()
    if token is None or (token.superseded_at is not None and at >= token.superseded_at):
        raise OpenRefused(40001)
    if at >= token.expires_at:
        raise OpenRefused(42001)
    return token
