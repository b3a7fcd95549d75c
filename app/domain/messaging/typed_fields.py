"""The platform's typed fields: `thing1` takes a thing, and so on.

Limits as its page on sending subscribe messages lists them; characters are code points. Only a
"thing" is prose and may be cut. Everything else says something exact and is refused instead.
"""

import re
import unicodedata
from collections.abc import Callable

from app.domain.messaging.errors import FieldUnfit

_TIME = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DAY = r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
_HAN = r"\u4e00-\u9fff"
_KEY = re.compile(r"([a-z_]+?)\d+")
# What joins characters or changes the one before it must not stand alone at the cut.
_JOINERS = "\u200d\ufe0e\ufe0f"
LONGEST_THING = 20
_MOST_SYMBOLS = 5
_LONGEST_NUMBER = 32
_LONGEST_CHOICE = 20


def _whole(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


def _number(text: str) -> bool:
    return len(text) <= _LONGEST_NUMBER and _whole(r"\d+(\.\d+)?")(text)


def _symbols(text: str) -> bool:
    return 0 < len(text) <= _MOST_SYMBOLS and all(
        unicodedata.category(sign)[0] in "PS" for sign in text
    )


_MOMENT = rf"({_DAY} ?)?{_TIME}"
_DATE = rf"{_DAY}( ?{_TIME})?"

FITS: dict[str, Callable[[str], bool]] = {
    "thing": lambda text: 0 < len(text) <= LONGEST_THING,
    "number": _number,
    "letter": _whole(r"[A-Za-z]{1,32}"),
    "symbol": _symbols,
    "character_string": _whole(r"[\x20-\x7e]{1,32}"),
    "time": _whole(rf"{_MOMENT}( ?~ ?{_MOMENT})?"),
    "date": _whole(rf"{_DATE}( ?~ ?{_DATE})?"),
    "amount": _whole(r"[¥￥$€£]?\d{1,10}(\.\d{1,2})?元?"),
    "phone_number": _whole(r"[\d+\-() #*]{1,17}"),
    "car_number": _whole(rf"(?=.{{1,8}}$)[{_HAN}]?[A-Za-z0-9]+[{_HAN}]?"),
    "name": _whole(rf"[{_HAN}A-Za-z .·'\-]{{1,10}}|[A-Za-z .'\-]{{1,20}}"),
    "phrase": _whole(rf"[{_HAN}]{{1,5}}"),
    # Which words are listed only the platform knows; it refuses the others.
    "enum": lambda text: 0 < len(text) <= _LONGEST_CHOICE,
}


def type_of(field: str) -> str | None:
    """`thing1` is a "thing"; None for a field of no type that we know."""
    match = _KEY.fullmatch(field)
    return match[1] if match and match[1] in FITS else None


def fit(field_type: str, text: str) -> str:
    """The text as the platform takes it, without line breaks and control characters.

    A "thing" is cut to 20 characters, the last one "…". Raises FieldUnfit for anything else that
    is too long, empty, or not of the type.
    """
    fits = FITS.get(field_type)
    if fits is None:
        raise FieldUnfit("The platform has no such field type.", field_type=field_type)
    line = _one_line(text)
    if field_type == "thing":
        line = _cut(line)
    if not fits(line):
        raise FieldUnfit(f"This does not fit a field of type {field_type}.", field_type=field_type)
    return line


def _one_line(text: str) -> str:
    spaced = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text
    )
    return " ".join(spaced.split())


def _cut(text: str) -> str:
    if len(text) <= LONGEST_THING:
        return text
    return text[: LONGEST_THING - 1].rstrip().rstrip(_JOINERS) + "…"
