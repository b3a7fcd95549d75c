"""When a coupon is good: whole Beijing days after it was received, within the stock's own span."""

from datetime import timedelta
from typing import Any

from app.simulator.clock import beijing, parse_rfc3339

SUNDAY = 7  # What Python calls it; the platform counts it as 0.


def validity(times: dict[str, Any], *, received_at: float) -> tuple[float, float]:
    """From when until when a coupon received now can be used.

    `available_day_after_receive` 1 is the rest of the day on which it begins to be good.
    """
    begins = parse_rfc3339(times["available_begin_time"])
    ends = parse_rfc3339(times["available_end_time"])
    wait = times.get("wait_days_after_receive", 0)
    first = max(begins, _midnight(received_at, days=wait) if wait else received_at)
    if "available_day_after_receive" in times:
        ends = min(ends, _midnight(first, days=times["available_day_after_receive"]))
    if "available_second_after_receive" in times:
        ends = min(ends, first + times["available_second_after_receive"])
    return first, ends


def is_open(times: dict[str, Any], *, at: float) -> bool:
    """Whether the weekly hours and the irregular spans, when there are any, let one use it now."""
    spans = times.get("irregulary_avaliable_time", [])
    if any(_within(each, at) for each in spans):
        return True
    week = times.get("available_week")
    return _in_week(week, at) if week else not spans


def _in_week(week: dict[str, Any], at: float) -> bool:
    now = beijing(at)
    days = week.get("week_day", [])
    if days and now.isoweekday() % SUNDAY not in days:
        return False
    seconds = at - _midnight(at, days=0)
    hours = week.get("available_day_time", [])
    return not hours or any(each["begin_time"] <= seconds <= each["end_time"] for each in hours)


def _within(span: dict[str, Any], at: float) -> bool:
    return parse_rfc3339(span["begin_time"]) <= at <= parse_rfc3339(span["end_time"])


def _midnight(at: float, *, days: int) -> float:
    today = beijing(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today + timedelta(days=days)).timestamp()
