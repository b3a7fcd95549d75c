"""Transfers without confirmation: the person's authorization, and transfers that use it."""

from typing import Any

from flask import Blueprint

from app.simulator.clock import rfc3339
from app.simulator.errors import PayRefused
from app.simulator.pay.order_making import check_payer
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.transfers.authorizing import EFFECTIVE, end_authorization
from app.simulator.pay.transfers.bills import new_bill, with_name_opened
from app.simulator.pay.transfers.fields import AUTHORIZED, check_authorization, check_transfer
from app.simulator.pay.transfers.life import go_on
from app.simulator.pay.transfers.state import Authorization, Transfers
from app.simulator.pay.transfers.views import authorization_view, bill_view
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

authorizations = Blueprint(
    "authorizations", __name__, url_prefix="/v3/fund-app/mch-transfer/user-confirm-authorization"
)
authorized_transfers = Blueprint(
    "authorized_transfers", __name__, url_prefix="/v3/fund-app/mch-transfer/transfer-bills"
)


@authorizations.post("")
def ask() -> dict[str, Any]:
    """The fields of fields.py: an authorization that waits for the person, with package_info.

    PARAM_ERROR by the field table, NO_AUTH for a scene that is none, APPID_MCHID_NOT_MATCH,
    INVALID_REQUEST for a known number with other content.
    """
    body = json_body()
    check_authorization(body)
    world = here()
    with world.lock:
        number = (signer().mchid, body["out_authorization_no"])
        found = world.part(Transfers).authorizations.get(number) or _new(world, body)
        if found.asked != body:
            raise PayRefused("INVALID_REQUEST", "授权单号重复，且请求参数与首次不一致")
        return {
            "out_authorization_no": found.number,
            "state": found.state,
            "create_time": rfc3339(found.made_at),
            "package_info": found.package,
        }


@authorizations.get("/out-authorization-no/<number>")
def by_number(number: str) -> dict[str, Any]:
    """The authorization with the merchant's number; 404 RESOURCE_NOT_EXISTS."""
    world = here()
    with world.lock:
        return authorization_view(_authorization(world, number))


@authorizations.post("/out-authorization-no/<number>/close")
def close(number: str) -> dict[str, Any]:
    """End the authorization; once more is as good."""
    world = here()
    with world.lock:
        found = _authorization(world, number)
    end_authorization(world, found, reason="MERCHANT_CLOSE")
    return authorization_view(found)


@authorized_transfers.post("/transfer")
def transfer() -> dict[str, Any]:
    """A transfer's fields without the openid, and authorization_id or out_authorization_no.

    INVALID_REQUEST unless the authorization is in effect; the rest as with other transfers.
    """
    body = json_body()
    check_transfer(body, table=AUTHORIZED)
    world = here()
    with world.lock:
        asked = {**with_name_opened(world, body), "openid": _payee(world, body)}
        bill = world.part(Transfers).bills.get((signer().mchid, body["out_bill_no"]))
        if bill is None:
            bill = new_bill(world, asked)
            go_on(world, bill, state="PROCESSING")
        elif bill.asked != asked:
            raise PayRefused("INVALID_REQUEST", "商户单号重复，且请求参数与首次不一致")
        return bill_view(bill)


def _new(world: World, body: dict[str, Any]) -> Authorization:
    if body["appid"] not in signer().appids:
        raise PayRefused("APPID_MCHID_NOT_MATCH")
    check_payer(world, body["openid"], appid=body["appid"])
    made = Authorization(
        merchant=signer(),
        asked=body,
        authorization_id=nonce_text(32),
        package=nonce_text(64),
        made_at=world.clock.now(),
    )
    world.part(Transfers).authorizations[(made.merchant.mchid, made.number)] = made
    return made


def _authorization(world: World, number: str) -> Authorization:
    found = world.part(Transfers).authorizations.get((signer().mchid, number))
    if found is None:
        raise PayRefused("RESOURCE_NOT_EXISTS", "授权单不存在")
    return found


def _payee(world: World, body: dict[str, Any]) -> str:
    named = {body.get("authorization_id"), body.get("out_authorization_no")} - {None}
    mine = (
        each
        for (mchid, _), each in world.part(Transfers).authorizations.items()
        if mchid == signer().mchid and named <= {each.authorization_id, each.number}
    )
    found = next(mine, None) if named else None
    usable = found is not None and found.state == EFFECTIVE
    if found is None or not usable or found.asked["appid"] != body["appid"]:
        raise PayRefused("INVALID_REQUEST", "用户未授权免确认收款或授权已关闭")
    return str(found.asked["openid"])
