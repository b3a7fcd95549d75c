"""The body of a push, in XML or JSON, as the platform writes it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

LIST = "List"
# What XML 1.0 cannot carry even inside CDATA.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_json(fields: Mapping[str, Any]) -> str:
    """A JSON object; a `List` of one is an object, a longer one an array."""
    told = {name: _single(value) if name == LIST else value for name, value in fields.items()}
    return json.dumps(told, ensure_ascii=False)


def as_xml(fields: Mapping[str, Any], *, spaced: bool = False) -> str:
    """An `<xml>` document; a `List` is wrapped in an element with the event's name.

    `spaced` puts spaces around the values, as the samples of the card events have them.
    """
    return f"<xml>{''.join(_elements(_wrapped(fields), spaced=spaced))}</xml>"


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _wrapped(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        _camel(str(fields.get("Event"))) if name == LIST else name: (
            {LIST: value} if name == LIST else value
        )
        for name, value in fields.items()
    }


def _camel(event: str) -> str:
    return "".join(word.capitalize() for word in event.split("_"))


def _elements(fields: Mapping[str, Any], *, spaced: bool) -> Iterator[str]:
    for name, value in fields.items():
        for each in value if isinstance(value, list | tuple) else (value,):
            text = _text(each, spaced=spaced)
            yield f"<{name}> {text} </{name}>" if spaced else f"<{name}>{text}</{name}>"


def _text(value: Any, *, spaced: bool) -> str:
    if isinstance(value, Mapping):
        return "".join(_elements(value, spaced=spaced))
    if isinstance(value, int | float):
        return str(int(value) if isinstance(value, bool) else value)
    written = _UNWRITABLE.sub("", "" if value is None else str(value))
    return f"<![CDATA[{written.replace(']]>', ']]]]><![CDATA[>')}]]>"
