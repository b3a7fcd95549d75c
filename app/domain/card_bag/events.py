from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class BagCardMoved(Event):
    """A card in somebody's bag is not what our books say; somebody must tell the platform."""

    bag_card_id: int
