"""The merchant's numbers: each day added up once, the rows behind them page by page."""

from app.domain.analytics.counting import (
    DaysDue,
    count_anew,
    count_days,
    counted_through,
    list_due,
    weeks_due,
)
from app.domain.analytics.lines import (
    Cohort,
    DayLine,
    Owed,
    Repurchase,
    Source,
    Tally,
    share_bp,
)
from app.domain.analytics.models import Figure
from app.domain.analytics.rows import (
    Cause,
    CauseLine,
    Unused,
    Used,
    list_causes,
    list_unused,
    list_used,
)
from app.domain.analytics.summary import CHANNEL, COMMUNITY, Numbers, look

__all__ = [
    "CHANNEL",
    "COMMUNITY",
    "Cause",
    "CauseLine",
    "Cohort",
    "DayLine",
    "DaysDue",
    "Figure",
    "Numbers",
    "Owed",
    "Repurchase",
    "Source",
    "Tally",
    "Unused",
    "Used",
    "count_anew",
    "count_days",
    "counted_through",
    "list_causes",
    "list_due",
    "list_unused",
    "list_used",
    "look",
    "share_bp",
    "weeks_due",
]
