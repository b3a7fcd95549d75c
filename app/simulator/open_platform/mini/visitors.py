"""Who visited a mini-program lately: text checks and risk ranks are for visitors only."""

from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.people import User
from app.simulator.settings import App
from app.simulator.world import World

VISIT_SECONDS = 2 * 3600


def visitor(world: World, app: App, openid: Any) -> User:
    """The user of this openid who was here within two hours. Hold the lock.

    Errors: 40003 nobody's, 43104 another app's, 61010 not here lately.
    """
    user = world.people.with_openid(str(openid or ""), appid=app.appid)
    if user is None:
        everybody = world.people.all()
        is_anybodys = any(openid in each.openids.values() for each in everybody)
        raise OpenRefused(43104 if is_anybodys else 40003)
    last = world.open_platform.visits.get((app.appid, user.name))
    if last is None or world.clock.now() - last > VISIT_SECONDS:
        raise OpenRefused(61010)
    return user
