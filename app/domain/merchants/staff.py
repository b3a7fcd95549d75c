"""Who works where. Asked anew on every request, so that a dismissal counts at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.merchants.errors import LastOwner, NotOnDuty
from app.domain.merchants.models import Role, Staff, StaffState, StaffStore, Store
from app.domain.merchants.stores import list_stores
from app.kernel import audit
from app.kernel.db import fetch_one, locked, reading, writing
from app.kernel.errors import NotFound

_AT_STORE = """
FROM staff s JOIN stores st ON st.merchant_id = s.merchant_id
WHERE s.merchant_id = %(merchant_id)s AND s.id = %(staff_id)s AND s.state = 'active'
  AND s.session_epoch = %(epoch)s AND st.id = %(store_id)s AND st.closed_at IS NULL
  AND (s.role IN ('owner', 'manager') OR EXISTS (
    SELECT FROM staff_stores w
    WHERE w.merchant_id = s.merchant_id AND w.staff_id = s.id AND w.store_id = st.id))
"""
AT_STORE = "SELECT s.id, s.role, st.id, st.name" + _AT_STORE
# The store's name while a session of that epoch may work there, for the statement that scans.
ON_DUTY = "(SELECT st.name" + _AT_STORE + ")"


@dataclass(frozen=True)
class _Row:
    staff_id: int
    role: str
    store_id: int
    store_name: str


@dataclass(frozen=True, kw_only=True)
class StaffOnDuty:
    """Somebody who may work at this store right now."""

    staff_id: int
    role: Role
    store_id: int
    store_name: str


def staff_at_store(*, merchant_id: int, staff_id: int, epoch: int, store_id: int) -> StaffOnDuty:
    """Owners and managers work at every open store, a clerk at his own. Raises NotOnDuty.

    `epoch` is the one his session was made with.
    """
    row = fetch_one(
        _Row,
        AT_STORE,
        {
            "merchant_id": merchant_id,
            "staff_id": staff_id,
            "epoch": epoch,
            "store_id": store_id,
        },
    )
    if row is None:
        raise NotOnDuty("You cannot work at this store. Sign in again or ask your manager.")
    return StaffOnDuty(
        staff_id=row.staff_id,
        role=Role(row.role),
        store_id=row.store_id,
        store_name=row.store_name,
    )


def find_staff_of_user(*, merchant_id: int, user_id: int) -> Staff | None:
    """The job that this user has at the merchant now, if any."""
    return reading().scalar(
        select(Staff)
        .where(
            Staff.merchant_id == merchant_id,
            Staff.user_id == user_id,
            Staff.state == StaffState.ACTIVE,
        )
        .execution_options(populate_existing=True)
    )


def list_stores_of_staff(*, merchant_id: int, staff_id: int) -> list[Store]:
    """The open stores where this person may work now, the oldest first; none once disabled."""
    staff = reading().scalar(
        select(Staff).where(Staff.merchant_id == merchant_id, Staff.id == staff_id)
    )
    if staff is None or staff.state != StaffState.ACTIVE:
        return []
    stores = [store for store in list_stores(merchant_id=merchant_id) if store.is_open]
    if staff.role in {Role.OWNER, Role.MANAGER}:
        return stores
    own = select(StaffStore.store_id).where(
        StaffStore.merchant_id == merchant_id, StaffStore.staff_id == staff_id
    )
    allowed = set(reading().scalars(own))
    return [store for store in stores if store.id in allowed]


def list_staff(*, merchant_id: int) -> list[Staff]:
    """Everybody who works or worked here, who works first, then by name; 500 at most."""
    query = select(Staff).where(Staff.merchant_id == merchant_id)
    is_gone = Staff.state == StaffState.DISABLED
    return list(reading().scalars(query.order_by(is_gone, Staff.name, Staff.id).limit(500)))


def disable_staff(*, merchant_id: int, number: str, actor: str, at: datetime) -> None:
    """Let somebody go, or withdraw his invitation: sessions and links end at once.

    Raises NotFound, and LastOwner for the only owner who works here.
    """
    owners = lock_owners(merchant_id)
    if [owner.number for owner in owners] == [number]:
        raise LastOwner("Invite another owner first.")
    staff = writing().scalar(
        locked(select(Staff).where(Staff.merchant_id == merchant_id, Staff.number == number))
    )
    if staff is None:
        raise NotFound("Nobody of this number works here.", number=number[:40])
    staff.state = StaffState.DISABLED
    staff.session_epoch += 1
    staff.invitation_hash = staff.invitation_ends_at = None
    writing().flush()
    audit.record(
        merchant_id=merchant_id, actor=actor, action="staff.disable", subject=number, at=at
    )


def lock_owners(merchant_id: int) -> list[Staff]:
    """Everybody who owns the shop and works there, in order."""
    query = (
        select(Staff)
        .where(
            Staff.merchant_id == merchant_id,
            Staff.role == Role.OWNER,
            Staff.state == StaffState.ACTIVE,
        )
        .order_by(Staff.id)
    )
    return list(writing().scalars(locked(query)))
