"""How a sweep goes through what is due: list without locks, then one by one, each by itself.

Two sweeps at once are harmless, since every verb they call looks again under its own lock.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog
from flask import current_app
from rq.timeouts import JobTimeoutException

from app.gateways.errors import GatewayError
from app.kernel.db import transaction
from app.kernel.errors import DomainError

ROWS_PER_PASS = 500
ROUNDS_PER_PASS = 100
# So many in a row at one merchant's account, and the rest of it can wait for the next pass; so many
# merchants in a row, and the other side is away. One merchant's broken account stops nobody else.
ENOUGH_FAILURES, ENOUGH_MERCHANTS = 5, 3

log = structlog.get_logger("jobs")

Row = TypeVar("Row")


def each(list_due: Callable[[], Sequence[Row]], do: Callable[[Row], object]) -> int:
    """How many of the due rows were done. A row that fails is logged and left for the next pass."""
    with current_app.app_context():
        rows = list_due()
    patience, done = _Patience(), 0
    for row in rows:
        if not patience.has_left(row):
            trouble = _try(do, row)
            patience.learn(row, is_away=_is_away(trouble))
            done += trouble is None
    return done


def each_of_all(
    list_after: Callable[[Row | None], Sequence[Row]], do: Callable[[Row], object]
) -> int:
    """Page after page, so that no row keeps those after it waiting, whatever becomes of it.

    `list_after` gives at most ROWS_PER_PASS rows that come after the one it is handed.
    """
    done, last = 0, None
    for _ in range(ROUNDS_PER_PASS):
        with current_app.app_context():
            rows = list_after(last)
        done += each(partial(list, rows), do)
        if len(rows) < ROWS_PER_PASS:
            break
        last = rows[-1]
    return done


class _Patience:
    """Which rows of this pass are not worth trying any more."""

    def __init__(self) -> None:
        self._failures: Counter[int | None] = Counter()
        self._merchants_in_a_row = 0

    def has_left(self, row: object) -> bool:
        is_over = self._merchants_in_a_row >= ENOUGH_MERCHANTS
        return is_over or self._failures[_whose(row)] >= ENOUGH_FAILURES

    def learn(self, row: object, *, is_away: bool) -> None:
        whose = _whose(row)
        if not is_away:
            self._failures[whose] = self._merchants_in_a_row = 0
            return
        self._failures[whose] += 1
        if self._failures[whose] == ENOUGH_FAILURES:
            self._merchants_in_a_row += 1


def _whose(row: object) -> int | None:
    return getattr(row, "merchant_id", None)


def until_done(step: Callable[[], int], *, full: int) -> int:
    """Repeat `step`, each in its own transaction, until it does less than `full`; the sum."""
    total = 0
    for _ in range(ROUNDS_PER_PASS):
        with transaction():
            done = step()
        total += done
        if done < full:
            break
    return total


def _try(do: Callable[[Row], object], row: Row) -> Exception | None:
    try:
        with current_app.app_context():
            do(row)
    except JobTimeoutException:
        raise
    except (GatewayError, DomainError) as refusal:
        log.warning("sweep refused", what=_name(do), reason=refusal.code)
        return refusal
    except Exception as trouble:  # the edge of the process
        log.exception("sweep stumbled", what=_name(do))
        return trouble
    return None


def _is_away(trouble: Exception | None) -> bool:
    return isinstance(trouble, GatewayError) and trouble.retryable


def _name(do: Callable[..., object]) -> str:
    return f"{do.__module__}.{do.__qualname__}"
