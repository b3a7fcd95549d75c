"""How a sweep goes through what is due: list without locks, then one by one, each by itself.

Two sweeps at once are harmless, since every verb they call looks again under its own lock.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
from flask import current_app
from rq.timeouts import JobTimeoutException

from app.gateways.errors import GatewayError
from app.kernel.db import transaction
from app.kernel.errors import DomainError

ROWS_PER_PASS = 500
ROUNDS_PER_PASS = 100
# So many in a row, and the other side is away: the rest can wait for the next pass.
ENOUGH_FAILURES = 5

log = structlog.get_logger("jobs")

Row = TypeVar("Row")


def each(list_due: Callable[[], Sequence[Row]], do: Callable[[Row], object]) -> int:
    """How many of the due rows were done. A row that fails is logged and left for the next pass."""
    with current_app.app_context():
        rows = list_due()
    done = in_a_row = 0
    for row in rows:
        trouble = _try(do, row)
        in_a_row = in_a_row + 1 if _is_away(trouble) else 0
        done += trouble is None
        if in_a_row == ENOUGH_FAILURES:
            break
    return done


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
