"""Campaigns by the calendar: sales around events, member days, grants; for whom, and how much.

Campaigns in which friends help are a subject of their own; the customers' page shows both.
"""

from app.domain.promotions.actions import draft, edit, findings, lock, publish, stop
from app.domain.promotions.errors import (
    AtOdds,
    Finding,
    NotForYou,
    PromotionRefused,
    PromotionState,
)
from app.domain.promotions.events import (
    Moved,
    Shift,
    add_event,
    foresee_move,
    get_event,
    list_events,
    move_event,
)
from app.domain.promotions.granting import Given, Giving, give, list_giving, list_to_give
from app.domain.promotions.models import Kind, Promotion, PromotionEvent, State
from app.domain.promotions.queries import (
    Calendar,
    DayPlan,
    get_promotion,
    list_page,
    list_promotions,
    plan,
)
from app.domain.promotions.rules import Clash, Window, day_words
from app.domain.promotions.selling import audience_words, forget_doors, refuse_outsider
from app.domain.promotions.showing import CampaignView, get_for, list_for
from app.domain.promotions.tags import forget_person, list_tags, tag, tags_of, take_over, untag
from app.domain.promotions.terms import Terms, parse
from app.domain.promotions.turning import Due, list_turns_due, turn

__all__ = [
    "AtOdds",
    "Calendar",
    "CampaignView",
    "Clash",
    "DayPlan",
    "Due",
    "Finding",
    "Given",
    "Giving",
    "Kind",
    "Moved",
    "NotForYou",
    "Promotion",
    "PromotionEvent",
    "PromotionRefused",
    "PromotionState",
    "Shift",
    "State",
    "Terms",
    "Window",
    "add_event",
    "audience_words",
    "day_words",
    "draft",
    "edit",
    "findings",
    "foresee_move",
    "forget_doors",
    "forget_person",
    "get_event",
    "get_for",
    "get_promotion",
    "give",
    "list_events",
    "list_for",
    "list_giving",
    "list_page",
    "list_promotions",
    "list_tags",
    "list_to_give",
    "list_turns_due",
    "lock",
    "move_event",
    "parse",
    "plan",
    "publish",
    "refuse_outsider",
    "stop",
    "tag",
    "tags_of",
    "take_over",
    "turn",
    "untag",
]
