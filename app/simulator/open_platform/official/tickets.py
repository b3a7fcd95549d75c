"""jsapi and wx_card tickets: /cgi-bin/ticket/getticket, and the page signature made with one."""

import hashlib
import math
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.reading import calling_app
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

KINDS = ("jsapi", "wx_card")
LIFE_SECONDS = 7200
LENGTH = 86

tickets = Blueprint("tickets", __name__)


@dataclass(kw_only=True)
class Ticket:
    """A ticket of an account; it stays the same until it ends."""

    value: str
    expires_at: float


@dataclass(kw_only=True)
class Tickets:
    """By (appid, kind)."""

    issued: dict[tuple[str, str], Ticket] = field(default_factory=dict)


@tickets.get("/cgi-bin/ticket/getticket")
def getticket() -> dict[str, Any]:
    """The ticket of an official account.

    Reads type: jsapi or wx_card, else 40097. The same one is given for 7200 seconds, with what is
    left of them as expires_in.
    """
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        kind = request.args.get("type", "jsapi")
        if kind not in KINDS:
            raise OpenRefused(40097)
        ticket = _current(world, app.appid, kind)
        left = math.ceil(ticket.expires_at - world.clock.now())
    return {"errcode": 0, "errmsg": "ok", "ticket": ticket.value, "expires_in": left}


def ticket_of(world: World, appid: str, kind: str) -> str:
    """The ticket that is good now; hold the lock."""
    return _current(world, appid, kind).value


def page_signature(*, ticket: str, noncestr: str, timestamp: int | str, url: str) -> str:
    """What a page gives to wx.config; the url is that of the page without its fragment."""
    page = url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={noncestr}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _current(world: World, appid: str, kind: str) -> Ticket:
    issued, at = world.part(Tickets).issued, world.clock.now()
    ticket = issued.get((appid, kind))
    if ticket is None or at >= ticket.expires_at:
        ticket = Ticket(value=nonce_text(LENGTH), expires_at=at + LIFE_SECONDS)
        issued[(appid, kind)] = ticket
    return ticket
