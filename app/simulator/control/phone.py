"""One person's phone: log in, give the number, subscribe, pay, read messages."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import appid_of, asked, user_named
from app.simulator.open_platform.mini.consent_state import Consents
from app.simulator.open_platform.push import ask_leave
from app.simulator.pay.paying import PaymentFailed, request_payment
from app.simulator.people import User
from app.simulator.settings import Person
from app.simulator.world import World, here

MOST_TEMPLATES = 5

phone = Blueprint("phone", __name__, url_prefix="/_sim/users")


@phone.post("")
def join() -> dict[str, Any]:
    """{name, unionid?, phone?, risk?}: a new person; the same name is the same person."""
    body = asked()
    if not body.get("name"):
        abort(400, "a name is needed")
    world = here()
    with world.lock:
        return asdict(world.people.join(Person(**body)))


@phone.get("")
def everybody() -> list[dict[str, Any]]:
    """All people."""
    world = here()
    with world.lock:
        return [asdict(user) for user in world.people.all()]


@phone.get("/<name>")
def person(name: str) -> dict[str, Any]:
    """One person with the openid in each app."""
    world = here()
    with world.lock:
        return asdict(user_named(world, name))


@phone.post("/<name>/login")
def log_in(name: str) -> dict[str, str]:
    """{appid}: what wx.login gives the page."""
    return _new_code(name, purpose="login")


@phone.post("/<name>/phone-code")
def give_phone(name: str) -> dict[str, str]:
    """{appid}: what the getPhoneNumber button gives the page."""
    return _new_code(name, purpose="phone")


@phone.post("/<name>/subscribe")
def subscribe(name: str) -> dict[str, Any]:
    """{appid, template_ids, accept}: what wx.requestSubscribeMessage answers, per template.

    `accept` is true, false, "always" or "never" (both kept), or a mapping of template to these.
    """
    world = here()
    body = asked()
    template_ids = body.get("template_ids", [])
    with world.lock:
        appid = appid_of(world, body)
        user = user_named(world, name)
        code = _popup_error(world, user, appid, template_ids)
        if code:
            return {"errMsg": "requestSubscribeMessage:fail", "errCode": code}
        accept = body.get("accept", True)
        wishes = accept if isinstance(accept, dict) else dict.fromkeys(template_ids, accept)
        said = ask_leave(world, user=user, appid=appid, template_ids=template_ids, wishes=wishes)
    return {"errMsg": "requestSubscribeMessage:ok", **said}


@phone.post("/<name>/pay")
def pay(name: str) -> dict[str, str]:
    """The parameters of wx.requestPayment: what its callback is told."""
    world = here()
    with world.lock:
        user = user_named(world, name)
    try:
        order = request_payment(world, user=user, params=asked())
    except PaymentFailed as failed:
        return {"result": f"requestPayment:fail {failed}"}
    return {"result": "requestPayment:ok", "transaction_id": order.transaction_id}


@phone.post("/<name>/pay-cancel")
def cancel(name: str) -> dict[str, str]:
    """The person closes the payment sheet: nothing happens."""
    world = here()
    with world.lock:
        user_named(world, name)
    return {"result": "requestPayment:fail cancel"}


@phone.get("/<name>/messages")
def received(name: str) -> list[dict[str, Any]]:
    """The service notifications on this phone, oldest first.

    `kind` is subscribe, service_card (with its present state), shipping or confirm_receive.
    """
    world = here()
    with world.lock:
        user_named(world, name)
        return [each for each in world.open_platform.messages if each["name"] == name]


def _popup_error(world: World, user: User, appid: str, template_ids: list[str]) -> int:
    if (appid, user.openids[appid]) in world.part(Consents).muted:
        return 20004
    if not 0 < len(template_ids) <= MOST_TEMPLATES:
        return 20003 if template_ids else 10001
    templates = world.apps[appid].templates
    unfit = any(each not in templates or not templates[each].fields for each in template_ids)
    return 20001 if unfit else 0


def _new_code(name: str, *, purpose: str) -> dict[str, str]:
    world = here()
    with world.lock:
        user = user_named(world, name)
        code = world.open_platform.new_code(
            purpose=purpose,
            appid=appid_of(world, asked()),
            name=user.name,
            at=world.clock.now(),
        )
    return {"code": code.value}
