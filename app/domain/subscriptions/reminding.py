"""Members hear, once for each period, that what it brings is fixed soon."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.subscriptions import statements
from app.domain.subscriptions.events import PeriodClosing
from app.kernel.db import fetch_all, fetch_one
from app.kernel.outbox import publish

REMIND_BEFORE = timedelta(days=3)
"""So long before a parcel is fixed. Who bought later than that has just seen the day."""


@dataclass(frozen=True)
class Closing:
    merchant_id: int
    period_id: int


@dataclass(frozen=True)
class _Told:
    number: str
    period: int
    locks_at: datetime


def list_closing(*, at: datetime, limit: int) -> list[Closing]:
    """Periods that can be changed for less than REMIND_BEFORE, of every merchant; without locks."""
    asked = {"at": at, "until": at + REMIND_BEFORE, "before": REMIND_BEFORE, "limit": limit}
    return fetch_all(Closing, statements.TO_REMIND, asked)


def remind(*, merchant_id: int, period_id: int, at: datetime) -> bool:
    """Tell the member, once; False when it was done, or there is nothing to change any more."""
    which = {"merchant_id": merchant_id, "id": period_id, "at": at}
    told = fetch_one(_Told, statements.REMIND, which)
    if told is None:
        return False
    publish(
        PeriodClosing(
            merchant_id=merchant_id,
            subscription_number=told.number,
            period=told.period,
            locks_at=told.locks_at.isoformat(),
        ),
        at=at,
    )
    return True
