import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.offline import chain, statements
from app.domain.offline.errors import OfflineOff
from app.domain.offline.policy import get_rules
from app.kernel import audit, paging
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page

LASTS = timedelta(hours=24)


@dataclass(frozen=True)
class Enrolled:
    """The name under which the device signs, and until when."""

    handle: str
    ends_at: datetime


@dataclass(frozen=True)
class DeviceLine:
    """A browser that may take scans without network; `scans` are those that it uploaded."""

    id: int
    handle: str
    staff_name: str
    store_name: str
    agent: str
    enrolled_at: datetime
    ends_at: datetime
    scans: int
    uploaded_at: datetime | None
    revoked_at: datetime | None


def enrol(
    *,
    merchant_id: int,
    staff_id: int,
    store_id: int,
    session_id: int,
    public_key: bytes,
    agent: str,
    at: datetime,
) -> Enrolled:
    """Bind a browser's key to its person, store and session, for a day at most.

    The caller knows that this person works at that store. Raises OfflineOff, Invalid.
    """
    if not get_rules(merchant_id=merchant_id).is_on:
        raise OfflineOff("商家没有开启离线核销")
    chain.read_key(public_key)
    handle = secrets.token_urlsafe(12)
    execute(
        statements.ENROL,
        {
            "merchant_id": merchant_id,
            "handle": handle,
            "staff_id": staff_id,
            "store_id": store_id,
            "session_id": session_id,
            "public_key": public_key,
            "agent": agent[:200],
            "at": at,
            "ends_at": at + LASTS,
            "first": chain.FIRST,
        },
    )
    audit.record(
        merchant_id=merchant_id,
        actor=f"staff:{staff_id}",
        action="offline.enrol",
        subject=handle,
        details={"store_id": store_id, "session_id": session_id},
        at=at,
    )
    return Enrolled(handle, at + LASTS)


def revoke(*, merchant_id: int, handle: str, actor: str, reason: str, at: datetime) -> None:
    """Nothing of this device is redeemed by itself from now on. Twice is once. Raises NotFound."""
    which: dict[str, object] = {"merchant_id": merchant_id, "handle": handle}
    if lock(merchant_id=merchant_id, handle=handle).revoked_at:
        return
    execute(statements.REVOKE, {**which, "actor": actor, "at": at})
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="offline.revoke",
        subject=handle,
        details={"reason": reason},
        at=at,
    )


def list_devices(*, merchant_id: int, limit: int, cursor: str | None = None) -> Page[DeviceLine]:
    """The newest first, those that are over included."""
    given = {"merchant_id": merchant_id, "after": paging.after(cursor), "limit": limit + 1}
    rows = fetch_all(DeviceLine, statements.DEVICES, given)
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


@dataclass(frozen=True)
class Device:
    """A device, held. `ends_at` is the earliest of its own end and its session's."""

    id: int
    staff_id: int
    store_id: int
    session_id: int
    public_key: bytes
    enrolled_at: datetime
    ends_at: datetime
    last_counter: int
    last_print: bytes
    revoked_at: datetime | None


def lock(*, merchant_id: int, handle: str) -> Device:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "handle": handle}
    found = fetch_one(Device, statements.LOCK_DEVICE, which)
    if found is None:
        raise NotFound("There is no such device.", handle=handle[:40])
    return found
