from collections.abc import Callable
from datetime import datetime

from app.domain import stored_value
from app.domain.stored_value import Parked
from app.kernel.db import transaction
from jobs.sweeping import ROWS_PER_PASS, each_of_all


def admit_parked_value(*, at: datetime) -> int:
    """Let in top-ups that there is room for under the cap now; how many were looked at."""
    return each_of_all(
        lambda last: stored_value.list_parked(after=last, limit=ROWS_PER_PASS), _admit_at(at)
    )


def _admit_at(at: datetime) -> Callable[[Parked], None]:
    def admit(parked: Parked) -> None:
        with transaction():
            stored_value.admit_parked(parked, at=at)

    return admit
