"""Questions for a second person that nobody answered in time."""

from datetime import datetime

from app.domain import approvals
from jobs.sweeping import until_done

PER_STEP = 200


def expire_approvals(*, at: datetime) -> int:
    """End them; how many."""

    def expire() -> int:
        return approvals.expire_due(at=at, limit=PER_STEP)

    return until_done(expire, full=PER_STEP)
