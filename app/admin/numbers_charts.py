"""What the charts of the numbers draw: the same figures as the tables beneath them."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from app.admin.numbers_words import CAUSES, CHANNELS
from app.domain.analytics import CauseLine, Cohort, DayLine, Repurchase, Source

Chart = dict[str, Any]


def sums(days: Sequence[DayLine]) -> dict[str, int]:
    """Over the whole time: fen, and vouchers."""
    return {
        "payments": sum(day.received.count for day in days),
        "received": sum(day.received.amount for day in days),
        "returned": sum(day.returned.amount for day in days),
        "net": sum(day.net_fen for day in days),
        "redeemed": sum(day.redeemed.count for day in days),
        "sold": sum(day.sold.count for day in days),
    }


def money(days: Sequence[DayLine]) -> Chart:
    return {
        "x": [f"{day.day:%m-%d}" for day in days],
        "unit": "fen",
        "series": [
            {"name": _("收款"), "data": [day.received.amount for day in days]},
            {"name": _("退款"), "data": [day.returned.amount for day in days]},
        ],
    }


def vouchers(days: Sequence[DayLine]) -> Chart:
    return {
        "x": [f"{day.day:%m-%d}" for day in days],
        "series": [
            {"name": _("售出券"), "data": [day.sold.count for day in days], "kind": "bar"},
            {"name": _("核销券"), "data": [day.redeemed.count for day in days], "kind": "bar"},
        ],
    }


def cohorts(months: Sequence[Cohort]) -> Chart:
    rows = list(reversed(months))

    def bars(name: str, data: list[int]) -> dict[str, Any]:
        return {"name": name, "data": data, "kind": "bar", "stack": "sold"}

    return {
        "x": [each.month for each in rows],
        "series": [
            bars(_("已核销"), [each.redeemed for each in rows]),
            bars(_("未使用"), [each.rest for each in rows]),
            bars(_("已退"), [each.gone_back for each in rows]),
            bars(_("已过期"), [each.expired for each in rows]),
        ],
    }


def repurchases(months: Sequence[Repurchase]) -> Chart:
    rows = list(reversed(months))
    return {
        "x": [each.month for each in rows],
        "series": [
            {"name": _("首购顾客"), "data": [each.buyers for each in rows], "kind": "bar"},
            {"name": _("90天内再购"), "data": [each.again for each in rows], "kind": "bar"},
        ],
    }


def sources(channels: Sequence[Source]) -> Chart:
    return {
        "x": [str(CHANNELS.get(each.name, each.name)) for each in channels],
        "series": [
            {"name": _("下单"), "data": [each.placed for each in channels], "kind": "bar"},
            {"name": _("支付"), "data": [each.bought.count for each in channels], "kind": "bar"},
        ],
    }


def causes(found: Sequence[CauseLine]) -> Chart:
    return {
        "x": [str(CAUSES[each.cause]) for each in found],
        "series": [{"name": _("张数"), "data": [each.count for each in found], "kind": "bar"}],
    }
