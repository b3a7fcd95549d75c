"""How somebody begins to work here: a link that works once, for a week."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.merchants.errors import InvitationInvalid, NotOnDuty
from app.domain.merchants.models import Role, Staff, StaffState, StaffStore, Store
from app.domain.merchants.staff import find_staff_of_user
from app.kernel import audit, keyring, numbers
from app.kernel.db import fetch_one, locked, reading, writing
from app.kernel.errors import Invalid, NotFound

GOOD_FOR = timedelta(days=7)
TOKEN_BYTES = 32

# One person accepts one invitation of a merchant at a time.
_LOCK_USER = """
SELECT pg_advisory_xact_lock(
  hashtextextended('staff:' || %(merchant_id)s::bigint || ':' || %(user_id)s::bigint, 0))
"""


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """The token goes into the link and is kept nowhere."""

    staff_number: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class _Locked:
    nothing: str | None


def invite_staff(
    *,
    merchant_id: int,
    name: str,
    role: Role,
    store_ids: Collection[int],
    actor: str,
    at: datetime,
) -> Invitation:
    """Invite somebody. A clerk needs a store to work at; the others work at every one.

    Raises Invalid, and NotFound for a store that is not an open one of this merchant.
    """
    if not name.strip():
        raise Invalid("请填写姓名")
    if role == Role.CLERK and not store_ids:
        raise Invalid("店员至少要有一家门店")
    check_stores(merchant_id, store_ids)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    staff = _add(merchant_id, name, role, token, at)
    for store_id in sorted(set(store_ids)):
        writing().add(StaffStore(merchant_id=merchant_id, staff_id=staff.id, store_id=store_id))
    writing().flush()
    _record(staff, "staff.invite", actor=actor, at=at)
    return Invitation(staff_number=staff.number, token=token)


def accept_invitation(*, merchant_id: int, token: str, user_id: int, at: datetime) -> Staff:
    """The person behind `user_id` works here from now on.

    Raises InvitationInvalid: unknown, used, withdrawn or old, or this person works here already.
    """
    writing().flush()
    fetch_one(_Locked, _LOCK_USER, {"merchant_id": merchant_id, "user_id": user_id})
    staff = _lock_invited(merchant_id, token, at=at)
    if find_staff_of_user(merchant_id=merchant_id, user_id=user_id):
        raise InvitationInvalid("You work here already.")
    staff.user_id = user_id
    return _begin(staff, at=at)


def begin_work(*, merchant_id: int, token: str, at: datetime) -> Staff:
    """The same for somebody who comes with a password; his WeChat account may follow.

    Raises InvitationInvalid: unknown, used, withdrawn or old.
    """
    writing().flush()
    return _begin(_lock_invited(merchant_id, token, at=at), at=at)


def link_user(*, merchant_id: int, staff_id: int, user_id: int, at: datetime) -> None:
    """Somebody who works here has this WeChat account from now on.

    Whoever came in with another one before is out.

    Raises InvitationInvalid when it is another colleague's, NotOnDuty.
    """
    writing().flush()
    fetch_one(_Locked, _LOCK_USER, {"merchant_id": merchant_id, "user_id": user_id})
    known = find_staff_of_user(merchant_id=merchant_id, user_id=user_id)
    if known is not None and known.id != staff_id:
        raise InvitationInvalid("该微信已绑定其他员工")
    query = select(Staff).where(
        Staff.merchant_id == merchant_id, Staff.id == staff_id, Staff.state == StaffState.ACTIVE
    )
    staff = writing().scalar(locked(query))
    if staff is None:
        raise NotOnDuty("该账号已停用，请联系店主")
    if staff.user_id not in {None, user_id}:
        staff.session_epoch += 1
    staff.user_id = user_id
    writing().flush()
    _record(staff, "staff.link", actor=f"staff:{staff.id}", at=at)


def check_stores(merchant_id: int, store_ids: Collection[int]) -> None:
    """Raises NotFound for one that is not an open store of this merchant."""
    query = select(Store.id).where(
        Store.merchant_id == merchant_id, Store.id.in_(store_ids), Store.closed_at.is_(None)
    )
    if set(reading().scalars(query)) != set(store_ids):
        raise NotFound("There is no such store.")


def _add(merchant_id: int, name: str, role: Role, token: str, at: datetime) -> Staff:
    staff = Staff(
        merchant_id=merchant_id,
        number=numbers.new(numbers.Kind.STAFF, merchant_id=merchant_id),
        name=name,
        role=role,
        state=StaffState.INVITED,
        invitation_hash=keyring.fingerprint(token),
        invitation_ends_at=at + GOOD_FOR,
        session_epoch=0,
        created_at=at,
    )
    writing().add(staff)
    writing().flush()
    return staff


def _begin(staff: Staff, *, at: datetime) -> Staff:
    staff.state = StaffState.ACTIVE
    staff.invitation_hash = staff.invitation_ends_at = None
    writing().flush()
    _record(staff, "staff.accept", actor=f"staff:{staff.id}", at=at)
    return staff


def _lock_invited(merchant_id: int, token: str, *, at: datetime) -> Staff:
    staff = writing().scalar(
        locked(
            select(Staff).where(
                Staff.merchant_id == merchant_id,
                Staff.invitation_hash == keyring.fingerprint(token),
                Staff.state == StaffState.INVITED,
            )
        )
    )
    if staff is None or staff.invitation_ends_at is None or at >= staff.invitation_ends_at:
        raise InvitationInvalid("This invitation does not work any more. Ask for a new one.")
    return staff


def _record(staff: Staff, action: str, *, actor: str, at: datetime) -> None:
    audit.record(
        merchant_id=staff.merchant_id,
        actor=actor,
        action=action,
        subject=staff.number,
        at=at,
        details={"role": staff.role.value},
    )
