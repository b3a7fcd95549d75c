"""Words of complaints, and the clocks that run for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# What WeChat Pay measures a merchant by, and holds his money for when he misses it.
ANSWER_WITHIN = timedelta(hours=24)
SETTLE_WITHIN = timedelta(hours=72)
# Somebody must still have the time to do it.
ALARM_BEFORE = timedelta(hours=4)

# Pictures that could not be fetched are asked for again after so long; then no more.
PHOTO_RETRIES = (
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)

MOST_PHOTOS = 4
LONGEST_REPLY = 200
# Nobody reads more; what goes on so long is talked over.
MOST_LINES = 200


class Source(StrEnum):
    APP = "app"
    WECHAT_PAY = "wechat_pay"


class Kind(StrEnum):
    """What it is about: money back, something that does not work, or anything else."""

    REFUND = "refund"
    SERVICE = "service"
    OTHER = "other"


class State(StrEnum):
    """`open`: nobody has answered yet."""

    OPEN = "open"
    PROCESSING = "processing"
    RESOLVED = "resolved"


class Who(StrEnum):
    MEMBER = "member"
    STAFF = "staff"
    PLATFORM = "platform"
    SYSTEM = "system"


class Delivery(StrEnum):
    """What became of something that WeChat is to be told."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


class PhotoState(StrEnum):
    """A picture of WeChat's that could not be fetched: tried again, or given up."""

    WAITING = "waiting"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Clocks:
    """Until when somebody must have answered (None: nobody waits), and until when it must end."""

    answer_by: datetime | None
    settle_by: datetime


def clocks(*, opened_at: datetime, asked_at: datetime | None) -> Clocks:
    """`asked_at` is when the customer said the last word, if it is his."""
    return Clocks(
        answer_by=asked_at + ANSWER_WITHIN if asked_at else None,
        settle_by=opened_at + SETTLE_WITHIN,
    )
