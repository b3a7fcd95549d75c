"""Returns: a merchant who received a share gives it back."""

from typing import Any

from flask import Blueprint, request

from app.simulator.errors import PayRefused
from app.simulator.pay.fields import check
from app.simulator.pay.reading import json_body, signer
from app.simulator.pay.sharing.fields import RETURN
from app.simulator.pay.sharing.outcomes import decide_return
from app.simulator.pay.sharing.state import Return, Sharing, SharingOrder
from app.simulator.pay.sharing.views import return_view
from app.simulator.pay.sub_merchants import check_sub_mchid
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

RETURNABLE_SECONDS = 180 * 86_400

returns = Blueprint("returns", __name__, url_prefix="/v3/profitsharing/return-orders")


@returns.post("")
def ask() -> dict[str, Any]:
    """order_id or out_order_no, out_return_no, return_mchid, amount, description.

    The same number with the same content is the same return. RESOURCE_NOT_EXISTS for an unknown
    sharing order; INVALID_REQUEST after 180 days, for who did not receive, and beyond what he did.
    """
    body = json_body()
    check(body, RETURN)
    world = here()
    with world.lock:
        check_sub_mchid(body)
        back = world.part(Sharing).returns.get((signer().mchid, body["out_return_no"]))
        if back is None:
            back = _accept(world, body)
        elif back.asked != body:
            raise PayRefused("INVALID_REQUEST", "回退单号重复，且请求参数与原请求不一致")
        return return_view(back)


@returns.get("/<number>")
def by_number(number: str) -> dict[str, Any]:
    """?out_order_no: a return and its result; 404 RESOURCE_NOT_EXISTS."""
    world = here()
    with world.lock:
        back = world.part(Sharing).returns.get((signer().mchid, number))
        if back is None or back.sharing.number != request.args.get("out_order_no"):
            raise PayRefused("RESOURCE_NOT_EXISTS", "回退单不存在")
        return return_view(back)


def _accept(world: World, body: dict[str, Any]) -> Return:
    sharing = _sharing(world, body)
    at = world.clock.now()
    if at - sharing.made_at > RETURNABLE_SECONDS:
        raise PayRefused("INVALID_REQUEST", "分账单已超过可回退的最大期限")
    if body["amount"] > _left(world, sharing, mchid=body["return_mchid"]):
        raise PayRefused("INVALID_REQUEST", "回退金额超过可回退金额")
    back = Return(
        mchid=signer().mchid,
        sharing=sharing,
        asked=body,
        return_id=f"31{nonce_text(26)}",
        made_at=at,
    )
    world.part(Sharing).returns[(back.mchid, back.number)] = back
    decide_return(world, back)
    return back


def _sharing(world: World, body: dict[str, Any]) -> SharingOrder:
    if not body.get("order_id") and not body.get("out_order_no"):
        raise PayRefused("PARAM_ERROR", "order_id和out_order_no必须二选一")
    found = next((each for each in _mine(world) if _is_meant(each, body)), None)
    if found is None:
        raise PayRefused("RESOURCE_NOT_EXISTS", "分账单不存在")
    return found


def _mine(world: World) -> list[SharingOrder]:
    mchid = signer().mchid
    return [each for each in world.part(Sharing).orders.values() if each.mchid == mchid]


def _is_meant(sharing: SharingOrder, body: dict[str, Any]) -> bool:
    by_id = body.get("order_id", sharing.order_id) == sharing.order_id
    by_number = body.get("out_order_no", sharing.number) == sharing.number
    return bool(by_id and by_number)


def _left(world: World, sharing: SharingOrder, *, mchid: str) -> int:
    """What this merchant received by the request and did not give back yet; people cannot."""
    received = [
        each.fen
        for each in sharing.shares
        if (each.type, each.account, each.result) == ("MERCHANT_ID", mchid, "SUCCESS")
    ]
    if not received or sharing.is_unfreezing:
        raise PayRefused("INVALID_REQUEST", "回退方不是该分账单的商户接收方")
    given = (
        each.fen
        for each in world.part(Sharing).returns.values()
        if each.sharing is sharing and each.from_mchid == mchid and each.result != "FAILED"
    )
    return sum(received) - sum(given)
