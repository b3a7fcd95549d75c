"""Chats: groups, texts, and mini-program cards that friends tap."""

from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import appid_of, asked, user_named
from app.simulator.open_platform.mini.activity_state import (
    PRIVATE_CHECK_SECONDS,
    PRIVATE_SHARE_SECONDS,
    Activities,
    Activity,
)
from app.simulator.open_platform.mini.chat_state import Chat, Chats
from app.simulator.open_platform.mini.open_data import seal
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

chats_desk = Blueprint("chats_desk", __name__, url_prefix="/_sim")
SCENE_DIRECT, SCENE_GROUP, SCENE_WITH_TICKET = 1007, 1008, 1044


@chats_desk.get("/groups")
def groups() -> list[dict[str, Any]]:
    """Every group with its people."""
    world = here()
    with world.lock:
        found = [each for each in world.part(Chats).chats.values() if each.is_group]
        return [{"name": each.name, "people": each.people} for each in found]


@chats_desk.post("/groups")
def make_group() -> dict[str, Any]:
    """{name, people}: a group chat; the same name again has the people that are told last."""
    world = here()
    body = asked()
    name, people = str(body.get("name") or ""), body.get("people", [])
    if not name or not isinstance(people, list):
        abort(400, "a name and people are needed")
    with world.lock:
        members = [user_named(world, str(each)).name for each in people]
        chats = world.part(Chats).chats
        key = f"group:{name}"
        new = Chat(chat_id=key, name=name, people=members, is_group=True)
        chats.setdefault(key, new).people = members
    return {"id": key, "name": name, "people": members}


@chats_desk.post("/users/<name>/share")
def share(name: str) -> dict[str, Any]:
    """Put a mini-program card into a chat; the page is not told, as on a real phone.

    {to: person or group, title, path, image?, appid?, activity_id?, parameters?,
    withShareTicket?, private?}: with activity_id the card is updatable (parameters are its first
    content, {member_count, room_limit}), or private.
    """
    world = here()
    body = asked()
    with world.lock:
        appid = appid_of(world, body)
        chat = _target(world, user_named(world, name).name, str(body.get("to", "")))
        activity = _activity(world, body)
        if body.get("private"):
            _check_private(world, activity)
        elif activity is not None and isinstance(body.get("parameters"), dict):
            activity.parameters = {**body["parameters"], **activity.parameters}
        card = {
            "kind": "card",
            "from": name,
            "at": world.clock.now(),
            "appid": appid,
            "app_name": world.apps[appid].name,
            "title": str(body.get("title", "")),
            "path": str(body.get("path", "")),
            "image": str(body.get("image", "")),
            "activity_id": activity.activity_id if activity else "",
            "private": bool(body.get("private")),
            "with_share_ticket": bool(body.get("withShareTicket")),
        }
        return {"chat": chat.chat_id, "message": world.part(Chats).say(chat, card)["id"]}


@chats_desk.get("/users/<name>/chats")
def my_chats(name: str) -> list[dict[str, Any]]:
    """The chats of this person with their last message, the latest first."""
    world = here()
    with world.lock:
        user_named(world, name)
        mine = [each for each in world.part(Chats).chats.values() if name in each.people]
        told = [_chat_told(world, each, name) for each in mine]
    return sorted(told, key=_latest, reverse=True)


@chats_desk.get("/users/<name>/chats/<chat_id>")
def messages(name: str, chat_id: str) -> list[dict[str, Any]]:
    """The messages of a chat; an updatable card shows its present content."""
    world = here()
    with world.lock:
        chat = _mine(world, name, chat_id)
        return [_shown(world, each) for each in chat.messages]


@chats_desk.post("/users/<name>/chats/<chat_id>")
def say(name: str, chat_id: str) -> dict[str, Any]:
    """{text}: write into a chat; a chat that is a friend's name is the direct one."""
    world = here()
    text = str(asked().get("text", ""))
    with world.lock:
        chat = _mine(world, name, chat_id)
        message = {"kind": "text", "from": name, "at": world.clock.now(), "text": text}
        return world.part(Chats).say(chat, message)


