from datetime import datetime

from app.domain import vouchers
from jobs.sweeping import until_done

VOUCHERS_PER_STEP = 500


def expire_vouchers(*, at: datetime) -> int:
    """Move vouchers whose time is over; how many."""
    return until_done(
        lambda: vouchers.expire_due(at=at, limit=VOUCHERS_PER_STEP), full=VOUCHERS_PER_STEP
    )
