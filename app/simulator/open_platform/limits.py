"""What a value of a subscribe message may be, by the type in its key (`thing1` is a thing)."""

import re
import unicodedata
from collections.abc import Callable

_TIME = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DATE = r"\d{4}(年\d{1,2}月\d{1,2}日|(-\d{1,2}){2}|(/\d{1,2}){2}|(\.\d{1,2}){2})"
_CJK = r"\u4e00-\u9fff"
_KEY = re.compile(r"([a-z_]+?)\d+")


def _whole(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _range(pattern: str) -> Callable[[str], bool]:
    one = re.compile(pattern)
    return lambda value: (
        value.count("~") <= 1 and all(one.fullmatch(part.strip()) for part in value.split("~"))
    )


def _name(value: str) -> bool:
    return (_chinese_name if re.search(f"[{_CJK}]", value) else _latin_name)(value)


_chinese_name = _whole(r"[^\d\n]{1,10}")
_latin_name = _whole(r"[^\d\n]{1,20}")

# In whole values, as the platform's page on sending subscribe messages lists them.
LIMITS: dict[str, Callable[[str], bool]] = {
    "thing": _whole(r".{1,20}"),
    "number": _whole(r"(?=.{1,32}$)-?\d+(\.\d+)?"),
    "letter": _whole(r"[A-Za-z]{1,32}"),
    "symbol": _whole(r"[^\w\s]{1,5}"),
    "character_string": _whole(r"[\x20-\x7e]{1,32}"),
    "time": _range(rf"({_DATE}\s*)?{_TIME}"),
    "date": _range(rf"{_DATE}(\s*{_TIME})?"),
    "amount": _whole(r"[¥￥$€£]?\d{1,10}(\.\d+)?元?"),
    "phone_number": _whole(r"[\d+\-() #*]{1,17}"),
    "car_number": _whole(rf"(?=.{{2,8}}$)[{_CJK}]?[A-Za-z0-9]+[{_CJK}]?"),
    "name": _name,
    "phrase": _whole(rf"[{_CJK}]{{1,5}}"),
}


def complaint(key: str, value: object, *, choices: tuple[str, ...] = ()) -> str | None:
    """What is wrong with a value, as the errmsg of 47003 says it; None when nothing is."""
    if not isinstance(value, str):
        return f"data.{key}.value is not string"
    if not value.strip():
        return f"data.{key}.value is emtpy"  # codespell:ignore emtpy # as the platform spells it
    kind = type_of(key)
    fits = value in choices if kind == "enum" else LIMITS[kind](value)
    if not fits or any(unicodedata.category(each) == "Cc" for each in value):
        return f"data.{key}.value invalid"
    return None


def type_of(key: str) -> str:
    """`thing1` is a thing. Raises ValueError for a key of no known type."""
    match = _KEY.fullmatch(key)
    if match is None or match[1] not in {*LIMITS, "enum"}:
        raise ValueError(key)
    return match[1]
