"""access_token: /cgi-bin/stable_token and /cgi-bin/token."""

from typing import Any

from flask import Blueprint, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.reading import (
    app_with_secret,
    json_body,
    require_listed_address,
)
from app.simulator.open_platform.state import Token, TokenDesk
from app.simulator.settings import App
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

LIFE_SECONDS = 7200
OVERLAP_SECONDS = 300
FORCED_PER_DAY = 20
FORCED_APART_SECONDS = 30
DAY_SECONDS = 86_400
GRANT_TYPE = "client_credential"

tokens = Blueprint("tokens", __name__)


@tokens.post("/cgi-bin/stable_token")
def stable_token() -> dict[str, Any]:
    """The same token until its last five minutes, in which old and new are both good.

    Reads grant_type, appid, secret, force_refresh. Refuses with 40002, 40013, 40125, 41002, 41004,
    40164 (the caller's address is not on the list), 45011 and 45009 (10,000 a minute, 500,000 a
    day). A forced refresh works 20 times a day, 30 seconds apart; else it is as if not asked for.
    """
    body = json_body()
    world = here()
    with world.lock:
        app = _asking_app(world, body)
        at = world.clock.now()
        desk = world.open_platform.desks.setdefault(app.appid, TokenDesk())
        if body.get("force_refresh") is True and _may_force(desk, at=at):
            _kill(desk.stable, at=at)
            desk.stable = _issue(world, app, at=at)
        elif desk.stable is None or at >= desk.stable.expires_at - OVERLAP_SECONDS:
            desk.stable = _issue(world, app, at=at)
        return _told(desk.stable, at=at)


@tokens.get("/cgi-bin/token")
def plain_token() -> dict[str, Any]:
    """A new token each time; the one before it is good for five minutes more.

    Reads grant_type, appid, secret. Refuses with 40002, 40013, 40125, 41002, 41004, 40164.
    """
    world = here()
    with world.lock:
        app = _asking_app(world, request.args)
        at = world.clock.now()
        desk = world.open_platform.desks.setdefault(app.appid, TokenDesk())
        _kill(desk.plain, at=at + OVERLAP_SECONDS)
        desk.plain = _issue(world, app, at=at)
        return _told(desk.plain, at=at)


def _asking_app(world: World, asked: Any) -> App:
    if asked.get("grant_type") != GRANT_TYPE:
        raise OpenRefused(40002)
    app = app_with_secret(
        world, appid=str(asked.get("appid", "")), secret=str(asked.get("secret", ""))
    )
    require_listed_address(app)
    return app


def _may_force(desk: TokenDesk, *, at: float) -> bool:
    today = [forced for forced in desk.forced_at if at - forced < DAY_SECONDS]
    if len(today) >= FORCED_PER_DAY or (today and at - today[-1] < FORCED_APART_SECONDS):
        return False
    desk.forced_at = [*today, at]
    return True


def _kill(token: Token | None, *, at: float) -> None:
    if token is not None:
        token.superseded_at = at


def _issue(world: World, app: App, *, at: float) -> Token:
    token = Token(value=f"{nonce_text(136)}", app=app, expires_at=at + LIFE_SECONDS)
    world.open_platform.tokens[token.value] = token
    return token


def _told(token: Token, *, at: float) -> dict[str, Any]:
    return {"access_token": token.value, "expires_in": int(token.expires_at - at)}
