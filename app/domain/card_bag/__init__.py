"""The WeChat card bag as a mirror of our wallet: our books are the truth, the platform follows."""

from app.domain.card_bag.bags import BagKeys, add_bag, add_template, keys_of, list_bags, switch
from app.domain.card_bag.cards import Card, get_card
from app.domain.card_bag.comparing import (
    BagToCompare,
    Disagreement,
    Theirs,
    compare,
    compare_card,
    list_bags_to_compare,
    list_cards_to_compare,
    note_compared,
    note_mended,
)
from app.domain.card_bag.differences import Difference, list_differences
from app.domain.card_bag.errors import NoCardBag, NotForCardBag, Taken
from app.domain.card_bag.events import BagCardMoved
from app.domain.card_bag.mirroring import (
    Behind,
    ToDo,
    follow,
    follow_redemption,
    let_go,
    list_behind,
    note_done,
    note_refused,
    take,
    take_to_mend,
)
from app.domain.card_bag.models import Bag, BagCard, BagDifference, BagFact, BagTemplate
from app.domain.card_bag.offering import Offered, offer_membership, offer_voucher
from app.domain.card_bag.rules import (
    Act,
    BagEvent,
    Capability,
    Kind,
    Seen,
    Standing,
    Wanted,
    act_for,
    stand,
)
from app.domain.card_bag.telling import Outcome, apply_event

__all__ = [
    "Act",
    "Bag",
    "BagCard",
    "BagCardMoved",
    "BagDifference",
    "BagEvent",
    "BagFact",
    "BagKeys",
    "BagTemplate",
    "BagToCompare",
    "Behind",
    "Capability",
    "Card",
    "Difference",
    "Disagreement",
    "Kind",
    "NoCardBag",
    "NotForCardBag",
    "Offered",
    "Outcome",
    "Seen",
    "Standing",
    "Taken",
    "Theirs",
    "ToDo",
    "Wanted",
    "act_for",
    "add_bag",
    "add_template",
    "apply_event",
    "compare",
    "compare_card",
    "follow",
    "follow_redemption",
    "get_card",
    "keys_of",
    "let_go",
    "list_bags",
    "list_bags_to_compare",
    "list_behind",
    "list_cards_to_compare",
    "list_differences",
    "note_compared",
    "note_done",
    "note_mended",
    "note_refused",
    "offer_membership",
    "offer_voucher",
    "stand",
    "switch",
    "take",
    "take_to_mend",
]
