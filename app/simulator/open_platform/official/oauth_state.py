"""Web sign-in: the codes and the user-level tokens, which have nothing to do with the account's."""

from dataclasses import dataclass, field

from app.simulator.people import User
from app.simulator.settings import App
from app.simulator.signing import nonce_text
from app.simulator.world import World

CODE_SECONDS = 300
ACCESS_SECONDS = 7200
REFRESH_SECONDS = 30 * 86_400
SCOPES = ("snsapi_base", "snsapi_userinfo")
OPENID_LETTERS = 27


@dataclass(kw_only=True)
class Visit:
    """Who allowed what to whom. A snapshot visitor has an openid that is nobody's."""

    appid: str
    name: str
    openid: str
    scope: str
    snapshot: bool = False


@dataclass(kw_only=True)
class WebCode:
    """A code for the page: one use within five minutes."""

    visit: Visit
    made_at: float
    used: bool = False


@dataclass(kw_only=True)
class WebToken:
    """An access_token or a refresh_token of one person."""

    visit: Visit
    expires_at: float


@dataclass(kw_only=True)
class WebSignIn:
    """Callers hold the world's lock."""

    codes: dict[str, WebCode] = field(default_factory=dict)
    access: dict[str, WebToken] = field(default_factory=dict)
    refresh: dict[str, WebToken] = field(default_factory=dict)


def new_code(world: World, *, app: App, user: User, scope: str, snapshot: bool) -> str:
    """A code for the page that asked; hold the lock."""
    openid = f"o{nonce_text(OPENID_LETTERS)}" if snapshot else user.openids[app.appid]
    visit = Visit(appid=app.appid, name=user.name, openid=openid, scope=scope, snapshot=snapshot)
    code = nonce_text(32)
    world.part(WebSignIn).codes[code] = WebCode(visit=visit, made_at=world.clock.now())
    return code
