"""Which days a page of numbers is about."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import request

from app.admin import door
from app.kernel import calendar, clock

CHOICES = (7, 30, 90, 365)
USUAL_DAYS = 30
MOST_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class Span:
    """From `since` to `until`, both included; `days` where one of the usual lengths was chosen."""

    since: date
    until: date
    days: int | None

    @property
    def address(self) -> dict[str, str]:
        """The same span, in the address of another page."""
        if self.days:
            return {"days": str(self.days)}
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}


def asked() -> Span:
    """As the address says, cut to what can be; without a word the last thirty days."""
    today = calendar.day_of(clock.now(), door.shop().zone)
    since, until = _day("since"), min(_day("until") or today, today)
    if since and since <= until:
        return Span(since=max(since, until - timedelta(days=MOST_DAYS - 1)), until=until, days=None)
    wanted = request.values.get("days", "")
    return latest(int(wanted) if wanted in {str(choice) for choice in CHOICES} else USUAL_DAYS)


def latest(days: int = USUAL_DAYS) -> Span:
    """So many days, the last of which is today."""
    today = calendar.day_of(clock.now(), door.shop().zone)
    return Span(since=today - timedelta(days=days - 1), until=today, days=days)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None
