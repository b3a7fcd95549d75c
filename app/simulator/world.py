"""The whole pretend platform in memory, behind one lock."""

import threading
from collections import deque
from typing import Any, TypeVar, cast

from flask import current_app

from app.simulator.clock import Clock
from app.simulator.faults import Faults
from app.simulator.notices import Notices
from app.simulator.open_platform.state import OpenPlatform
from app.simulator.pay.state import Pay
from app.simulator.people import People
from app.simulator.pushes import Pushes
from app.simulator.settings import App, Merchant, SimulatorSettings
from app.simulator.signing import MerchantKeys, Platform
from app.simulator.timetable import Timetable

Part = TypeVar("Part")


class World:
    """Hold `lock` to look at or change `people`, `open_platform`, `pay` or any part."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.clock = Clock(settings.clock_offset_seconds)
        self.timetable = Timetable(self.clock)
        self.faults = Faults()
        self.apps: dict[str, App] = {each.appid: each for each in settings.apps}
        self.merchants: dict[str, Merchant] = {each.mchid: each for each in settings.merchants}
        self.merchant_keys = MerchantKeys(settings.merchants)
        self.platform = Platform(
            private_key_pem=settings.platform_private_key_pem,
            public_key_id=settings.public_key_id,
        )
        self.people = People(settings)
        self.open_platform = OpenPlatform()
        self.pay = Pay()
        self.requests: deque[dict[str, Any]] = deque(maxlen=settings.requests_kept)
        self.notices = Notices(
            clock=self.clock,
            timetable=self.timetable,
            faults=self.faults,
            platform=self.platform,
            ladder_scale=settings.retry_ladder_scale,
        )
        self.pushes = Pushes(
            clock=self.clock,
            timetable=self.timetable,
            faults=self.faults,
            apps=self.apps,
            ladder_scale=settings.retry_ladder_scale,
        )
        self._parts: dict[type[Any], Any] = {}

    def part(self, kind: type[Part]) -> Part:
        """What one product remembers: the one `kind()` of this world, made when first asked for."""
        with self.lock:
            return cast("Part", self._parts.setdefault(kind, kind()))

    def move_clock(self, offset_seconds: float) -> None:
        """Set how far the platform's clock is ahead of real time; what becomes due is done."""
        self.clock.offset_seconds = offset_seconds
        self.timetable.wake()

    def close(self) -> None:
        """Stop the threads."""
        self.timetable.close()


def here() -> World:
    """The world of the request being answered."""
    world = current_app.extensions["simulator"]
    if not isinstance(world, World):
        raise TypeError("not a simulator")
    return world
