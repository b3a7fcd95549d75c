"""Signing in: the person, the member, and the unionid that came late.

However many sign in at once, one openid is one identity of one user, and one person is one
member of a merchant. Waiting is done in one order: unionid, identity, users by id, members.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.members.errors import MemberBlocked
from app.domain.members.merging import Person, learn_unionid, lock_unionid
from app.domain.members.models import Member, MemberState
from app.domain.members.queries import get_member
from app.domain.members.statements import (
    ADD_IDENTITY,
    ADD_MEMBER,
    ADD_USER,
    FIND_MEMBER,
    FIND_PERSON,
    FIND_USER_BY_UNIONID,
    LOCK_USERS,
    TAKE_BACK_USER,
)
from app.kernel import numbers
from app.kernel.db import execute, fetch_one, writing
from app.kernel.errors import Busy


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The member, and whether he has just become one."""

    member: Member
    is_new: bool


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True, kw_only=True)
class _Caller:
    appid: str
    openid: str
    unionid: str | None
    at: datetime


# How often the person may be merged under our hands before we let the caller try again.
_PATIENCE = 5


def sign_in(
    *, merchant_id: int, appid: str, openid: str, unionid: str | None, at: datetime
) -> SignedIn:
    """The member behind an openid, made on the first visit. Safe to call any number of times.

    A unionid seen for the first time joins this user with the one who has it. Raises
    MemberBlocked.
    """
    joined = join(merchant_id=merchant_id, appid=appid, openid=openid, unionid=unionid, at=at)
    if joined.member.state == MemberState.BLOCKED:
        raise MemberBlocked("该账号在本店已被停用，请联系商家")
    return joined


def join(
    *, merchant_id: int, appid: str, openid: str, unionid: str | None, at: datetime
) -> SignedIn:
    """The same for somebody who asks for nothing: a blocked member stays one, and is returned."""
    writing()
    caller = _Caller(appid=appid, openid=openid, unionid=unionid or None, at=at)
    for _ in range(_PATIENCE):
        person = _person_of(caller)
        if person is None:
            continue
        known = _find_member(merchant_id, person)
        member_id = known or _join(merchant_id, person, at=at)
        if member_id is not None:
            member = get_member(merchant_id=merchant_id, member_id=member_id)
            return SignedIn(member=member, is_new=known is None)
    raise Busy("账号正在合并，请稍后重试")


def meet(*, appid: str, openid: str, unionid: str | None, at: datetime) -> int:
    """The user behind an openid, who need not be anybody's member; made on the first visit."""
    writing()
    caller = _Caller(appid=appid, openid=openid, unionid=unionid or None, at=at)
    for _ in range(_PATIENCE):
        person = _person_of(caller)
        if person is not None:
            return person.id
    raise Busy("账号正在合并，请稍后重试")


def _person_of(caller: _Caller) -> Person | None:
    """Whom the identity leads to; None when it is new or another call changed it: look again."""
    person = _find_person(caller)
    if person is None:
        _meet(caller)
        return None
    if caller.unionid is None or person.unionid is not None:
        # A second unionid for one person means the app moved to another open-platform account.
        # The first one stays: joining people on a changed name would join strangers.
        return person
    return learn_unionid(person, caller.unionid, at=caller.at)


def find_by_openid(*, merchant_id: int, appid: str, openid: str) -> int | None:
    """The member behind an openid, if there is one; nobody becomes one."""
    person = fetch_one(Person, FIND_PERSON, {"appid": appid, "openid": openid})
    return _find_member(merchant_id, person) if person else None


def has_unionid(*, appid: str, openid: str) -> bool:
    """Whether it is known who this person is in other apps."""
    person = fetch_one(Person, FIND_PERSON, {"appid": appid, "openid": openid})
    return person is not None and person.unionid is not None


def _find_person(caller: _Caller) -> Person | None:
    return fetch_one(Person, FIND_PERSON, {"appid": caller.appid, "openid": caller.openid})


def _meet(caller: _Caller) -> None:
    """Remember the identity. If another call remembered it first, leave no trace of ours."""
    known = _find_user_by_unionid(caller)
    user_id = known if known is not None else _add_user(caller)
    came_first = execute(
        ADD_IDENTITY,
        {"appid": caller.appid, "openid": caller.openid, "user_id": user_id, "at": caller.at},
    )
    if not came_first and known is None:
        execute(TAKE_BACK_USER, {"id": user_id})


def _find_user_by_unionid(caller: _Caller) -> int | None:
    if caller.unionid is None:
        return None
    lock_unionid(caller.unionid)
    found = fetch_one(Person, FIND_USER_BY_UNIONID, {"unionid": caller.unionid})
    return found.id if found else None


def _add_user(caller: _Caller) -> int:
    user = fetch_one(_Id, ADD_USER, {"unionid": caller.unionid, "at": caller.at})
    assert user is not None  # noqa: S101 - an INSERT without conflict clause returns its row
    return user.id


def _find_member(merchant_id: int, person: Person) -> int | None:
    found = fetch_one(_Id, FIND_MEMBER, {"merchant_id": merchant_id, "user_id": person.id})
    return found.id if found else None


def _join(merchant_id: int, person: Person, *, at: datetime) -> int | None:
    """Make the person a member; None when he was merged or became one while we waited."""
    user = fetch_one(Person, LOCK_USERS, {"ids": [person.id]})
    if user is None or user.merged_into is not None or _find_member(merchant_id, person):
        return None
    joined = fetch_one(
        _Id,
        ADD_MEMBER,
        {
            "merchant_id": merchant_id,
            "number": numbers.new(numbers.Kind.MEMBER, merchant_id=merchant_id),
            "user_id": person.id,
            "at": at,
        },
    )
    return joined.id if joined else None
