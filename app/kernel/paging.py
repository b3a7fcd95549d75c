"""Keyset paging: a page continues after the last row seen, so new rows never shift it."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from app.kernel import clock
from app.kernel.errors import Invalid

MOST_PER_PAGE = 100
_MICROSECOND = timedelta(microseconds=1)

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """Rows, and the cursor of the next page, or None at the end."""

    items: Sequence[Row]
    next_cursor: str | None


Key = int | tuple[int, int]


def cut(rows: Sequence[Row], *, limit: int, key: Callable[[Row], Key]) -> Page[Row]:
    """A page of at most `limit` from rows fetched with `limit + 1`, continued by `key`."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(items=shown, next_cursor=_encode(key(shown[-1])) if more else None)


def after(cursor: str | None) -> int | None:
    """The key that the page continues after. Raises Invalid for what we did not write."""
    if not cursor:
        return None
    value = _decode(cursor)
    if not _is_key(value):
        raise Invalid("This cursor is not one of ours.", cursor=cursor[:40])
    return int(value)


def moment_key(at: datetime, row_id: int) -> tuple[int, int]:
    """The key of a row in a list ordered by time and, within one, by id."""
    return (at - clock.EPOCH) // _MICROSECOND, row_id


def after_moment(cursor: str | None) -> tuple[datetime, int] | tuple[None, None]:
    """Time and id that such a page continues after. Raises Invalid for what we did not write."""
    if not cursor:
        return None, None
    value = _decode(cursor)
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_key, value)):  # noqa: PLR2004 - a pair
        raise Invalid("This cursor is not one of ours.", cursor=cursor[:40])
    try:
        return clock.EPOCH + value[0] * _MICROSECOND, value[1]
    except OverflowError as nonsense:
        raise Invalid("This cursor is not one of ours.", cursor=cursor[:40]) from nonsense


def cursor_after(key: Key) -> str:
    """The cursor of a page that begins after this key, where no row of it was shown."""
    return _encode(key)


def _is_key(value: object) -> bool:
    return type(value) is int and 0 < value < 2**63


def _decode(cursor: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=="))
    except (binascii.Error, ValueError, RecursionError) as nonsense:
        raise Invalid("This cursor is not one of ours.", cursor=cursor[:40]) from nonsense


def _encode(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
