"""What WeChat's own sheets show before a person says yes."""

from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import asked, user_named
from app.simulator.errors import OpenRefused
from app.simulator.open_platform.official.oauth_page import TEXTS, asked_in
from app.simulator.open_platform.official.tickets import page_signature, ticket_of
from app.simulator.pages.phone_state import called
from app.simulator.pay.state import Order
from app.simulator.world import here

sheets = Blueprint("sheets", __name__, url_prefix="/_sim/users/<name>")


@sheets.post("/pay-sheet")
def pay_sheet(name: str) -> dict[str, Any]:
    """{package}: who gets how much for what; nothing is checked before the person agrees."""
    world = here()
    prepay_id = str(asked().get("package", "")).partition("=")[2]
    with world.lock:
        user_named(world, name)
        prepay = world.pay.prepays.get(prepay_id)
        if prepay is None:
            abort(404, "no such prepay_id")
        lines = [_line(each) for each in prepay.orders]
    return {"total_fen": sum(each["total_fen"] for each in lines), "orders": lines}


@sheets.post("/authorize-sheet")
def authorize_sheet(name: str) -> dict[str, Any]:
    """{url}: which account asks for what, or {errcode, text} where the page shows an error."""
    world, url = here(), str(asked().get("url", ""))
    with world.lock:
        user_named(world, name)
        try:
            wanted = asked_in(world, url)
        except OpenRefused as refused:
            text = TEXTS.get(refused.errcode, refused.errmsg)
            return {"errcode": refused.errcode, "text": text}
        return {"app": called(wanted.app), "appid": wanted.app.appid, "scope": wanted.scope}


@sheets.post("/page-config")
def page_config(name: str) -> dict[str, Any]:
    """{appid, url, timestamp, noncestr, signature}: whether the page may use the SDK, {valid}."""
    world, body = here(), asked()
    told = {each: str(body.get(each, "")) for each in ("appid", "url", "timestamp", "noncestr")}
    with world.lock:
        user_named(world, name)
        appid = told.pop("appid")
        if appid not in world.apps:
            return {"valid": False}
        signature = page_signature(ticket=ticket_of(world, appid, "jsapi"), **told)
    return {"valid": signature == body.get("signature")}


def _line(order: Order) -> dict[str, Any]:
    return {
        "merchant": order.merchant.name or order.merchant.mchid,
        "description": order.asked.get("description", ""),
        "total_fen": order.total_fen,
        "state": order.state,
    }
