"""Family cards: people who spend an owner's stored value, each up to his own limit a month."""

from app.domain.family.errors import (
    FamilyExists,
    FamilyFull,
    InvitationOver,
    InvitationUnknown,
    NoFamily,
    OverFamilyCap,
    OwnFamily,
    RequestOver,
    RequestWaits,
)
from app.domain.family.forgetting import forget_person
from app.domain.family.joining import InvitationView, Joined, join, leave, look, take_over
from app.domain.family.managing import (
    Invitation,
    dissolve,
    invite,
    open_card,
    remove,
    set_cap,
    set_whole_cap,
)
from app.domain.family.models import FamilyCard, FamilyRequest, FamilySeat, SeatState
from app.domain.family.queries import (
    FamilyUse,
    FamilyView,
    RequestView,
    SeatView,
    get_family,
    has_seat,
    list_uses,
)
from app.domain.family.rules import MOST_SEATS
from app.domain.family.spending import allow, approve, ask, refuse

__all__ = [
    "MOST_SEATS",
    "FamilyCard",
    "FamilyExists",
    "FamilyFull",
    "FamilyRequest",
    "FamilySeat",
    "FamilyUse",
    "FamilyView",
    "Invitation",
    "InvitationOver",
    "InvitationUnknown",
    "InvitationView",
    "Joined",
    "NoFamily",
    "OverFamilyCap",
    "OwnFamily",
    "RequestOver",
    "RequestView",
    "RequestWaits",
    "SeatState",
    "SeatView",
    "allow",
    "approve",
    "ask",
    "dissolve",
    "forget_person",
    "get_family",
    "has_seat",
    "invite",
    "join",
    "leave",
    "list_uses",
    "look",
    "open_card",
    "refuse",
    "remove",
    "set_cap",
    "set_whole_cap",
    "take_over",
]
