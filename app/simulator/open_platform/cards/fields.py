"""What /card/create and /card/update accept: base_info, dates, stock and each type's own fields."""

from collections.abc import Container
from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.types import (
    CODE_TYPES,
    COLORS,
    DEPOSIT,
    FIX_TERM,
    FIX_TIME_RANGE,
    MEMBER_CARD,
    PERMANENT,
    TYPES,
)

MOST_STOCK = 100_000_000
# How far dates may go; the platform's page does not say; chosen.
LAST_SECOND = 2_147_483_647
MOST_DAYS = 3650
MOST_CUSTOM_FIELDS = 3
# In bytes of UTF-8, three to a Chinese character.
LONGEST = {"brand_name": 36, "title": 27, "notice": 48, "description": 3072}
REQUIRED = (
    "logo_url",
    "code_type",
    "brand_name",
    "title",
    "color",
    "notice",
    "description",
    "date_info",
    "sku",
)
FLAGS = (
    "use_custom_code",
    "bind_openid",
    "can_share",
    "can_give_friend",
    "need_push_on_view",
    "use_all_locations",
)


def check_base_info(base: dict[str, Any], *, card_type: str) -> None:
    """Required fields 41011, lengths 45021, colour and flags 40097, code type 40072."""
    for name in REQUIRED:
        if base.get(name) in (None, ""):
            raise OpenRefused(41011, f"base_info.{name}")
    check_words(base)
    check_dates(base["date_info"], card_type=card_type)
    check_stock(base)


def check_words(base: dict[str, Any]) -> None:
    """The fields that are there: texts, colour, code type, flags, get_limit."""
    for name, most in LONGEST.items():
        if name in base and not isinstance(base[name], str):
            raise OpenRefused(40097, f"base_info.{name}")
        if len(str(base.get(name, "")).encode()) > most:
            raise OpenRefused(45021, f"base_info.{name}")
    if not one_of(base.get("color", "Color010"), COLORS):
        raise OpenRefused(40097, "base_info.color")
    if not one_of(base.get("code_type", "CODE_TYPE_TEXT"), CODE_TYPES):
        raise OpenRefused(40072, "base_info.code_type")
    for name in FLAGS:
        if type(base.get(name, False)) is not bool:
            raise OpenRefused(40097, f"base_info.{name}")
    if not _counts(base.get("get_limit", 1), least=1):
        raise OpenRefused(40097, "base_info.get_limit")


def check_stock(base: dict[str, Any]) -> None:
    """sku.quantity 0..100000000; with deposited codes it begins at 0."""
    sku = base["sku"]
    if not isinstance(sku, dict) or not _counts(sku.get("quantity")):
        raise OpenRefused(40070)
    if sku["quantity"] > MOST_STOCK:
        raise OpenRefused(40122)
    if base.get("get_custom_code_mode") == DEPOSIT:
        if base.get("use_custom_code") is not True:
            raise OpenRefused(40097, "base_info.get_custom_code_mode")
        if sku["quantity"] != 0:
            raise OpenRefused(40122, "deposit the codes first")


def check_dates(dates: Any, *, card_type: str) -> None:
    """A range, a term of days from receipt, or, for member cards, no end. 40079, 40100."""
    kind = dates.get("type") if isinstance(dates, dict) else None
    if kind == FIX_TIME_RANGE:
        _check_range(dates)
    elif kind == FIX_TERM:
        _check_term(dates)
    elif kind != PERMANENT or card_type != MEMBER_CARD:
        raise OpenRefused(40079)


def check_details(details: dict[str, Any], *, card_type: str) -> None:
    """What the type's own object must say: 41011 when missing, 40097 when it makes no sense."""
    for name in TYPES[card_type][1]:
        if details.get(name) in (None, ""):
            raise OpenRefused(41011, f"{card_type.lower()}.{name}")
    if card_type == "CASH" and not _counts(details["reduce_cost"], least=1):
        raise OpenRefused(40097, "cash.reduce_cost")
    if card_type == "DISCOUNT" and details["discount"] not in range(1, 100):
        raise OpenRefused(40097, "discount.discount")
    if card_type == MEMBER_CARD:
        _check_member_fields(details)


def whole_number(value: Any, *, name: str) -> int:
    """An integer of a request, or 40097 with its name."""
    if type(value) is not int:
        raise OpenRefused(40097, name)
    return value


def one_of(value: Any, choices: Container[str]) -> bool:
    """Whether a value of a request is one of some words."""
    return isinstance(value, str) and value in choices


def all_of(values: list[Any], choices: Container[str]) -> bool:
    """Whether each value is one of some words."""
    return all(one_of(each, choices) for each in values)


def _check_member_fields(details: dict[str, Any]) -> None:
    for name in ("supply_bonus", "supply_balance"):
        if type(details[name]) is not bool:
            raise OpenRefused(40097, f"member_card.{name}")
    custom = [name for name in details if name.startswith("custom_field")]
    if len(custom) > MOST_CUSTOM_FIELDS:
        raise OpenRefused(40124)


def _check_range(dates: dict[str, Any]) -> None:
    begin, end = dates.get("begin_timestamp"), dates.get("end_timestamp")
    if not _counts(begin, most=LAST_SECOND) or not _counts(end, most=LAST_SECOND):
        raise OpenRefused(40079)
    if dates["end_timestamp"] <= dates["begin_timestamp"]:
        raise OpenRefused(40100)


def _check_term(dates: dict[str, Any]) -> None:
    good = (
        _counts(dates.get("fixed_term"), least=1, most=MOST_DAYS),
        _counts(dates.get("fixed_begin_term"), most=MOST_DAYS),
        _counts(dates.get("end_timestamp", 0), most=LAST_SECOND),
    )
    if not all(good):
        raise OpenRefused(40079)


def _counts(value: Any, *, least: int = 0, most: int | None = None) -> bool:
    return type(value) is int and value >= least and (most is None or value <= most)
