"""What a person does with an account, and what the account is told of it. Hold the lock."""

from collections.abc import Mapping
from typing import Any

from app.simulator.open_platform.official.menus import flat
from app.simulator.open_platform.official.state import (
    Follower,
    SceneCode,
    official_of,
    open_window,
    show,
)
from app.simulator.people import User
from app.simulator.pushes import Push
from app.simulator.settings import App
from app.simulator.world import World

SCANNERS = ("scancode_push", "scancode_waitmsg")
# What a person can send besides text, with the fields of the message and what to call them here.
MESSAGES: dict[str, dict[str, str]] = {
    "text": {"Content": "text"},
    "image": {"PicUrl": "url", "MediaId": "media_id"},
    "voice": {"MediaId": "media_id", "Format": "format"},
    "video": {"MediaId": "media_id", "ThumbMediaId": "thumb_media_id"},
    "location": {"Location_X": "x", "Location_Y": "y", "Scale": "scale", "Label": "label"},
    "link": {"Title": "title", "Description": "description", "Url": "url"},
}


def follow(world: World, *, app: App, user: User, code: SceneCode | None = None) -> Push | None:
    """Follow the account; None when the person already does."""
    official, key = official_of(world), (app.appid, user.openids[app.appid])
    if key in official.followers:
        return None
    official.follows += 1
    official.followers[key] = Follower(
        since=world.clock.now(),
        number=official.follows,
        scene="ADD_SCENE_QR_CODE" if code else "ADD_SCENE_SEARCH",
        qr_scene=code.value if code else "",
    )
    open_window(world, app=app, user=user, kind="follow")
    scanned = {"EventKey": f"qrscene_{code.value}", "Ticket": code.ticket} if code else {}
    return _tell(world, app, user, "subscribe", {"EventKey": "", **scanned})


def unfollow(world: World, *, app: App, user: User) -> Push | None:
    """Stop following: every window closes. None when the person did not follow."""
    official, key = official_of(world), (app.appid, user.openids[app.appid])
    if official.followers.pop(key, None) is None:
        return None
    official.windows.pop(key, None)
    return _tell(world, app, user, "unsubscribe", {"EventKey": ""})


def scan(world: World, *, app: App, user: User, code: SceneCode) -> Push | None:
    """Scan a code with a scene: a follower is told as SCAN, somebody else follows by it."""
    if code.expires_at is not None and world.clock.now() >= code.expires_at:
        return None
    if (app.appid, user.openids[app.appid]) not in official_of(world).followers:
        return follow(world, app=app, user=user, code=code)
    open_window(world, app=app, user=user, kind="scan")
    return _tell(world, app, user, "SCAN", {"EventKey": str(code.value), "Ticket": code.ticket})


def find_code(world: World, app: App, *, ticket: str, scene: object) -> SceneCode | None:
    """The code of this ticket, or the newest with this scene."""
    codes = official_of(world).scene_codes
    if ticket:
        found = codes.get(ticket)
        return found if found is not None and found.appid == app.appid else None
    mine = [each for each in codes.values() if each.appid == app.appid]
    return next((each for each in reversed(mine) if str(each.value) == str(scene)), None)


def press(
    world: World, *, app: App, user: User, wanted: str, scanned: str
) -> tuple[Push, dict[str, Any]] | None:
    """Press the menu button with this key, address, page or name; None when there is none.

    The second part is the button, for the phone to open its address or mini-program.
    """
    menu = official_of(world).menus.get(app.appid, {"button": []})
    button = next((each for each in flat(menu["button"]) if wanted in _names(each)), None)
    if button is None:
        return None
    kind, menu_id = button["type"], {"MenuId": str(menu.get("menuid", ""))}
    if kind == "view":
        return _tell(world, app, user, "VIEW", {"EventKey": button["url"], **menu_id}), button
    if kind == "miniprogram":
        fields = {"EventKey": button["pagepath"], **menu_id}
        return _tell(world, app, user, "view_miniprogram", fields), button
    open_window(world, app=app, user=user, kind="menu")
    event = "CLICK" if kind == "click" else kind
    fields = {"EventKey": button.get("key", button.get("media_id", ""))}
    if kind in SCANNERS:
        fields |= {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": scanned}}
    return _tell(world, app, user, event, fields), button


def say(world: World, *, app: App, user: User, kind: str, said: Mapping[str, Any]) -> Push:
    """Write to the account: a message of one of MESSAGES, which opens the two-day window."""
    content = {name: said.get(ours, "") for name, ours in MESSAGES[kind].items()}
    open_window(world, app=app, user=user, kind="message")
    shown = {ours: said.get(ours, "") for ours in MESSAGES[kind].values()}
    show(world, app=app, user=user, by="me", kind=kind, **shown)
    openid = user.openids[app.appid]
    return world.pushes.pass_on(app=app, openid=openid, kind=kind, fields=content)


def enter(world: World, *, app: App, user: User, session_from: str) -> Push:
    """Open the customer-service chat from a mini-program's button."""
    fields = {"SessionFrom": session_from}
    return _tell(world, app, user, "user_enter_tempsession", fields)


def _names(button: Mapping[str, Any]) -> set[str]:
    return {str(button[each]) for each in ("key", "url", "pagepath", "name") if each in button}


def _tell(world: World, app: App, user: User, event: str, fields: Mapping[str, Any]) -> Push:
    openid = user.openids[app.appid]
    return world.pushes.send(app=app, openid=openid, event=event, fields=fields)
