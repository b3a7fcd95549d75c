"""The message settings of people, and what the platform's desk forbids or slows down."""

from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import appid_of, asked, user_named
from app.simulator.open_platform.mini.consent_state import Consents
from app.simulator.open_platform.mini.service_card_state import TITLES, ServiceCards
from app.simulator.open_platform.push import change_setting
from app.simulator.world import here

consents_desk = Blueprint("consents_desk", __name__, url_prefix="/_sim")


@consents_desk.get("/users/<name>/settings")
def settings(name: str) -> list[dict[str, Any]]:
    """What this person has kept for each mini-program: templates, cards, the main switch."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        return [_told(appid, openid) for appid, openid in user.openids.items()]


@consents_desk.post("/users/<name>/settings")
def change(name: str) -> dict[str, Any]:
    """{appid, template_id | notify_type, accept}: switch a template or a kind of service card.

    {appid, all: false} turns the main switch off.
    """
    world = here()
    body = asked()
    with world.lock:
        user = user_named(world, name)
        appid = appid_of(world, body)
        openid = user.openids[appid]
        accept = bool(body.get("accept", True))
        if "all" in body:
            _put(world.part(Consents).muted, (appid, openid), inside=not body["all"])
        elif body.get("notify_type") in tuple(TITLES):
            refused = world.part(ServiceCards).refused_by
            _put(refused, (openid, body["notify_type"]), inside=not accept)
        elif body.get("template_id") in world.apps[appid].templates:
            change_setting(
                world, user=user, appid=appid, template_id=body["template_id"], accept=accept
            )
        else:
            abort(400, "which template_id or notify_type?")
        return _told(appid, openid)


@consents_desk.post("/apps/<appid>/templates/<template_id>")
def ban(appid: str, template_id: str) -> dict[str, Any]:
    """{banned}: a banned template is answered `ban` and refused with 43107."""
    world = here()
    with world.lock:
        if appid not in world.apps or template_id not in world.apps[appid].templates:
            abort(404, f"no template {template_id}")
        banned = bool(asked().get("banned", True))
        _put(world.part(Consents).banned, (appid, template_id), inside=banned)
    return {"template_id": template_id, "banned": banned}


@consents_desk.post("/subscribe-messages")
def pace() -> dict[str, Any]:
    """{sending_seconds}: how long a send keeps its person busy (43108 for another)."""
    world = here()
    with world.lock:
        part = world.part(Consents)
        part.sending_seconds = float(asked().get("sending_seconds", 0))
        return {"sending_seconds": part.sending_seconds}


@consents_desk.post("/service-cards")
def cards() -> dict[str, Any]:
    """{lag_seconds?, appid?, notify_type?, admitted?}: when a payment is known, who may send."""
    world = here()
    body = asked()
    with world.lock:
        part = world.part(ServiceCards)
        part.lag_seconds = float(body.get("lag_seconds", part.lag_seconds))
        if body.get("notify_type") in tuple(TITLES):
            closed = not body.get("admitted", True)
            _put(part.closed, (appid_of(world, body), body["notify_type"]), inside=closed)
        return {"lag_seconds": part.lag_seconds, "closed": sorted(part.closed)}


def _told(appid: str, openid: str) -> dict[str, Any]:
    world = here()
    consents = world.part(Consents)
    kept = {key[2]: value for key, value in consents.kept.items() if key[:2] == (appid, openid)}
    refused = world.part(ServiceCards).refused_by
    return {
        "appid": appid,
        "all": (appid, openid) not in consents.muted,
        "templates": kept,
        "refused_cards": sorted(kind for owner, kind in refused if owner == openid),
    }


def _put(group: set[Any], item: Any, *, inside: bool) -> None:
    if inside:
        group.add(item)
    else:
        group.discard(item)
