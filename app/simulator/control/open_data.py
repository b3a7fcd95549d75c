"""What wx hands to a page under the session_key: group, phone number, profile; and a dead session."""

import json
from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import appid_of, asked, user_named
from app.simulator.open_platform.mini.chat_state import Chats
from app.simulator.open_platform.mini.open_data import group_id, hash_of, raw_signature, seal
from app.simulator.open_platform.mini.risk import WORST, Risks
from app.simulator.open_platform.mini.sessions import SealedPhones
from app.simulator.world import World, here

open_data_desk = Blueprint("open_data_desk", __name__, url_prefix="/_sim/users/<name>")


@open_data_desk.post("/group-enter")
def group_enter(name: str) -> dict[str, str]:
    """{appid, group}: what wx.getGroupEnterInfo gives, sealed openGId."""
    world = here()
    body = asked()
    with world.lock:
        group = world.part(Chats).group(str(body.get("group", "")))
        if group is None or name not in group.people:
            abort(404, f"{name} is in no such group")
        appid = appid_of(world, body)
        return _sealed(world, name, body, {"openGId": group_id(group.name, appid=appid)})


@open_data_desk.post("/phone-encrypted")
def phone_encrypted(name: str) -> dict[str, str]:
    """{appid}: the older way to give a phone number, encryptedData and iv."""
    world = here()
    with world.lock:
        phone = user_named(world, name).phone
        told = {"phoneNumber": phone, "purePhoneNumber": phone, "countryCode": "86"}
        sealed = _sealed(world, name, asked(), told)
        made_at = world.part(SealedPhones).made_at
        made_at[hash_of(sealed["encryptedData"])] = world.clock.now()
    return sealed


@open_data_desk.post("/profile")
def profile(name: str) -> dict[str, str]:
    """{appid}: rawData with its signature, and the same sealed with openId and unionId."""
    world = here()
    body = asked()
    with world.lock:
        user = user_named(world, name)
        appid = appid_of(world, body)
        raw = {"nickName": name, "gender": 0, "language": "zh_CN", "avatarUrl": ""}
        raw_data = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
        whole = {**raw, "openId": user.openids[appid], "unionId": user.unionid}
        sealed = _sealed(world, name, body, whole)
        key = world.open_platform.session_keys[(appid, name)]
    signature = raw_signature(raw_data, session_key=key)
    return {"rawData": raw_data, "signature": signature, **sealed}


@open_data_desk.post("/session")
def session(name: str) -> dict[str, Any]:
    """{appid, expired}: let the session_key die, as it does when unused for long."""
    world = here()
    body = asked()
    with world.lock:
        key = (appid_of(world, body), user_named(world, name).name)
        if body.get("expired", True):
            world.open_platform.session_keys.pop(key, None)
        return {"alive": key in world.open_platform.session_keys}


@open_data_desk.post("/risk")
def risk(name: str) -> dict[str, Any]:
    """{rank}: what getuserriskrank answers of this person, 0 to 4."""
    world = here()
    rank = asked().get("rank")
    if rank not in tuple(range(WORST + 1)):
        abort(400, f"rank is 0 to {WORST}")
    with world.lock:
        world.part(Risks).ranks[user_named(world, name).name] = rank
    return {"name": name, "rank": rank}


def _sealed(world: World, name: str, body: dict[str, Any], data: dict[str, Any]) -> dict[str, str]:
    appid = appid_of(world, body)
    key = world.open_platform.session_keys.get((appid, user_named(world, name).name))
    if key is None:
        abort(409, f"{name} has no session: log in first")
    return seal(data, session_key=key, appid=appid, at=world.clock.now())
