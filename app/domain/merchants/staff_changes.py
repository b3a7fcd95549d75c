"""Another role, other stores, a fresh link: changes of somebody who works here."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from app.domain.merchants.errors import InvitationInvalid, LastOwner
from app.domain.merchants.models import Role, Staff, StaffState, StaffStore
from app.domain.merchants.staff import lock_owners
from app.domain.merchants.staff_invitations import GOOD_FOR, TOKEN_BYTES, Invitation, check_stores
from app.kernel import audit, keyring
from app.kernel.db import locked, reading, writing
from app.kernel.errors import Invalid, NotFound


def get_staff(*, merchant_id: int, number: str) -> Staff:
    """Whoever works or worked here under this number. Raises NotFound."""
    found = reading().scalar(
        select(Staff).where(Staff.merchant_id == merchant_id, Staff.number == number)
    )
    if found is None:
        raise NotFound("Nobody of this number works here.", number=number[:40])
    return found


def store_ids_of(*, merchant_id: int, staff_id: int) -> set[int]:
    """The stores that he was given; a clerk works at these only."""
    query = select(StaffStore.store_id).where(
        StaffStore.merchant_id == merchant_id, StaffStore.staff_id == staff_id
    )
    return set(reading().scalars(query))


def change_staff(
    *,
    merchant_id: int,
    number: str,
    role: Role,
    store_ids: Collection[int],
    actor: str,
    at: datetime,
) -> None:
    """What he may do and where, from his next request on.

    Raises NotFound, Invalid for a clerk without a store, LastOwner.
    """
    if role == Role.CLERK and not store_ids:
        raise Invalid("店员至少需要一家门店")
    owners = lock_owners(merchant_id)
    if role != Role.OWNER and [owner.number for owner in owners] == [number]:
        raise LastOwner("Invite another owner first.")
    check_stores(merchant_id, store_ids)
    staff = _lock(merchant_id, number)
    before = _told(staff)
    staff.role = role
    _give_stores(staff, store_ids)
    after = _told(staff)
    if after != before:
        _record(staff, "staff.role", actor, at, before=before, after=after)


def invite_again(*, merchant_id: int, number: str, actor: str, at: datetime) -> Invitation:
    """A fresh link for somebody who did not come yet; the old one ends.

    Raises NotFound, InvitationInvalid for somebody who came or was let go.
    """
    staff = _lock(merchant_id, number)
    if staff.state != StaffState.INVITED:
        raise InvitationInvalid("该员工已接受邀请或已停用")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    staff.invitation_hash = keyring.fingerprint(token)
    staff.invitation_ends_at = at + GOOD_FOR
    writing().flush()
    _record(staff, "staff.invite", actor, at, role=staff.role.value)
    return Invitation(staff_number=staff.number, token=token)


def _lock(merchant_id: int, number: str) -> Staff:
    query = select(Staff).where(Staff.merchant_id == merchant_id, Staff.number == number)
    staff = writing().scalar(locked(query))
    if staff is None:
        raise NotFound("Nobody of this number works here.", number=number[:40])
    return staff


def _give_stores(staff: Staff, store_ids: Collection[int]) -> None:
    writing().execute(
        delete(StaffStore).where(
            StaffStore.merchant_id == staff.merchant_id, StaffStore.staff_id == staff.id
        )
    )
    for store_id in sorted(set(store_ids)):
        row = StaffStore(merchant_id=staff.merchant_id, staff_id=staff.id, store_id=store_id)
        writing().add(row)
    writing().flush()


def _told(staff: Staff) -> dict[str, object]:
    stores = store_ids_of(merchant_id=staff.merchant_id, staff_id=staff.id)
    return {"role": staff.role.value, "stores": sorted(stores)}


def _record(staff: Staff, action: str, actor: str, at: datetime, **details: object) -> None:
    audit.record(
        merchant_id=staff.merchant_id,
        actor=actor,
        action=action,
        subject=staff.number,
        at=at,
        details=details,
    )
