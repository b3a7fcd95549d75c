"""A birthday for the gift: month and day, by a consent of its own, changed once a year."""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain import merchants
from app.domain.membership import statements
from app.domain.membership.errors import BirthdaySet, NoSuchDay
from app.domain.membership.rules import exists_in_some_year
from app.kernel import audit, calendar
from app.kernel.db import execute, fetch_one
from app.kernel.errors import Invalid

CONSENT_VERSION = "birthday-1"
CONSENT_TEXT = "生日月日仅用于赠送生日礼，不收集年份，可随时删除。"


@dataclass(frozen=True)
class BirthdayView:
    """Empty where it was taken back."""

    month: int | None
    day: int | None
    set_on: date
    consent_version: str


def set_birthday(
    *, merchant_id: int, member_id: int, month: int, day: int, consent_version: str, at: datetime
) -> None:
    """Keep month and day with the consent to it. The same day again changes nothing.

    Raises NoSuchDay, Invalid for another consent, and BirthdaySet for another day in the same calendar year of the shop.
    """
    if not exists_in_some_year(month, day):
        raise NoSuchDay("没有这一天", month=month, day=day)
    if consent_version != CONSENT_VERSION:
        raise Invalid("This is not the consent that is asked for.", version=CONSENT_VERSION)
    today = calendar.day_of(at, merchants.profile(merchant_id=merchant_id).zone)
    is_kept = execute(
        statements.SET_BIRTHDAY,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "month": month,
            "day": day,
            "today": today,
            "version": consent_version,
            "at": at,
        },
    )
    if not is_kept:
        raise BirthdaySet("生日每年只能设置一次")
    _record(merchant_id, member_id, "birthday.set", at=at, consent=consent_version)


def forget_birthday(*, merchant_id: int, member_id: int, at: datetime) -> None:
    """He takes it back. Repeatable; it is still set once a year."""
    named: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id, "at": at}
    if execute(statements.FORGET_BIRTHDAY, named):
        _record(merchant_id, member_id, "birthday.forget", at=at)


def find_birthday(*, merchant_id: int, member_id: int) -> BirthdayView | None:
    named: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    return fetch_one(BirthdayView, statements.FIND_BIRTHDAY, named)


def _record(merchant_id: int, member_id: int, action: str, *, at: datetime, **more: str) -> None:
    """The day itself is nobody's business there."""
    who = f"member:{member_id}"
    audit.record(
        merchant_id=merchant_id, actor=who, action=action, subject=who, at=at, details=dict(more)
    )
