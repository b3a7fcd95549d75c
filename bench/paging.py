"""A page from the middle of a list, by a cursor like those that the list itself gives."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

CURSOR = re.compile(r"cursor=([\w-]+)")
HALF_THE_STORY = timedelta(days=200) // timedelta(microseconds=1)
SMALLEST = 32

Key = int | list[int]


def deeper(read: Callable[[str], str], path: str) -> str | None:
    """The address of a page as far in as there is one; None for a list of one page.

    A key is an id, or an instant in microseconds and an id. Which way the list runs is seen from
    its second page.
    """
    first = _cursor(read(path))
    if first is None:
        return None
    second = _cursor(read(_at(path, first)))
    if second is None:
        return _at(path, first)
    for key in _further(_decode(first), _decode(second)):
        if _cursor(read(_at(path, _encode(key)))):
            return _at(path, _encode(key))
    return _at(path, second)


def _further(first: Key, second: Key) -> Iterator[Key]:
    """Ever less far from the beginning."""
    if isinstance(first, list) and isinstance(second, list):
        way = 1 if second > first else -1
        step = HALF_THE_STORY
        while step > SMALLEST:
            yield [first[0] + way * step, first[1]]
            step //= 2
    elif isinstance(first, int) and isinstance(second, int):
        far = first // 2 if second < first else 1_000_000
        while far > SMALLEST:
            yield first - far if second < first else first + far
            far //= 2


def _cursor(text: str) -> str | None:
    found = CURSOR.search(text)
    return found[1] if found else None


def _at(path: str, cursor: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}cursor={cursor}"


def _decode(cursor: str) -> Key:
    key: Key = json.loads(base64.urlsafe_b64decode(f"{cursor}=="))
    return key


def _encode(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
