"""Share an order's frozen money, unfreeze the rest, look at both."""

from typing import Any

from flask import Blueprint, request

from app.simulator.errors import PayRefused
from app.simulator.pay.fields import check, wrong
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.sealed_fields import opened
from app.simulator.pay.sharing.checks import check_share, shareable_order
from app.simulator.pay.sharing.fields import SHARE, UNFREEZE
from app.simulator.pay.sharing.funds import funds_of, thaw
from app.simulator.pay.sharing.outcomes import decide
from app.simulator.pay.sharing.state import Funds, Share, Sharing, SharingOrder
from app.simulator.pay.sharing.views import sharing_view, sub_mchid_of
from app.simulator.pay.state import Order
from app.simulator.pay.sub_merchants import check_sub_mchid
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

MOST_RECEIVERS = 50

sharing = Blueprint("sharing", __name__, url_prefix="/v3/profitsharing")


@sharing.post("/orders")
def ask() -> dict[str, Any]:
    """transaction_id, out_order_no, receivers (50 at most, each once), unfreeze_unsplit.

    The same number with the same content is the same request. INVALID_REQUEST for an order that
    is not shared, was paid less than a minute ago, is not settled or is thawed, and for a
    stranger; RULE_LIMIT beyond the largest ratio; NOT_ENOUGH beyond what is frozen.
    """
    body = json_body()
    check(body, SHARE)
    world = here()
    with world.lock:
        check_sub_mchid(body)
        asked = {**body, "receivers": _opened_receivers(world, body)}
        known = _known(world, asked)
        return sharing_view(known or _accept(world, asked))


@sharing.post("/orders/unfreeze")
def unfreeze() -> dict[str, Any]:
    """transaction_id, a new out_order_no, description: what is left goes to the merchant.

    INVALID_REQUEST for an order that is not shared, is not settled or is thawed already.
    """
    body = json_body()
    check(body, UNFREEZE)
    world = here()
    with world.lock:
        check_sub_mchid(body)
        return sharing_view(_known(world, body) or _unfreeze(world, body))


@sharing.get("/orders/<number>")
def by_number(number: str) -> dict[str, Any]:
    """?transaction_id: a request with the result of each receiver; 404 RESOURCE_NOT_EXISTS."""
    world = here()
    with world.lock:
        found = world.part(Sharing).orders.get((signer().mchid, number))
        transaction_id = request.args.get("transaction_id")
        if found is None or found.order.transaction_id != transaction_id:
            raise PayRefused("RESOURCE_NOT_EXISTS", "分账单不存在")
        return sharing_view(found)


@sharing.get("/transactions/<transaction_id>/amounts")
def amounts(transaction_id: str) -> dict[str, Any]:
    """What can still be shared of an order; 404 RESOURCE_NOT_EXISTS."""
    world = here()
    with world.lock:
        order = world.pay.paid.get((signer().mchid, transaction_id))
        if order is None:
            raise PayRefused("RESOURCE_NOT_EXISTS", "订单不存在")
        funds = funds_of(world, order)
        left = funds.frozen_fen if funds else 0
        return {"transaction_id": transaction_id, "unsplit_amount": left}


@sharing.get("/merchant-configs/<sub_mchid>")
def configuration(sub_mchid: str) -> dict[str, Any]:
    """The largest part of an order that may be shared, in basis points; the provider's to ask."""
    world = here()
    with world.lock:
        check_sub_mchid({"sub_mchid": sub_mchid})
        ratio = world.part(Sharing).ratio_of(sub_mchid)
        return {**sub_mchid_of(sub_mchid), "max_ratio": ratio}


def _opened_receivers(world: World, body: dict[str, Any]) -> list[dict[str, Any]]:
    rows = body["receivers"]
    if not 0 < len(rows) <= MOST_RECEIVERS:
        raise wrong("/receivers", rows, f"分账接收方应为1到{MOST_RECEIVERS}个")
    if len({(each["type"], each["account"]) for each in rows}) < len(rows):
        raise wrong("/receivers", rows, "分账接收方重复")
    return [
        {**each, "name": opened(world, each["name"], at=f"/receivers/{index}/name")}
        if each.get("name")
        else each
        for index, each in enumerate(rows)
    ]


def _known(world: World, asked: dict[str, Any]) -> SharingOrder | None:
    known = world.part(Sharing).orders.get((signer().mchid, asked["out_order_no"]))
    if known is not None and known.asked != asked:
        raise PayRefused("INVALID_REQUEST", "分账接收方与原请求不一致")
    return known


def _accept(world: World, asked: dict[str, Any]) -> SharingOrder:
    order, funds = shareable_order(world, asked)
    check_share(world, asked, order=order, funds=funds)
    at = world.clock.now()
    shares = [_share(each, at=at) for each in asked["receivers"]]
    funds.shared_fen += sum(each.fen for each in shares)
    accepted = _remember(world, order, asked, shares=shares)
    if asked["unfreeze_unsplit"]:
        thaw(world, funds)
    decide(world, accepted, funds=funds)
    return accepted


def _unfreeze(world: World, asked: dict[str, Any]) -> SharingOrder:
    order, funds = shareable_order(world, asked)
    rest = _own_share(world, order, funds, asked)
    accepted = _remember(world, order, asked, shares=[rest], is_unfreezing=True)
    decide(world, accepted, funds=funds)
    return accepted


def _own_share(world: World, order: Order, funds: Funds, asked: dict[str, Any]) -> Share:
    return _share(
        {
            "type": "MERCHANT_ID",
            "account": order.payee_mchid,
            "amount": thaw(world, funds),
            "description": asked["description"],
        },
        at=world.clock.now(),
    )


def _share(asked: dict[str, Any], *, at: float) -> Share:
    return Share(
        type=asked["type"],
        account=asked["account"],
        fen=asked["amount"],
        description=asked["description"],
        detail_id=f"36{nonce_text(26)}",
        made_at=at,
    )


def _remember(
    world: World,
    order: Order,
    asked: dict[str, Any],
    *,
    shares: list[Share],
    is_unfreezing: bool = False,
) -> SharingOrder:
    accepted = SharingOrder(
        mchid=signer().mchid,
        order=order,
        asked=asked,
        order_id=f"30{nonce_text(26)}",
        made_at=world.clock.now(),
        shares=shares,
        is_unfreezing=is_unfreezing,
    )
    world.part(Sharing).orders[(accepted.mchid, accepted.number)] = accepted
    return accepted
