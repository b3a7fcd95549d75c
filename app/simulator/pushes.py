"""Events for the apps' message servers: each is recorded, and delivered where an address is set."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.simulator.clock import Clock
from app.simulator.faults import Faults
from app.simulator.settings import App
from app.simulator.timetable import Timetable

EVENT = "event"


@dataclass(kw_only=True)
class Push:
    """One event or message for one app, and what became of it.

    `fields` are the envelope's and the event's own; a list of mappings under `List` is written as
    the platform writes it in the app's format. `status` is recorded, pending, acknowledged, lost
    or given_up.
    """

    number: int
    app: App
    fields: dict[str, Any]
    status: str = "recorded"
    attempts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def event(self) -> str:
        """What happened, such as "subscribe_msg_popup_event"; the MsgType of a message."""
        return str(self.fields.get("Event") or self.fields["MsgType"])


class Pushes:
    """The sender. It has a lock of its own, so that no API call waits for a message server."""

    def __init__(self, *, clock: Clock, timetable: Timetable, faults: Faults) -> None:
        self._clock = clock
        self._timetable = timetable
        self._faults = faults
        self._pushes: list[Push] = []
        self._numbers = itertools.count(1)

    def send(self, *, app: App, openid: str, event: str, fields: Mapping[str, Any]) -> Push:
        """Tell an app what `openid` did; `fields` come after those that every event has."""
        push = Push(
            number=next(self._numbers),
            app=app,
            fields={
                "ToUserName": app.original_id or app.appid,
                "FromUserName": openid,
                "CreateTime": int(self._clock.now()),
                "MsgType": EVENT,
                "Event": event,
                **fields,
            },
        )
        self._pushes.append(push)
        return push

    def all(self) -> list[Push]:
        """Every push, oldest first."""
        return list(self._pushes)
