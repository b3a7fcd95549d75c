"""The platform's people look at a new card before anybody may have it. Hold the lock."""

from app.simulator.open_platform.cards import happenings
from app.simulator.open_platform.cards.state import (
    NOT_VERIFY,
    VERIFY_FAIL,
    VERIFY_OK,
    Card,
    CardBag,
)
from app.simulator.world import World

AUDIT_SECONDS = 2.0
USUAL_REASON = "卡券信息不符合规范"


def send_to_audit(world: World, card: Card) -> None:
    """The card waits; after a moment it passes or fails, as the card bag's `audit` says."""
    card.status = NOT_VERIFY
    world.timetable.at(world.clock.now() + AUDIT_SECONDS, lambda: _look(world, card))


def judge(world: World, card: Card, *, passes: bool, reason: str = "") -> None:
    """card_pass_check, or card_not_pass_check with its RefuseReason."""
    card.status = VERIFY_OK if passes else VERIFY_FAIL
    card.refuse_reason = "" if passes else reason or USUAL_REASON
    event = "card_pass_check" if passes else "card_not_pass_check"
    happenings.tell(world, card, event, RefuseReason=card.refuse_reason)


def _look(world: World, card: Card) -> None:
    with world.lock:
        ways = world.part(CardBag).audit
        if card.status == NOT_VERIFY and ways != "hold":
            judge(world, card, passes=ways == "pass")
