"""How often an app may call, by the platform's clock; days are Beijing's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.simulator.clock import beijing
from app.simulator.errors import OpenRefused
from app.simulator.settings import App
from app.simulator.world import World

SECOND, MINUTE, DAY = 1, 60, 86_400
BEIJING_AHEAD_SECONDS = 8 * 3600
DAILY, SLOWER, PER_SECOND, PER_MINUTE = 45009, 45011, 44990, 44991


@dataclass(frozen=True, kw_only=True)
class Quota:
    """At most `limit` calls in `seconds`; one more is refused with `errcode`."""

    limit: int
    seconds: int
    errcode: int = DAILY


QUOTAS: dict[str, tuple[Quota, ...]] = {
    "/cgi-bin/stable_token": (
        Quota(limit=10_000, seconds=MINUTE, errcode=SLOWER),
        Quota(limit=500_000, seconds=DAY),
    ),
    "/cgi-bin/token": (Quota(limit=2_000, seconds=DAY),),
    "/cgi-bin/message/subscribe/send": (Quota(limit=30_000_000, seconds=DAY),),
    "/cgi-bin/message/template/send": (Quota(limit=100_000, seconds=DAY),),
    "/wxa/getwxacodeunlimit": (Quota(limit=5_000, seconds=MINUTE),),
    "/wxa/msg_sec_check": (
        Quota(limit=4_000, seconds=MINUTE, errcode=PER_MINUTE),
        Quota(limit=2_000_000, seconds=DAY),
    ),
    "/wxa/generate_urllink": (
        Quota(limit=100, seconds=SECOND, errcode=PER_SECOND),
        Quota(limit=500_000, seconds=DAY),
    ),
    "/wxa/resetusersessionkey": (Quota(limit=60_000, seconds=MINUTE, errcode=SLOWER),),
}


@dataclass(kw_only=True)
class Quotas:
    """What has been used, per (appid, path, seconds), in which stretch of time."""

    used: dict[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)
    shrunk: dict[str, tuple[Quota, ...]] = field(default_factory=dict)


def spend(world: World, app: App, path: str) -> None:
    """Count one call of an app; hold the lock. Raises OpenRefused when it is one too many."""
    quotas = quotas_of(world, path)
    full = next((each for each in quotas if used(world, app, path, each) >= each.limit), None)
    if full is not None:
        raise OpenRefused(full.errcode)
    book = world.part(Quotas).used
    for each in quotas:
        stretch = _stretch(world, each.seconds)
        book[(app.appid, path, each.seconds)] = (stretch, used(world, app, path, each) + 1)


def quotas_of(world: World, path: str) -> Sequence[Quota]:
    """The quotas of a path, as they were shrunk for a test if they were."""
    return world.part(Quotas).shrunk.get(path) or QUOTAS.get(path, ())


def used(world: World, app: App, path: str, quota: Quota) -> int:
    """How many calls count in the current stretch of time."""
    stretch, count = world.part(Quotas).used.get((app.appid, path, quota.seconds), (0, 0))
    return count if stretch == _stretch(world, quota.seconds) else 0


def forget(world: World, app: App, path: str | None = None) -> None:
    """Start counting again from nothing, for one path or for all."""
    book = world.part(Quotas).used
    for key in [each for each in book if each[0] == app.appid and path in (None, each[1])]:
        del book[key]


def shrink(world: World, *, path: str, limit: int, seconds: int) -> None:
    """Replace the quotas of a path by one, which refuses as the true one of its length does."""
    like = next((each for each in QUOTAS.get(path, ()) if each.seconds == seconds), None)
    errcode = like.errcode if like else _usual(seconds)
    world.part(Quotas).shrunk[path] = (Quota(limit=limit, seconds=seconds, errcode=errcode),)


def month(world: World) -> str:
    """The month in Beijing, by which resets are counted."""
    return beijing(world.clock.now()).strftime("%Y-%m")


def _usual(seconds: int) -> int:
    if seconds >= DAY:
        return DAILY
    return PER_SECOND if seconds == SECOND else SLOWER


def _stretch(world: World, seconds: int) -> int:
    return int((world.clock.now() + BEIJING_AHEAD_SECONDS) // seconds)


def told(world: World) -> list[dict[str, Any]]:
    """Every path with its quotas, and per app what was used in the stretch of now."""
    paths = dict.fromkeys((*QUOTAS, *world.part(Quotas).shrunk))
    return [
        {
            "path": path,
            "limit": each.limit,
            "seconds": each.seconds,
            "errcode": each.errcode,
            "shrunk": path in world.part(Quotas).shrunk,
            "used": {app.appid: used(world, app, path, each) for app in world.apps.values()},
        }
        for path in paths
        for each in quotas_of(world, path)
    ]
