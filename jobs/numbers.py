"""Days that are over are added up once."""

from datetime import datetime

from app.domain import analytics
from app.domain.analytics import DaysDue
from app.kernel.db import transaction
from jobs.sweeping import ROWS_PER_PASS, each_of_all


def count_days(*, at: datetime) -> int:
    """Add up what is over and missing; of how many merchants."""

    def after(last: DaysDue | None) -> list[DaysDue]:
        merchant_id = last.merchant_id if last else 0
        return analytics.list_due(at=at, after=merchant_id, limit=ROWS_PER_PASS)

    def count(due: DaysDue) -> None:
        for since, until in analytics.weeks_due(due):
            with transaction():
                analytics.count_days(
                    merchant_id=due.merchant_id, zone=due.zone, since=since, until=until, at=at
                )

    return each_of_all(after, count)
