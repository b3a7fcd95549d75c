"""What a message push says, read from XML or JSON with nothing of either that pushes do not need.

The sender's signature was checked before; even so nobody gets more of us than an ordinary push.
"""

from typing import Any, Final
from xml.parsers import expat

import orjson

from app.gateways._reading import Json, mapping

LARGEST_BYTES = 64 * 1024
DEEPEST = 12
MOST_VALUES = 1000
# WeChat writes none; a few are read over.
MOST_ATTRIBUTES = 16


class Unreadable(ValueError):
    """Not what a push looks like."""


def read_words(body: bytes) -> Json:
    """The fields of a push, whatever its content type claims. Raises Unreadable.

    Of XML: the children of the root, a repeated one as a list, text without the space around it.
    """
    try:
        fields = _read_xml(body) if body.lstrip()[:1] == b"<" else mapping(orjson.loads(body))
    except (expat.ExpatError, TypeError, ValueError) as error:
        raise Unreadable from error
    _Looking().look(fields, depth=0)
    return fields


def _read_xml(body: bytes) -> Json:
    reader = _Reader()
    # Naming the encoding overrules what the document says of itself.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.Parse(body, True)  # noqa: FBT003 - "this is all", and the parser takes it by place only
    return mapping(reader.root)


def _refuse(*_: object) -> None:
    # Entities and everything that fetches or multiplies begins with one of these.
    raise Unreadable


class _Reader:
    def __init__(self) -> None:
        self.root: Any = None
        self._open: Final[list[tuple[str, Json, list[str]]]] = []
        self._seen = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._seen += 1
        if (
            self._seen > MOST_VALUES
            or len(self._open) >= DEEPEST
            or len(attributes) > MOST_ATTRIBUTES
        ):
            raise Unreadable
        self._open.append((name, {}, []))

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, children, texts = self._open.pop()
        value = children or "".join(texts).strip()
        if not self._open:
            self.root = value
            return
        _add(self._open[-1][1], name, value)


def _add(parent: Json, name: str, value: Any) -> None:
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]


class _Looking:
    """Counts values, and refuses what the database could not keep."""

    def __init__(self) -> None:
        self._seen = 0

    def look(self, value: object, *, depth: int) -> None:
        self._seen += 1
        if self._seen > 2 * MOST_VALUES or depth > DEEPEST:
            raise Unreadable
        if isinstance(value, str) and "\0" in value:
            raise Unreadable
        if isinstance(value, dict):
            self._look_at_all([*value, *value.values()], depth=depth + 1)
        if isinstance(value, list):
            self._look_at_all(value, depth=depth + 1)

    def _look_at_all(self, values: list[object], *, depth: int) -> None:
        for each in values:
            self.look(each, depth=depth)