@chats_desk.post("/users/<name>/chats/<chat_id>/tap")
def tap(name: str, chat_id: str) -> dict[str, Any]:
    """{message}: what the mini-program is launched with by a tap on this card.

    {appid, path, query, scene, shareTicket?}: scene 1007 direct, 1008 group, 1044 with a
    shareTicket, which only group cards and private ones give.
    """
    world = here()
    with world.lock:
        chat = _mine(world, name, chat_id)
        card = next((each for each in chat.messages if each["id"] == asked().get("message")), None)
        if card is None or card["kind"] != "card":
            abort(404, "no card of this number")
        world.open_platform.visits[(card["appid"], name)] = world.clock.now()
        return _launch(world, chat, card, name)


@chats_desk.post("/users/<name>/auth-private-message")
def auth_private_message(name: str) -> dict[str, Any]:
    """{shareTicket}: what wx.authPrivateMessage answers: valid, and the sealed activityId.

    Valid for who is in the chat it was sent to, until 120 days after the id was made.
    """
    world = here()
    with world.lock:
        card = world.part(Chats).tickets.get(str(asked().get("shareTicket", "")))
        if card is None or not card["private"]:
            abort(404, "no private message has this shareTicket")
        activity = world.part(Activities).by_id[card["activity_id"]]
        age = world.clock.now() - activity.made_at
        valid = card["tapped_by"] == name and age <= PRIVATE_CHECK_SECONDS
        key = world.open_platform.session_keys.get((card["appid"], name))
        if key is None:
            abort(409, f"{name} has no session: log in first")
        told = {"activityId": activity.activity_id}
        at = world.clock.now()
        return {"valid": valid, **seal(told, session_key=key, appid=card["appid"], at=at)}


def _target(world: World, name: str, to: str) -> Chat:
    chats = world.part(Chats)
    group = chats.chats.get(to) or chats.group(to)
    if group is not None:
        if name not in group.people:
            abort(404, f"{name} is not in {to}")
        return group
    return chats.direct(name, user_named(world, to).name)


def _mine(world: World, name: str, chat_id: str) -> Chat:
    user_named(world, name)
    return _target(world, name, chat_id)


def _activity(world: World, body: dict[str, Any]) -> Activity | None:
    if not body.get("activity_id"):
        return None
    activity = world.part(Activities).by_id.get(str(body["activity_id"]))
    if activity is None or activity.appid != appid_of(world, body):
        abort(404, "no such activity_id")
    return activity


def _check_private(world: World, activity: Activity | None) -> None:
    if activity is None:
        abort(400, "a private message needs an activity_id")
    if world.clock.now() - activity.made_at > PRIVATE_SHARE_SECONDS:
        abort(409, "the activity_id may be shared no longer")


def _launch(world: World, chat: Chat, card: dict[str, Any], name: str) -> dict[str, Any]:
    path, _, query = _current_path(world, card).partition("?")
    told = {"appid": card["appid"], "path": path, "query": query}
    has_ticket = card["private"] or (chat.is_group and card["with_share_ticket"])
    if not has_ticket:
        return {**told, "scene": SCENE_GROUP if chat.is_group else SCENE_DIRECT}
    ticket = nonce_text(32)
    world.part(Chats).tickets[ticket] = {**card, "tapped_by": name}
    known = {"group": chat.name} if chat.is_group else {}
    scene = SCENE_WITH_TICKET if chat.is_group else SCENE_DIRECT
    return {**told, "scene": scene, "shareTicket": ticket, **known}


def _current_path(world: World, card: dict[str, Any]) -> str:
    activity = world.part(Activities).by_id.get(card["activity_id"])
    changed = activity.parameters.get("path") if activity else ""
    return changed or str(card["path"])


def _shown(world: World, message: dict[str, Any]) -> dict[str, Any]:
    activity = world.part(Activities).by_id.get(message.get("activity_id", ""))
    if activity is None or message["private"]:
        return dict(message)
    parameters = activity.parameters
    joined, room = parameters.get("member_count", ""), parameters.get("room_limit", "")
    live = {"state": activity.state, "parameters": parameters}
    return {**message, "updatable": {**live, "text": f"{joined}/{room}" if room else joined}}


def _chat_told(world: World, chat: Chat, name: str) -> dict[str, Any]:
    others = [each for each in chat.people if each != name]
    return {
        "id": chat.chat_id,
        "name": chat.name or "、".join(others),
        "is_group": chat.is_group,
        "people": chat.people,
        "last": _shown(world, chat.messages[-1]) if chat.messages else None,
        "count": len(chat.messages),
    }


def _latest(chat: dict[str, Any]) -> float:
    return float(chat["last"]["at"]) if chat["last"] else 0.0
