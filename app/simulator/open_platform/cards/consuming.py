"""A code is used up, or the holder does something with the card. Hold the lock."""

import random
from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards import happenings
from app.simulator.open_platform.cards.reading import require_usable
from app.simulator.open_platform.cards.state import (
    CONSUMED,
    DELETE,
    GIFTING,
    Card,
    HeldCard,
)
from app.simulator.world import World


def consume_code(world: World, card: Card, held: HeldCard, *, source: str, **told: Any) -> None:
    """Use it up once; `told` goes into user_consume_card. 40099, 40127, 40079."""
    require_usable(card, held, at=world.clock.now())
    held.status = CONSUMED
    happenings.consumed(world, card, held, source=source, **told)


def delete_card(world: World, card: Card, held: HeldCard) -> None:
    """The holder removes it from the bag: user_del_card. 40127 when it is not in the bag."""
    if held.status in {DELETE, GIFTING}:
        raise OpenRefused(40127)
    held.status = DELETE
    happenings.of_code(world, card, held, "user_del_card")


def look_at(world: World, card: Card, held: HeldCard) -> None:
    """The holder opens it: user_view_card, for cards with need_push_on_view."""
    if card.base_info.get("need_push_on_view") is True:
        happenings.of_code(world, card, held, "user_view_card", OuterStr=held.outer_str)


def pay_bill(
    world: World, card: Card, held: HeldCard, *, fee_fen: int, original_fee_fen: int
) -> str:
    """The holder pays a bill from the card: user_pay_from_pay_cell. 40078 without a pay cell."""
    if not card.pay_cell:
        raise OpenRefused(40078, "pay cell")
    require_usable(card, held, at=world.clock.now())
    number = f"{random.randrange(10**27, 10**28)}"
    happenings.of_code(
        world,
        card,
        held,
        "user_pay_from_pay_cell",
        TransId=number,
        LocationId=0,
        Fee=str(fee_fen),
        OriginalFee=str(original_fee_fen),
    )
    return number
