"""The session_key after login: checked, reset, and used for the older ways to open data."""

import hmac
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, request

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.open_data import session_signature
from app.simulator.open_platform.mini.shipping_orders import paid_order
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.pay.state import Order
from app.simulator.people import User
from app.simulator.settings import App
from app.simulator.world import World, here

METHOD = "hmac_sha256"
SEALED_SECONDS = 3 * 86_400
PAID_SECONDS = 300
NOT_FOUND = {"errcode": 1, "errmsg": "not found"}

sessions = Blueprint("sessions", __name__)


@dataclass(kw_only=True)
class SealedPhones:
    """When which encryptedData with a phone number was made, by its hash."""

    made_at: dict[str, float] = field(default_factory=dict)


@sessions.get("/wxa/checksession")
def checksession() -> dict[str, Any]:
    """Whether a session_key is the user's present one.

    Query: openid, signature (HMAC-SHA256 of nothing, hex), sig_method (hmac_sha256). Errors:
    40003, 87008 method, 87009 signature or no session.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        _check(world, app, gone=87009)
    return {"errcode": 0, "errmsg": "ok"}


@sessions.get("/wxa/resetusersessionkey")
def resetusersessionkey() -> dict[str, Any]:
    """A new session_key for the user. Query as checksession. Errors: 87007 no session, 87008-9."""
    world = here()
    with world.lock:
        app = calling_app(world)
        user = _check(world, app, gone=87007)
        key = world.open_platform.new_session_key(appid=app.appid, name=user.name)
    openid = user.openids[app.appid]
    return {"errcode": 0, "errmsg": "ok", "openid": openid, "session_key": key}


@sessions.post("/wxa/business/checkencryptedmsg")
def checkencryptedmsg() -> dict[str, Any]:
    """Whether the platform made this encryptedData (phone numbers, last three days).

    Fields: encrypted_msg_hash (SHA-256 hex). The answer is misspelt as by the platform. Errors: 1.
    """
    world = here()
    with world.lock:
        calling_app(world)
        made_at = world.part(SealedPhones).made_at.get(
            str(json_body().get("encrypted_msg_hash", ""))
        )
        if made_at is None or world.clock.now() - made_at > SEALED_SECONDS:
            return dict(NOT_FOUND)
    valid = {"vaild": True}  # codespell:ignore vaild # as the platform spells it
    return {"errcode": 0, "errmsg": "ok", **valid, "create_time": int(made_at)}


@sessions.get("/wxa/getpaidunionid")
def getpaidunionid() -> dict[str, Any]:
    """The unionid of who paid within the last five minutes.

    Query: openid, and transaction_id or mch_id with out_trade_no. Errors: 40003, 89002 the app
    gives no unionid, 89300 no such payment of this user, or too late.
    """
    world = here()
    asked = request.args
    with world.lock:
        app = calling_app(world)
        user = _user(world, app)
        if not app.gives_unionid:
            raise OpenRefused(89002)
        order = _paid(world, app)
        earliest = world.clock.now() - PAID_SECONDS
        if order is None or order.openid != asked["openid"] or order.paid_at < earliest:
            raise OpenRefused(89300)
    return {"errcode": 0, "errmsg": "ok", "unionid": user.unionid}


def _paid(world: World, app: App) -> Order | None:
    asked = request.args
    if "transaction_id" in asked:
        return paid_order(world, app, asked["transaction_id"])
    order = world.pay.orders.get((asked.get("mch_id", ""), asked.get("out_trade_no", "")))
    return order if order and order.payer_appid == app.appid else None


def _user(world: World, app: App) -> User:
    user = world.people.with_openid(request.args.get("openid", ""), appid=app.appid)
    if user is None:
        raise OpenRefused(40003)
    return user


def _check(world: World, app: App, *, gone: int) -> User:
    user = _user(world, app)
    if request.args.get("sig_method") != METHOD:
        raise OpenRefused(87008)
    key = world.open_platform.session_keys.get((app.appid, user.name))
    if key is None:
        raise OpenRefused(gone)
    signature = request.args.get("signature", "").encode()
    if not hmac.compare_digest(signature, session_signature(key).encode()):
        raise OpenRefused(87009)
    return user
