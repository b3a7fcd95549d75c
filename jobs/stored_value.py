from datetime import datetime

from app.domain import stored_value
from jobs.sweeping import until_done

TOP_UPS_PER_STEP = 100


def admit_parked_value(*, at: datetime) -> int:
    """Let in top-ups that waited for room under the cap; how many came in."""
    return until_done(
        lambda: stored_value.admit_parked(at=at, limit=TOP_UPS_PER_STEP), full=TOP_UPS_PER_STEP
    )
