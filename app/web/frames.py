"""Who may show our pages for customers in a frame."""

from typing import cast

from flask import current_app

from app.config import Settings


def pretend_wechat() -> str:
    """Where the stand-in for WeChat is, whose phone shows them in a frame; empty without one."""
    settings = cast("Settings", current_app.extensions["settings"])
    is_near = settings.wechat_open_url.startswith("http:")
    return settings.wechat_open_url if is_near and not settings.is_production else ""
