"""Sessions: put on, made larger or smaller, called off."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.bookings import statements
from app.domain.bookings.errors import SessionFull, SessionOver, VoucherDoesNotFit
from app.domain.bookings.passing import offer_next
from app.domain.bookings.rules import Seating
from app.domain.catalog import BenefitKind
from app.kernel import audit, numbers, strict
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound

MOST_SEATS = 100_000
LONGEST_TITLE = 40
LONGEST_HOLD_HOURS = 168
CHANGES_UNTIL = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A session as it is put on. `changes_until` is a day before it begins unless said."""

    title: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    store_id: int | None = None
    changes_until: datetime | None = None
    hold_hours: int = 4


@dataclass(frozen=True)
class _Benefit:
    id: int
    kind: str | None


def add_session(
    *, merchant_id: int, benefit_number: str, plan: Plan, actor: str, at: datetime
) -> str:
    """Put on a session for vouchers of a booking benefit; its number.

    Raises NotFound, VoucherDoesNotFit for another kind of benefit, Invalid.
    """
    which = {"merchant_id": merchant_id, "benefit": benefit_number}
    benefit = fetch_one(_Benefit, statements.BENEFIT, which)
    if benefit is None:
        raise NotFound("There is no such benefit.", number=benefit_number[:40])
    if benefit.kind != BenefitKind.BOOKING:
        raise VoucherDoesNotFit("该权益不是预约类权益")
    changes_until = plan.changes_until or plan.starts_at - CHANGES_UNTIL
    _require_sensible(plan, changes_until)
    number = numbers.new(numbers.Kind.SESSION, merchant_id=merchant_id)
    told = {**vars(plan), "title": plan.title.strip(), "changes_until": changes_until}
    execute(
        statements.ADD_SESSION,
        {**told, **which, "number": number, "benefit_id": benefit.id, "at": at},
    )
    _tell(merchant_id, number, "session.add", actor, at=at, capacity=plan.capacity)
    return number


def set_capacity(
    *, merchant_id: int, session_number: str, capacity: int, actor: str, at: datetime
) -> int:
    """More seats go to whoever waits, in order; how many were offered one.

    Raises NotFound, Invalid, SessionOver; SessionFull for fewer seats than are taken.
    """
    strict.require(0 < capacity <= MOST_SEATS, field="capacity")
    seating = lock_session(merchant_id, session_number)
    if seating.cancelled_at or at >= seating.starts_at:
        raise SessionOver("该场次已取消或已开始")
    which: dict[str, object] = {"merchant_id": merchant_id, "session_id": seating.id}
    if not execute(statements.SET_CAPACITY, {**which, "capacity": capacity}):
        raise SessionFull("已约座位多于新的座位数", taken=seating.taken)
    offered = 0
    for _ in range(capacity - seating.taken):
        if not offer_next(merchant_id, seating, at=at):
            break
        execute(statements.TAKE_SEAT, which)
        offered += 1
    sizes = {"before": {"capacity": seating.capacity}, "after": {"capacity": capacity}}
    _tell(merchant_id, seating.number, "session.resize", actor, at=at, **sizes)
    return offered


def call_off(*, merchant_id: int, session_number: str, actor: str, at: datetime) -> None:
    """No session after all: a sweep gives everybody his voucher back and tells him.

    Raises NotFound, SessionOver when it has ended.
    """
    seating = lock_session(merchant_id, session_number)
    if at >= seating.ends_at:
        raise SessionOver("该场次已结束")
    which = {"merchant_id": merchant_id, "session_id": seating.id, "at": at}
    if execute(statements.CALL_OFF, which):
        _tell(merchant_id, seating.number, "session.call_off", actor, at=at)


def lock_session(merchant_id: int, number: str) -> Seating:
    which = {"merchant_id": merchant_id, "session": number}
    found = fetch_one(Seating, statements.LOCK_SESSION, which)
    if found is None:
        raise NotFound("There is no such session.", number=number[:40])
    return found


def _require_sensible(plan: Plan, changes_until: datetime) -> None:
    strict.require(0 < len(plan.title.strip()) <= LONGEST_TITLE, field="title")
    strict.require(plan.starts_at < plan.ends_at, field="ends_at")
    strict.require(changes_until <= plan.starts_at, field="changes_until")
    strict.require(0 < plan.capacity <= MOST_SEATS, field="capacity")
    strict.require(0 < plan.hold_hours <= LONGEST_HOLD_HOURS, field="hold_hours")


def _tell(
    merchant_id: int, number: str, action: str, actor: str, *, at: datetime, **details: object
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=number,
        at=at,
        details=dict(details),
    )
