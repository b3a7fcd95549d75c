"""The rows behind the numbers: sold and never used, and used."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.analytics import rows_sql as sql
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.paging import Page
from app.kernel.places import find_place

# Why the latest so many lie: enough to tell what to do, and the same work in any shop.
SAMPLE = 1000
# Vouchers are written when they are issued, if not to the second.
LATE = timedelta(hours=1)


class Cause(StrEnum):
    """Why a sold voucher lies unused: what of this holds first."""

    EXPIRED = "expired"
    NO_CODE = "no_code"
    FROZEN = "frozen"
    LOCKED = "locked"
    GIVEN = "given"
    NOT_YET = "not_yet"
    ENDING = "ending"
    PASSED_ON = "passed_on"
    PARTLY = "partly"
    NOT_COME = "not_come"


@dataclass(frozen=True)
class Unused:
    """A voucher that was paid for (`allocated_fen`) and never used."""

    id: int
    number: str
    title: str
    nickname: str
    member_number: str
    allocated_fen: int
    issued_at: datetime
    valid_until: datetime
    cause: str


@dataclass(frozen=True)
class CauseLine:
    cause: str
    count: int
    amount_fen: int


@dataclass(frozen=True)
class Used:
    """A voucher used at a store. Worth in fen."""

    id: int
    redeemed_at: datetime
    store: str
    voucher_number: str
    title: str
    member_number: str
    nickname: str
    value_fen: int
    points: int
    reversed_at: datetime | None


@dataclass(frozen=True)
class _LookedThrough:
    """The last that was looked at, and how many were."""

    id: int
    seen: int


def list_unused(
    *,
    merchant_id: int,
    sold_before: datetime,
    at: datetime,
    cause: Cause | None = None,
    cursor: str | None = None,
    limit: int,
) -> Page[Unused]:
    """Vouchers sold before then and not used since, the latest first. Raises Invalid."""
    which: dict[str, object] = {
        "merchant_id": merchant_id,
        "sold_before": sold_before,
        "at": at,
        "after": paging.after(cursor) or _begin(merchant_id, sold_before),
    }
    if cause:
        return _of_cause(which, cause, limit)
    found = fetch_all(Unused, sql.UNUSED, {**which, "limit": limit + 1})
    return paging.cut(found, limit=limit, key=lambda each: each.id)


def list_causes(*, merchant_id: int, sold_before: datetime, at: datetime) -> list[CauseLine]:
    """Why the latest thousand of them lie, the cause with the most money first."""
    which = {
        "merchant_id": merchant_id,
        "sold_before": sold_before,
        "at": at,
        "after": _begin(merchant_id, sold_before),
        "limit": SAMPLE,
    }
    found = fetch_all(CauseLine, sql.CAUSES, which)
    return sorted(found, key=lambda line: (-line.amount_fen, line.cause))


def list_used(
    *,
    merchant_id: int,
    starts_at: datetime,
    ends_at: datetime,
    store_id: int | None = None,
    cursor: str | None = None,
    limit: int,
) -> Page[Used]:
    """Vouchers used in [starts_at, ends_at), the latest first. Raises Invalid."""
    after_time, after_id = paging.after_moment(cursor)
    found = fetch_all(
        Used,
        sql.REDEEMED,
        {
            "merchant_id": merchant_id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "store_id": store_id,
            "after_time": after_time,
            "after_id": after_id,
            "limit": limit + 1,
        },
    )
    return paging.cut(found, limit=limit, key=_key)


def _begin(merchant_id: int, sold_before: datetime) -> int | None:
    """What was sold later is not passed over one by one."""
    moment = sold_before + LATE
    return find_place("vouchers", "issued_at", merchant_id=merchant_id, moment=moment).high


def _of_cause(which: dict[str, object], cause: Cause, limit: int) -> Page[Unused]:
    """A page that looked through a thousand may be short, and yet there is a next one."""
    which = {**which, "limit": SAMPLE}
    asked = {**which, "cause": cause.value, "most": limit + 1}
    page = paging.cut(
        fetch_all(Unused, sql.UNUSED_OF, asked), limit=limit, key=lambda each: each.id
    )
    if page.next_cursor:
        return page
    last = fetch_one(_LookedThrough, sql.LOOKED_THROUGH, which)
    if last is None or last.seen < SAMPLE:
        return page
    return Page(items=page.items, next_cursor=paging.cursor_after(last.id))


def _key(used: Used) -> tuple[int, int]:
    return paging.moment_key(used.redeemed_at, used.id)
