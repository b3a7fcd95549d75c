"""Where a refund's money comes from: first what is frozen of the order, then the account."""

from app.simulator.pay.balances import Balances
from app.simulator.pay.bill_day import fee_fen
from app.simulator.pay.sharing.funds import funds_of
from app.simulator.pay.state import Refund
from app.simulator.world import World


def take(world: World, refund: Refund) -> None:
    """Take what the refund costs (its fee comes back); 403 NOT_ENOUGH leaves all as it was."""
    order = refund.order
    cost = refund.fen - fee_fen(refund.fen, fee_bp=order.merchant.fee_bp)
    funds = funds_of(world, order)
    # Whoever names the account himself leaves the frozen money alone.
    frozen = 0 if funds is None or refund.asked.get("funds_account") else funds.frozen_fen
    refund.from_frozen_fen = min(cost, frozen)
    refund.from_balance_fen = cost - refund.from_frozen_fen
    world.part(Balances).take(order.payee_mchid, refund.from_balance_fen)
    if funds is not None:
        funds.refunded_fen += refund.from_frozen_fen


def put_back(world: World, refund: Refund) -> None:
    """The refund was closed: nothing was given."""
    order = refund.order
    balances = world.part(Balances)
    balances.put(order.payee_mchid, refund.from_balance_fen)
    funds = funds_of(world, order)
    if funds is not None:
        funds.refunded_fen -= refund.from_frozen_fen
        if funds.thawed:
            balances.put(order.payee_mchid, refund.from_frozen_fen)
