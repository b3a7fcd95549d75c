"""Strict reading of JSON that people hand in: a wrong shape is refused, never guessed at.

`field` names the place in the refusal, so that a form can point at it. All raise Invalid.
"""

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from app.kernel.errors import Invalid

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def require(fact: bool, *, field: str) -> None:  # noqa: FBT001 - reads as a sentence: require(a < b, …)
    """Refuse the field unless this is so."""
    if not fact:
        raise Invalid(f"The value of {field} cannot be right.", field=field)


def fields(value: object, names: Collection[str], *, field: str) -> dict[str, Any]:
    """An object with exactly these fields."""
    if not isinstance(value, dict) or value.keys() != set(names):
        raise Invalid(f"{field} needs exactly these fields: {', '.join(names)}.", field=field)
    return value


def rows(value: object, *, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise Invalid(f"{field} is a list.", field=field)
    return value


def whole(value: object, *, field: str) -> int:
    """An integer, which neither `true` nor `1.0` is."""
    if type(value) is not int:
        raise Invalid(f"{field} is a whole number.", field=field)
    return value


def flag(value: object, *, field: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"{field} is true or false.", field=field)
    return value


def words(value: object, *, field: str) -> str:
    if not isinstance(value, str):
        raise Invalid(f"{field} is a text.", field=field)
    return value


def day(value: object, *, field: str) -> date:
    """A date as 2026-11-21 and in no other form."""
    told = words(value, field=field)
    require(_DAY.fullmatch(told) is not None, field=field)
    try:
        return date.fromisoformat(told)
    except ValueError as nonsense:
        raise Invalid(f"{field} is a day that exists.", field=field) from nonsense
