"""Frozen money: it begins with the payment and ends by sharing, unfreezing or after 30 days."""

from app.simulator.pay.balances import Balances
from app.simulator.pay.sharing.state import FROZEN_SECONDS, Funds, Sharing
from app.simulator.pay.state import Order
from app.simulator.world import World


def freeze(world: World, order: Order) -> None:
    """Keep the money of a paid order that may be shared; hold the lock."""
    funds = Funds(order=order)
    world.part(Sharing).funds[order.transaction_id] = funds
    world.timetable.at(order.paid_at + FROZEN_SECONDS, lambda: _thaw_late(world, funds))


def funds_of(world: World, order: Order) -> Funds | None:
    """The order's frozen money, thawed when its 30 days are over; None when it has none."""
    funds = world.part(Sharing).funds.get(order.transaction_id)
    if funds is not None and world.clock.now() >= order.paid_at + FROZEN_SECONDS:
        thaw(world, funds)
    return funds


def thaw(world: World, funds: Funds) -> int:
    """Give what is left to the merchant, in fen; nothing can be shared any more."""
    fen = funds.frozen_fen
    funds.thawed = True
    world.part(Balances).put(funds.order.payee_mchid, fen)
    return fen


def give_back(world: World, funds: Funds, *, fen: int) -> None:
    """A share did not arrive: it is frozen again, or the merchant's when all is thawed."""
    funds.shared_fen -= fen
    if funds.thawed:
        world.part(Balances).put(funds.order.payee_mchid, fen)


def _thaw_late(world: World, funds: Funds) -> None:
    with world.lock:
        thaw(world, funds)
