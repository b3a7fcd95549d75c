"""One event or message on its way to an app's message server."""

import threading
from dataclasses import dataclass, field
from typing import Any

from app.simulator.settings import App

EVENT = "event"
# Told again for up to a day when the server is down; all others are tried three times.
CARD_EVENTS = frozenset(
    {
        "user_get_card",
        "user_gifting_card",
        "user_del_card",
        "user_consume_card",
        "user_pay_from_pay_cell",
        "user_view_card",
        "user_enter_session_from_card",
        "update_member_card",
        "submit_membercard_user_info",
    }
)
CARD_PREFIXES = ("card_", "giftcard_")


@dataclass(kw_only=True)
class Push:
    """What is told, and what became of it.

    `fields` are the envelope's and the event's own; a list of mappings under `List` is written as
    the platform writes it in the app's format. `status` is recorded (the app has no address),
    held, pending, acknowledged, lost or given_up. `reply` is the passive reply, once there is one.
    `first_tried` is set when there is nothing to wait for any more.
    """

    number: int
    app: App
    fields: dict[str, Any]
    created_at: float = 0.0
    status: str = "recorded"
    wrong_answers: int = 0
    unanswered: int = 0
    attempts: list[dict[str, Any]] = field(default_factory=list)
    reply: dict[str, Any] | None = None
    replied_at: float = 0.0
    first_tried: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def event(self) -> str:
        """What happened, such as "subscribe_msg_popup_event"; the MsgType of a message."""
        return str(self.fields.get("Event") or self.fields["MsgType"])

    @property
    def openid(self) -> str:
        """Who did it."""
        return str(self.fields["FromUserName"])

    @property
    def is_message(self) -> bool:
        """Whether a person wrote it."""
        return bool(self.fields["MsgType"] != EVENT)

    @property
    def is_about_cards(self) -> bool:
        """Whether it is an event of the card bag."""
        return self.event in CARD_EVENTS or self.event.startswith(CARD_PREFIXES)
