"""Whom a merchant may share with: add and delete, both as often as one likes."""

from typing import Any

from flask import Blueprint

from app.simulator.errors import PayRefused
from app.simulator.pay.fields import check, wrong
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.sealed_fields import opened
from app.simulator.pay.sharing.fields import ADD, DELETE
from app.simulator.pay.sharing.state import Receiver, Sharing
from app.simulator.pay.sub_merchants import check_sub_mchid, is_merchant, name_of
from app.simulator.world import World, here

MOST_RECEIVERS = 20_000

receivers = Blueprint("receivers", __name__, url_prefix="/v3/profitsharing/receivers")


@receivers.post("/add")
def add() -> dict[str, Any]:
    """appid (of a person's openid), type, account, name (sealed), relation_type, custom_relation.

    A merchant's full name is needed and must be right; one who is there already stays as he was.
    PARAM_ERROR by the field table, INVALID_REQUEST for an account or name that does not exist,
    RULE_LIMIT after 20 000 receivers.
    """
    body = json_body()
    check(body, ADD)
    world = here()
    with world.lock:
        check_sub_mchid(body)
        check_account(world, body)
        _check_relation(body)
        name = opened(world, body["name"], at="/name") if body.get("name") else ""
        _check_name(world, body, name=name)
        return _view(_remember(world, body, name=name))


@receivers.post("/delete")
def delete() -> dict[str, Any]:
    """type, account: nobody shares with them any more; a stranger may be deleted as well."""
    body = json_body()
    check(body, DELETE)
    world = here()
    with world.lock:
        check_sub_mchid(body)
        world.part(Sharing).receivers.pop(_key(body), None)
    return {"type": body["type"], "account": body["account"]}


def is_receiver(world: World, asked: dict[str, Any], *, sub_mchid: str) -> bool:
    """Whether the signer may share with this receiver of a request."""
    key = (signer().mchid, sub_mchid, asked["type"], asked["account"])
    return key in world.part(Sharing).receivers


def check_account(world: World, asked: dict[str, Any]) -> None:
    """Refuse an account that nobody has; a person's needs the appid of the openid."""
    if asked["type"] == "MERCHANT_ID":
        known = is_merchant(world, asked["account"])
    else:
        field = "appid" if asked["type"] == "PERSONAL_OPENID" else "sub_appid"
        if not asked.get(field):
            raise wrong(f"/{field}", None, "接收方为个人时必填")
        known = world.people.with_openid(asked["account"], appid=asked[field]) is not None
    if not known:
        raise PayRefused("INVALID_REQUEST", "分账接收方账号不存在")


def _check_relation(body: dict[str, Any]) -> None:
    if body["relation_type"] == "CUSTOM" and not body.get("custom_relation"):
        raise wrong("/custom_relation", None, "relation_type为CUSTOM时必填")


def _check_name(world: World, body: dict[str, Any], *, name: str) -> None:
    if body["type"] != "MERCHANT_ID":
        return
    if not name:
        raise wrong("/name", None, "接收方为商户时必填商户全称")
    if name != (name_of(world, body["account"]) or name):
        raise PayRefused("INVALID_REQUEST", "分账接收方全称不匹配")


def _remember(world: World, body: dict[str, Any], *, name: str) -> Receiver:
    known = world.part(Sharing).receivers
    if _key(body) not in known and len(known) >= MOST_RECEIVERS:
        raise PayRefused("RULE_LIMIT", "分账接收方数量超过上限")
    receiver = Receiver(
        type=body["type"],
        account=body["account"],
        relation_type=body["relation_type"],
        custom_relation=body.get("custom_relation", ""),
        name=name,
    )
    return known.setdefault(_key(body), receiver)


def _key(body: dict[str, Any]) -> tuple[str, str, str, str]:
    return (signer().mchid, body.get("sub_mchid", ""), body["type"], body["account"])


def _view(receiver: Receiver) -> dict[str, Any]:
    told = {
        "type": receiver.type,
        "account": receiver.account,
        "relation_type": receiver.relation_type,
    }
    custom = receiver.custom_relation
    return {**told, "custom_relation": custom} if custom else told
