"""What the platform remembers of the official accounts and of customer-service windows."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from app.simulator.people import User
from app.simulator.settings import App, Template
from app.simulator.world import World

Key = tuple[str, str]
# How often, and for how many seconds, an account may write after what a person did.
WINDOWS = {"message": (5, 48 * 3600), "menu": (3, 60), "follow": (3, 60), "scan": (3, 60)}


@dataclass(kw_only=True)
class Follower:
    """Somebody who follows an account. `blocked`: wants no messages, and still follows."""

    since: float
    number: int
    scene: str = "ADD_SCENE_SEARCH"
    qr_scene: int | str = ""
    blocked: bool = False


@dataclass(kw_only=True)
class Window:
    """A time in which the account may write `left` times more."""

    kind: str
    closes_at: float
    left: int


@dataclass(kw_only=True)
class SceneCode:
    """A code with a scene: `value` is a number or a text; no `expires_at` means for ever."""

    ticket: str
    appid: str
    action: str
    value: int | str
    url: str
    expires_at: float | None = None


@dataclass(kw_only=True)
class Official:
    """Callers hold the world's lock. Keys are (appid, openid)."""

    followers: dict[Key, Follower] = field(default_factory=dict)
    follows: int = 0
    windows: dict[Key, dict[str, Window]] = field(default_factory=lambda: defaultdict(dict))
    menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    scene_codes: dict[str, SceneCode] = field(default_factory=dict)
    templates: dict[str, dict[str, Template]] = field(default_factory=dict)
    industries: dict[str, tuple[str, str]] = field(default_factory=dict)
    sent_once: dict[tuple[str, str, str], tuple[float, int]] = field(default_factory=dict)
    chats: dict[Key, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    cleared: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))


def official_of(world: World) -> Official:
    """The one of this world."""
    return world.part(Official)


def open_window(world: World, *, app: App, user: User, kind: str) -> None:
    """A person did something that lets the account write for a while."""
    times, seconds = WINDOWS[kind]
    windows = official_of(world).windows[(app.appid, user.openids[app.appid])]
    windows[kind] = Window(kind=kind, closes_at=world.clock.now() + seconds, left=times)


def show(world: World, *, app: App, user: User, by: str, kind: str, **content: Any) -> None:
    """Put something into the chat of a person with an account, by "me" or the "account"."""
    entry = {"at": world.clock.now(), "by": by, "kind": kind, **content}
    official_of(world).chats[(app.appid, user.openids[app.appid])].append(entry)


def templates_of(world: World, app: App) -> dict[str, Template]:
    """The account's templates: those of the settings, changed by the API."""
    return official_of(world).templates.setdefault(app.appid, dict(app.templates))
