"""May a voucher be used here and now? If not: why, and when next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.catalog.rules import Conditions, Fixed
from app.kernel.calendar import day_of, end_of, moment_words
from app.kernel.money import yuan


@dataclass(frozen=True, kw_only=True)
class UseRefusal:
    """Words for both sides of the counter. `next_allowed_at` is None when waiting will not help."""

    code: str
    clerk_text: str
    holder_text: str
    next_step: str
    next_allowed_at: datetime | None = None


def refuse_use(
    conditions: Conditions,
    *,
    at: datetime,
    zone: str,
    store_id: int,
    spend_fen: int | None,
    until: datetime | None = None,
) -> UseRefusal | None:
    """The first condition that stands against this use, or None.

    `spend_fen` None: the clerk has not typed what the customer spends. `until` is when the
    voucher ends, so that no time after it is promised.
    """
    return (
        _refuse_store(conditions, store_id)
        or _refuse_moment(conditions, at, zone, until)
        or _refuse_spend(conditions, spend_fen)
    )


def refuse_again(
    conditions: Conditions,
    *,
    used_today: int,
    last_used_at: datetime | None,
    at: datetime,
    zone: str,
    until: datetime | None = None,
) -> UseRefusal | None:
    """What earlier uses of the same card have against this one, or None.

    `used_today` counts this business day's; `until` is when the voucher ends.
    """
    if conditions.uses_per_day is not None and used_today >= conditions.uses_per_day:
        allowed_at = _open_from(conditions, end_of(day_of(at, zone), zone), zone, until)
        return _again(
            f"每天限用{conditions.uses_per_day}次", allowed_at, zone, code="used_up_today"
        )
    hours = conditions.hours_between_uses
    if hours and last_used_at and at < last_used_at + timedelta(hours=hours):
        free_at = last_used_at + timedelta(hours=hours)
        allowed_at = _open_from(conditions, free_at, zone, until)
        return _again(f"两次使用至少间隔{hours}小时", allowed_at, zone, code="too_soon")
    return None


def _again(rule: str, allowed_at: datetime | None, zone: str, *, code: str) -> UseRefusal:
    return UseRefusal(
        code=code,
        clerk_text=f"本卡{rule}，请勿核销。",
        holder_text=f"这张卡{rule}。",
        next_step=_next_step(allowed_at, zone),
        next_allowed_at=allowed_at,
    )


def _open_from(
    conditions: Conditions, moment: datetime, zone: str, until: datetime | None
) -> datetime | None:
    if conditions.hours.is_open(moment, zone=zone) and (until is None or moment < until):
        return moment
    return _promise(conditions, moment, zone, until)


def _refuse_store(conditions: Conditions, store_id: int) -> UseRefusal | None:
    if conditions.store_ids is None or store_id in conditions.store_ids:
        return None
    return UseRefusal(
        code="wrong_store",
        clerk_text="本券不适用于本门店，请勿核销。",
        holder_text="这张券不能在这家门店使用。",
        next_step="请到券面列出的适用门店使用。",
    )


def _refuse_moment(
    conditions: Conditions, at: datetime, zone: str, until: datetime | None
) -> UseRefusal | None:
    hours = conditions.hours
    if hours.is_open(at, zone=zone):
        return None
    allowed_at = _promise(conditions, at, zone, until)
    is_blackout = hours.without_blackout().is_open(at, zone=zone)
    code, reason = _BLACKOUT if is_blackout else _OUTSIDE
    return UseRefusal(
        code=code,
        clerk_text=f"{reason}，请勿核销。可用时间：{hours.words()}。",
        holder_text=f"{reason}，可用时间为{hours.words()}。",
        next_step=_next_step(allowed_at, zone),
        next_allowed_at=allowed_at,
    )


_BLACKOUT = ("blackout_date", "现在属于本券的不可用日期")
_OUTSIDE = ("outside_hours", "现在不在本券的可用时间内")


def _promise(
    conditions: Conditions, at: datetime, zone: str, until: datetime | None
) -> datetime | None:
    """The next opening that the voucher lives to see."""
    ends = [until] if until else []
    if isinstance(conditions.validity, Fixed):
        ends.append(end_of(conditions.validity.ends_on, zone))
    found = conditions.hours.next_open(at, zone=zone)
    return found if found and all(found < end for end in ends) else None


def _next_step(allowed_at: datetime | None, zone: str) -> str:
    if allowed_at is None:
        return "有效期内已没有可用时间，请联系商家处理。"
    return f"下次可用时间：{moment_words(allowed_at, zone=zone)}。"


def _refuse_spend(conditions: Conditions, spend_fen: int | None) -> UseRefusal | None:
    minimum = conditions.minimum_spend_fen
    if not minimum or (spend_fen is not None and spend_fen >= minimum):
        return None
    if spend_fen is None:
        return UseRefusal(
            code="below_minimum_spend",
            clerk_text=f"本券需满{yuan(minimum)}元，请先输入本单消费金额。",
            holder_text=f"这张券满{yuan(minimum)}元可用。",
            next_step="请店员输入本单消费金额后重新核销。",
        )
    missing = yuan(minimum - spend_fen)
    return UseRefusal(
        code="below_minimum_spend",
        clerk_text=f"本单{yuan(spend_fen)}元，未满{yuan(minimum)}元，请勿核销。",
        holder_text=f"这张券满{yuan(minimum)}元可用，还差{missing}元。",
        next_step=f"再消费{missing}元即可使用。",
    )
