"""Strict reading of what WeChat writes: a wrong shape is an error, never a guess."""

from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

# What the functions here raise; callers say what it means where they stand.
UNREADABLE = (KeyError, TypeError, ValueError)


def whole(value: object) -> int:
    """An integer, which neither `true` nor `1.0` is."""
    if type(value) is not int:
        raise TypeError
    return value


def word(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str):
        raise TypeError
    if not value:
        raise ValueError
    return value


def word_or_none(value: object) -> str | None:
    return word(value) if value else None


def instant(value: object) -> datetime:
    """An RFC 3339 time with its zone, as UTC."""
    moment = datetime.fromisoformat(word(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def instant_or_none(value: object) -> datetime | None:
    return instant(value) if value else None


def mapping(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError
    return value


def message_id(answer: object) -> str | None:
    """The platform's own number of a message, as text, where it tells one."""
    told = mapping(answer).get("msgid")
    return str(told) if told else None
