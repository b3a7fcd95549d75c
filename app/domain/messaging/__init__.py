"""Words to members: what may be said, how often they allowed it, and what was said to whom."""

from app.domain.messaging.errors import FieldUnfit
from app.domain.messaging.grants import Answer, remaining, report_grants
from app.domain.messaging.models import MessageState, SentMessage
from app.domain.messaging.releasing import release
from app.domain.messaging.rules import MESSAGES
from app.domain.messaging.sending import (
    Envelope,
    claim,
    mark_lost,
    mark_refused,
    mark_sent,
    mark_unknown,
)
from app.domain.messaging.templates import add_template, templates_to_ask
from app.domain.messaging.typed_fields import fit

__all__ = [
    "MESSAGES",
    "Answer",
    "Envelope",
    "FieldUnfit",
    "MessageState",
    "SentMessage",
    "add_template",
    "claim",
    "fit",
    "mark_lost",
    "mark_refused",
    "mark_sent",
    "mark_unknown",
    "release",
    "remaining",
    "report_grants",
    "templates_to_ask",
]
