"""The hours at which product coupons can be used."""

from datetime import datetime

from app.simulator.clock import beijing, parse_rfc3339
from app.simulator.pay.product_coupons.state import (
    Stock,
)

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def is_open(stock: Stock, *, at: float) -> bool:
    """Whether its weekly hours and irregular spans, when there are any, let one use it now."""
    week = stock.period.get("weekly_available_period", {})
    now = beijing(at)
    spans = stock.period.get("irregular_available_period_list", [])
    if any(_within(each, at) for each in spans):
        return True
    if not week:
        return not spans
    seconds = _seconds_of_day(now)
    hours = week.get("day_period_list", [])
    on_day = not week.get("day_list") or DAYS[now.weekday()] in week["day_list"]
    return on_day and (
        not hours or any(each["begin_time"] <= seconds <= each["end_time"] for each in hours)
    )


def _seconds_of_day(now: datetime) -> int:
    return now.hour * 3600 + now.minute * 60 + now.second


def _within(span: dict[str, str], at: float) -> bool:
    return parse_rfc3339(span["begin_time"]) <= at <= parse_rfc3339(span["end_time"])
