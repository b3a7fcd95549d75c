"""Words to members: what may be said, how often they allowed it, and what was said to whom."""

from app.domain.messaging.answering import forget as forget_answers
from app.domain.messaging.answering import tell_answers, tell_withdrawn
from app.domain.messaging.cards import card_is_open
from app.domain.messaging.channels import ROUTES, Channel, Receipt, Way
from app.domain.messaging.choosing import Wish
from app.domain.messaging.desk import Told, list_told
from app.domain.messaging.errors import FieldUnfit, MarketingRefused, StillSending
from app.domain.messaging.grants import Answer, remaining, report_grants
from app.domain.messaging.joining import take_over
from app.domain.messaging.models import MessageState, SentMessage
from app.domain.messaging.outcomes import mark_lost, mark_sent, mark_unknown, release
from app.domain.messaging.rules import MESSAGES, MessageClass, class_of
from app.domain.messaging.sending import Envelope, claim, turned_away
from app.domain.messaging.settling import settle_card_told, settle_template_told, settle_told
from app.domain.messaging.switches import Setup, setup_of, switch_channel
from app.domain.messaging.templates import (
    LITERAL,
    TemplateLine,
    add_template,
    note_trial,
    templates_to_ask,
)
from app.domain.messaging.typed_fields import LONGEST_THING, fit, type_of

__all__ = [
    "LITERAL",
    "LONGEST_THING",
    "MESSAGES",
    "ROUTES",
    "Answer",
    "Channel",
    "Envelope",
    "FieldUnfit",
    "MarketingRefused",
    "MessageClass",
    "MessageState",
    "Receipt",
    "SentMessage",
    "Setup",
    "StillSending",
    "TemplateLine",
    "Told",
    "Way",
    "Wish",
    "add_template",
    "card_is_open",
    "claim",
    "class_of",
    "fit",
    "forget_answers",
    "list_told",
    "mark_lost",
    "mark_sent",
    "mark_unknown",
    "note_trial",
    "release",
    "remaining",
    "report_grants",
    "settle_card_told",
    "settle_template_told",
    "settle_told",
    "setup_of",
    "switch_channel",
    "take_over",
    "tell_answers",
    "tell_withdrawn",
    "templates_to_ask",
    "turned_away",
    "type_of",
]
