"""What a custom menu may look like."""

from typing import Any
from urllib.parse import urlsplit

from app.simulator.errors import OpenRefused

MOST_BUTTONS, MOST_SUB_BUTTONS = 3, 5
KEY_BYTES, URL_BYTES = 128, 1024
# The platform's page counts letters of a name; chosen: its byte limits.
NAME_BYTES, SUB_NAME_BYTES = 16, 60
NEEDS: dict[str, tuple[str, ...]] = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}
# For a button of the first and of the second level: type, name, key, url, address of the url.
TOP = (40017, 40018, 40019, 40020, 40054)
SUB = (40024, 40025, 40026, 40027, 40055)


def check_buttons(buttons: Any) -> list[dict[str, Any]]:
    """The buttons of a menu. Raises OpenRefused with the code of what is wrong."""
    if not isinstance(buttons, list):
        raise OpenRefused(40015)
    if not 1 <= len(buttons) <= MOST_BUTTONS:
        raise OpenRefused(40016)
    for button in buttons:
        _check_top(button)
    return buttons


def _check_top(button: Any) -> None:
    if not isinstance(button, dict):
        raise OpenRefused(40015)
    below = button.get("sub_button")
    if not below:
        _check(button, codes=TOP, name_bytes=NAME_BYTES)
        return
    _check_name(button, errcode=TOP[1], most=NAME_BYTES)
    if not isinstance(below, list) or len(below) > MOST_SUB_BUTTONS:
        raise OpenRefused(40023)
    for each in below:
        _check(each, codes=SUB, name_bytes=SUB_NAME_BYTES)


def _check(button: Any, *, codes: tuple[int, ...], name_bytes: int) -> None:
    kind, name, key, url, address = codes
    if not isinstance(button, dict) or button.get("type") not in NEEDS:
        raise OpenRefused(kind)
    _check_name(button, errcode=name, most=name_bytes)
    for need in NEEDS[button["type"]]:
        if not isinstance(button.get(need), str) or not button[need]:
            raise OpenRefused({"key": key, "url": url}.get(need, 41011))
    if len(str(button.get("key", "")).encode()) > KEY_BYTES:
        raise OpenRefused(key)
    if "url" in NEEDS[button["type"]]:
        _check_url(button["url"], too_long=url, wrong=address)


def _check_name(button: dict[str, Any], *, errcode: int, most: int) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not 0 < len(name.encode()) <= most:
        raise OpenRefused(errcode)


def _check_url(url: str, *, too_long: int, wrong: int) -> None:
    if len(url.encode()) > URL_BYTES:
        raise OpenRefused(too_long)
    if urlsplit(url).scheme not in {"http", "https"}:
        raise OpenRefused(wrong)
