from datetime import datetime

from app.domain import points
from jobs.sweeping import until_done

LOTS_PER_STEP = 500


def expire_points(*, at: datetime) -> int:
    """Take points off whose time is over; how many lots."""
    return until_done(lambda: points.expire_due(at=at, limit=LOTS_PER_STEP), full=LOTS_PER_STEP)
