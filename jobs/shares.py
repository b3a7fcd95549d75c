from datetime import datetime

from app.domain import sharing
from jobs.sweeping import until_done

SHARES_PER_STEP = 100


def expire_shares(*, at: datetime) -> int:
    """Give back what was offered and no friend came for; how many shares."""
    return until_done(
        lambda: sharing.expire_due(at=at, limit=SHARES_PER_STEP), full=SHARES_PER_STEP
    )
