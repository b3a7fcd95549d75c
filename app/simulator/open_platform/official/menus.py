"""The custom menu: /cgi-bin/menu/…"""

from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.official.menu_rules import check_buttons
from app.simulator.open_platform.official.state import official_of
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.world import here

FIRST_MENU_ID = 208379533
OK = {"errcode": 0, "errmsg": "ok"}

menus = Blueprint("menus", __name__)


@menus.post("/cgi-bin/menu/create")
def create() -> dict[str, Any]:
    """Set the menu that every follower sees.

    Reads button: 1 to 3 (40016) of a known type (40017) with name (40018: 16 bytes), key (40019:
    128 bytes) or url (40020: 1024 bytes, 40054), each with up to 5 in sub_button (40023 to 40027,
    40055). A button for a mini-program needs an appid that exists (40013).
    """
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        buttons = check_buttons(json_body().get("button"))
        for each in flat(buttons):
            if each.get("type") == "miniprogram" and each["appid"] not in world.apps:
                raise OpenRefused(40013)
        official_of(world).menus[app.appid] = {"button": buttons, "menuid": FIRST_MENU_ID}
    return dict(OK)


@menus.get("/cgi-bin/menu/get")
def get() -> dict[str, Any]:
    """The menu as it was set; 46003 when there is none."""
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        menu = official_of(world).menus.get(app.appid)
    if menu is None:
        raise OpenRefused(46003)
    return {"menu": menu}


@menus.route("/cgi-bin/menu/delete", methods=["GET", "POST"])
def delete() -> dict[str, Any]:
    """Take the menu away; none to begin with is no error."""
    world = here()
    with world.lock:
        official_of(world).menus.pop(calling_app(world, kind="oa").appid, None)
    return dict(OK)


@menus.get("/cgi-bin/get_current_selfmenu_info")
def current() -> dict[str, Any]:
    """Whether a menu is open, and its buttons with sub_button as {list}."""
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        menu = official_of(world).menus.get(app.appid)
    if menu is None:
        return {"is_menu_open": 0}
    return {"is_menu_open": 1, "selfmenu_info": {"button": [_nested(b) for b in menu["button"]]}}


@menus.post("/cgi-bin/menu/trymatch")
def trymatch() -> dict[str, Any]:
    """The menu that user_id (an openid, else 40003) sees. There are no conditional menus here."""
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        openid = str(json_body().get("user_id", ""))
        if world.people.with_openid(openid, appid=app.appid) is None:
            raise OpenRefused(40003)
        menu = official_of(world).menus.get(app.appid)
    if menu is None:
        raise OpenRefused(46003)
    return {"button": menu["button"]}


def flat(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The buttons that do something, from both levels."""
    return [each for button in buttons for each in (button.get("sub_button") or [button])]


def _nested(button: dict[str, Any]) -> dict[str, Any]:
    below = button.get("sub_button")
    return {**button, "sub_button": {"list": below}} if below else button
