from dataclasses import dataclass

from sqlalchemy import select

from app.domain.members.models import Member
from app.domain.members.rules import normal_phone
from app.domain.members.statements import (
    CANONICAL_MEMBER,
    MEMBER_BY_NUMBER,
    OPENID_OF_MEMBER,
    OPENID_OF_USER,
    SAME_PERSON,
    SESSION_IS_GOOD,
    USERS_OF_IDENTITY,
    USERS_OF_MEMBER,
)
from app.kernel import keyring
from app.kernel.db import fetch_all, fetch_one, reading
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Openid:
    openid: str


def get_member(*, merchant_id: int, member_id: int) -> Member:
    """The member of that very id, merged or not. Raises NotFound."""
    member = reading().scalar(
        select(Member)
        .where(Member.merchant_id == merchant_id, Member.id == member_id)
        .execution_options(populate_existing=True)
    )
    if member is None:
        raise NotFound("There is no such member.")
    return member


def get_canonical_member(*, merchant_id: int, member_id: int) -> Member:
    """The member that this one was merged into, at the end of the chain, or itself."""
    canonical = canonical_id(merchant_id=merchant_id, member_id=member_id)
    return get_member(merchant_id=merchant_id, member_id=canonical)


def canonical_id(*, merchant_id: int, member_id: int) -> int:
    """The id of the member that this one was merged into, or its own. Raises NotFound."""
    found = fetch_one(_Id, CANONICAL_MEMBER, {"merchant_id": merchant_id, "member_id": member_id})
    if found is None:
        raise NotFound("There is no such member.")
    return found.id


def find_member_id(*, merchant_id: int, number: str) -> int | None:
    """Who has this public number, as the member that he has turned out to be; or None."""
    found = fetch_one(_Id, MEMBER_BY_NUMBER, {"merchant_id": merchant_id, "number": number})
    return found.id if found else None


def find_openid(*, merchant_id: int, member_id: int, appid: str) -> str | None:
    """How this app knows the person behind the member; the newest, should there be several."""
    found = fetch_one(
        _Openid,
        OPENID_OF_MEMBER,
        {"merchant_id": merchant_id, "member_id": member_id, "appid": appid},
    )
    return found.openid if found else None


def find_openid_of_user(*, user_id: int, appid: str) -> str | None:
    """How this app knows somebody who need not be a member, such as one of the staff."""
    found = fetch_one(_Openid, OPENID_OF_USER, {"user_id": user_id, "appid": appid})
    return found.openid if found else None


def list_user_ids(*, merchant_id: int, member_id: int) -> list[int]:
    """Every user that turned out to be this person, the oldest first."""
    parameters = {"merchant_id": merchant_id, "member_id": member_id}
    return [user.id for user in fetch_all(_Id, USERS_OF_MEMBER, parameters)]


def list_shapes(*, merchant_id: int, member_id: int) -> list[int]:
    """The member ids under which this person was ever known here, his present one included."""
    everybody = f"WITH RECURSIVE {SAME_PERSON} SELECT id FROM same ORDER BY id"  # noqa: S608 - our own words
    who = {"merchant_id": merchant_id, "member_id": member_id}
    return [member.id for member in fetch_all(_Id, everybody, who)]


def find_user_ids(*, appid: str, openid: str, unionid: str | None) -> list[int]:
    """Every user that this person in WeChat is known as, the oldest first; changes nothing."""
    parameters = {"appid": appid, "openid": openid, "unionid": unionid or None}
    return [user.id for user in fetch_all(_Id, USERS_OF_IDENTITY, parameters)]


def list_by_phone(*, merchant_id: int, phone: str) -> list[Member]:
    """Members who gave this phone, merged ones left out. Raises Invalid for no phone at all."""
    index = keyring.blind_index(normal_phone(phone), context=phone_context(merchant_id))
    query = select(Member).where(
        Member.merchant_id == merchant_id,
        Member.phone_index == index,
        Member.merged_into.is_(None),
    )
    return list(reading().scalars(query.order_by(Member.id)))


def session_is_good(*, merchant_id: int, member_id: int, epoch: int) -> bool:
    """Whether a session of that epoch still speaks for the member."""
    parameters = {"merchant_id": merchant_id, "member_id": member_id, "epoch": epoch}
    return fetch_one(_Id, SESSION_IS_GOOD, parameters) is not None


def phone_context(merchant_id: int) -> str:
    """What a sealed phone is bound to, so that it does not open at another merchant."""
    return f"members.phone:{merchant_id}"
