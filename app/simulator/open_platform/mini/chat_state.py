"""Chats between people: texts and mini-program cards."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Chat:
    """A direct chat of two, or a group; `chat_id` is what the controls call it."""

    chat_id: str
    name: str
    people: list[str]
    is_group: bool
    messages: list[dict[str, Any]] = field(default_factory=list)


@dataclass(kw_only=True)
class Chats:
    """Callers hold the world's lock. `tickets` has what a shareTicket stands for."""

    chats: dict[str, Chat] = field(default_factory=dict)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def group(self, name: str) -> Chat | None:
        """The group of this name."""
        return self.chats.get(f"group:{name}")

    def direct(self, one: str, other: str) -> Chat:
        """The chat of two people, made when they first have something to say."""
        pair = sorted((one, other))
        chat_id = "direct:" + "+".join(pair)
        new = Chat(chat_id=chat_id, name="", people=pair, is_group=False)
        return self.chats.setdefault(chat_id, new)

    def say(self, chat: Chat, message: dict[str, Any]) -> dict[str, Any]:
        """Put a message into a chat."""
        numbered = {"id": next(self.numbers), **message}
        chat.messages.append(numbered)
        return numbered
