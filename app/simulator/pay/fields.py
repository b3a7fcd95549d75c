"""Checks of request bodies against the field tables of the API pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.simulator.errors import PayRefused

ILLEGAL_EXTRA_FIELD = 270924358
OUT_OF_RANGE = 268435464


@dataclass(frozen=True, kw_only=True)
class Text:
    """A string of `shortest` to `longest` characters."""

    longest: int
    shortest: int = 1
    pattern: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Whole:
    """An integer, never a boolean, a string or 1.0."""

    least: int = 0
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Flag:
    """true or false."""

    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Record:
    """An object with these fields and no others."""

    fields: Mapping[str, "Rule"]
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A list."""

    of: "Rule"
    required: bool = False


Rule = Text | Whole | Flag | Record | Rows


def check(value: Any, rule: Rule, *, at: str = "") -> None:
    """Refuse with PARAM_ERROR, naming the field, when `value` breaks `rule`."""
    match rule:
        case Text():
            _check_text(value, rule, at=at)
        case Whole():
            _check_whole(value, rule, at=at)
        case Flag() if not isinstance(value, bool):
            raise wrong(at, value, "类型错误,应为bool")
        case Record():
            _check_record(value, rule, at=at)
        case Rows():
            _check_rows(value, rule, at=at)


def wrong(field: str, value: Any, issue: str, *, number: int | None = None) -> PayRefused:
    """The refusal of one field."""
    return PayRefused(
        "PARAM_ERROR",
        f"输入源“{field}”的值不合法:{issue}",
        detail={"field": field, "value": value, "issue": issue, "location": "body"},
        number=number,
    )


def _check_text(value: Any, rule: Text, *, at: str) -> None:
    if not isinstance(value, str):
        raise wrong(at, value, "类型错误,应为string")
    if not rule.shortest <= len(value) <= rule.longest:
        issue = f"字符串长度应为{rule.shortest}到{rule.longest}"
        raise wrong(at, value, issue, number=OUT_OF_RANGE)
    if rule.pattern and not re.fullmatch(rule.pattern, value):
        raise wrong(at, value, "格式错误")
    if rule.choices and value not in rule.choices:
        raise wrong(at, value, "枚举值错误")


def _check_whole(value: Any, rule: Whole, *, at: str) -> None:
    if type(value) is not int:
        raise wrong(at, value, "类型错误,应为int")
    if value < rule.least:
        raise wrong(at, value, f"应不小于{rule.least}", number=OUT_OF_RANGE)


def _check_record(value: Any, rule: Record, *, at: str) -> None:
    if not isinstance(value, dict):
        raise wrong(at, value, "类型错误,应为object")
    for name in value:
        if name not in rule.fields:
            raise wrong(f"{at}/{name}", value[name], "多余字段", number=ILLEGAL_EXTRA_FIELD)
    for name, inner in rule.fields.items():
        if value.get(name) is not None:
            check(value[name], inner, at=f"{at}/{name}")
        elif inner.required:
            raise wrong(f"{at}/{name}", None, "缺少必填字段")


def _check_rows(value: Any, rule: Rows, *, at: str) -> None:
    if not isinstance(value, list):
        raise wrong(at, value, "类型错误,应为array")
    for index, each in enumerate(value):
        check(each, rule.of, at=f"{at}/{index}")
