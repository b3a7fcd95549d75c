"""The place in a phone in which a mini-program runs: its address, kept by the platform."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort

from app.simulator.control.reading import asked
from app.simulator.world import World, here

LOOPBACK = ("127.0.0.1", "localhost")

slot_desk = Blueprint("slot_desk", __name__, url_prefix="/_sim/slot")


@dataclass(kw_only=True)
class Slot:
    """The address that was told since the start; None is the settings' one."""

    url: str | None = None


def slot_url(world: World) -> str:
    """The template of the address; empty when no mini-program runs here."""
    told = world.part(Slot).url
    return world.settings.mini_program_slot_url if told is None else told


@slot_desk.get("")
def where() -> dict[str, Any]:
    """{url}: the template of the mini-program's address."""
    return {"url": slot_url(here())}


@slot_desk.post("")
def move() -> dict[str, Any]:
    """{url}: run the mini-program from here; {appid}, {path}, {query}, {scene}, {person} are put in.

    Only an address of this machine, or nothing, which opens the developer console instead.
    """
    url = str(asked().get("url", ""))
    if url and not _is_near(url):
        abort(400, "an http address of this machine is needed")
    world = here()
    world.part(Slot).url = url
    return {"url": url}


def _is_near(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in LOOPBACK
