"""What must hold before money is shared. Hold the world's lock."""

from typing import Any

from app.simulator.errors import PayRefused
from app.simulator.pay.reading import signer
from app.simulator.pay.sharing.funds import funds_of
from app.simulator.pay.sharing.receivers import is_receiver
from app.simulator.pay.sharing.settlement import is_settled
from app.simulator.pay.sharing.state import Funds, Sharing
from app.simulator.pay.state import Order
from app.simulator.world import World

READY_SECONDS = 60
MOST_REQUESTS = 50
WHOLE_BP = 10_000


def shareable_order(world: World, asked: dict[str, Any]) -> tuple[Order, Funds]:
    """The paid order of a request and its frozen money, once both are ready to be shared.

    The platform's pages name the texts but not every code; INVALID_REQUEST was chosen.
    """
    order = world.pay.paid.get((signer().mchid, asked["transaction_id"]))
    if order is None or order.sub_mchid != asked.get("sub_mchid", ""):
        raise PayRefused("RESOURCE_NOT_EXISTS", "订单不存在")
    funds = funds_of(world, order)
    if funds is None:
        raise PayRefused("INVALID_REQUEST", "非分账订单不支持分账")
    if world.clock.now() - order.paid_at < READY_SECONDS:
        raise PayRefused("INVALID_REQUEST", "订单处理中，请稍后重试")
    if not is_settled(world, order):
        raise PayRefused("INVALID_REQUEST", "订单未结算，不支持分账")
    if funds.thawed:
        raise PayRefused("INVALID_REQUEST", "订单剩余资金已解冻，不支持分账")
    return order, funds


def check_share(world: World, asked: dict[str, Any], *, order: Order, funds: Funds) -> None:
    """Refuse too many requests, strangers and too much money."""
    requests = [each for each in world.part(Sharing).of_order(order) if not each.is_unfreezing]
    if len(requests) >= MOST_REQUESTS:
        raise PayRefused("RULE_LIMIT", "单笔订单分账次数超过上限")
    for each in asked["receivers"]:
        if not is_receiver(world, each, sub_mchid=order.sub_mchid):
            raise PayRefused("INVALID_REQUEST", "分账接收方关系不存在")
    fen = sum(each["amount"] for each in asked["receivers"])
    if funds.shared_fen + fen > _most_fen(world, order):
        raise PayRefused("RULE_LIMIT", "分账金额超出最大分账比例")
    if fen > funds.frozen_fen:
        raise PayRefused("NOT_ENOUGH", "分账金额不足")


def _most_fen(world: World, order: Order) -> int:
    """The largest ratio of what was paid and not refunded."""
    ratio = world.part(Sharing).ratio_of(order.payee_mchid)
    return (order.total_fen - order.refunded_fen) * ratio // WHOLE_BP
