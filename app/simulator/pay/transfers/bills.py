"""/v3/fund-app/mch-transfer/transfer-bills: make a transfer, look it up, take it back."""

import secrets
from typing import Any

from flask import Blueprint

from app.simulator.clock import beijing
from app.simulator.errors import PayRefused
from app.simulator.pay.balances import Balances
from app.simulator.pay.order_making import check_payer
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.sealed_fields import opened
from app.simulator.pay.transfers.fields import check_transfer
from app.simulator.pay.transfers.life import (
    await_confirmation,
    close_when_late,
    go_on,
    may_cancel,
)
from app.simulator.pay.transfers.state import Bill, Transfers
from app.simulator.pay.transfers.views import accepted_view, bill_view, cancelled_view
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

transfers = Blueprint("transfers", __name__, url_prefix="/v3/fund-app/mch-transfer/transfer-bills")


@transfers.post("")
def make() -> dict[str, Any]:
    """The fields of fields.py: a transfer that waits for the person, with its package_info.

    The same number with the same content is the same transfer. PARAM_ERROR by the field table,
    NO_AUTH for a scene that is none, APPID_MCHID_NOT_MATCH, INVALID_REQUEST for a known number
    with other content, NOT_ENOUGH.
    """
    body = json_body()
    check_transfer(body)
    world = here()
    with world.lock:
        asked = with_name_opened(world, body)
        bill = world.part(Transfers).bills.get((signer().mchid, body["out_bill_no"]))
        if bill is None:
            bill = new_bill(world, asked)
            await_confirmation(world, bill)
        elif bill.asked != asked:
            raise PayRefused("INVALID_REQUEST", "商户单号重复，且请求参数与首次不一致")
    close_when_late(world, bill)
    return accepted_view(bill)


@transfers.get("/out-bill-no/<number>")
def by_number(number: str) -> dict[str, Any]:
    """The transfer with the merchant's number; 404 RESOURCE_NOT_EXISTS."""
    return bill_view(_bill(here(), number))


@transfers.get("/transfer-bill-no/<bill_no>")
def by_bill_no(bill_no: str) -> dict[str, Any]:
    """The transfer with the platform's number; 404 RESOURCE_NOT_EXISTS."""
    world = here()
    with world.lock:
        bills = list(world.part(Transfers).bills.values())
    number = next((each.number for each in bills if each.bill_no == bill_no), "")
    return bill_view(_bill(world, number))


@transfers.post("/out-bill-no/<number>/cancel")
def cancel(number: str) -> dict[str, Any]:
    """Take back what nobody confirmed yet; once more is as good. INVALID_REQUEST after that."""
    world = here()
    bill = _bill(world, number)
    with world.lock:
        if may_cancel(bill):
            go_on(world, bill, state="CANCELING")
        elif bill.state not in {"CANCELING", "CANCELLED"}:
            raise PayRefused("INVALID_REQUEST", "转账单当前状态不允许撤销")
        return cancelled_view(bill)


def _bill(world: World, number: str) -> Bill:
    with world.lock:
        bill = world.part(Transfers).bills.get((signer().mchid, number))
    if bill is None:
        raise PayRefused("RESOURCE_NOT_EXISTS", "转账单不存在")
    close_when_late(world, bill)
    return bill


def with_name_opened(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """The request with its user_name as the merchant wrote it before sealing."""
    if not body.get("user_name"):
        return body
    return {**body, "user_name": opened(world, body["user_name"], at="/user_name")}


def new_bill(world: World, asked: dict[str, Any]) -> Bill:
    """Take the money for a new transfer; refused for strangers and without funds. Hold the lock."""
    if asked["appid"] not in signer().appids:
        raise PayRefused("APPID_MCHID_NOT_MATCH")
    check_payer(world, asked["openid"], appid=asked["appid"])
    world.part(Balances).take(signer().mchid, asked["transfer_amount"])
    at = world.clock.now()
    bill = Bill(
        merchant=signer(),
        asked=asked,
        bill_no=f"1330{beijing(at):%Y%m%d}{secrets.randbelow(10**20):020d}",
        package=nonce_text(64),
        made_at=at,
        updated_at=at,
    )
    world.part(Transfers).bills[(bill.merchant.mchid, bill.number)] = bill
    return bill
