"""What a member tells about himself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.members.errors import SessionEnded
from app.domain.members.models import Member
from app.domain.members.queries import get_member, phone_context
from app.domain.members.rules import mask, mask_name, normal_nickname, normal_phone
from app.domain.members.statements import HOLD_SESSION
from app.kernel import audit, keyring
from app.kernel.db import fetch_one, locked, writing
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class _Held:
    id: int


def set_phone(*, merchant_id: int, member_id: int, phone: str, at: datetime) -> None:
    """Keep the phone sealed. Raises Invalid unless it has 5 to 17 digits."""
    known = normal_phone(phone)
    writing()
    member = get_member(merchant_id=merchant_id, member_id=member_id)
    member.phone_sealed = keyring.seal(known, context=phone_context(merchant_id))
    member.phone_index = keyring.blind_index(known, context=phone_context(merchant_id))
    audit.record(
        merchant_id=merchant_id,
        actor=f"member:{member_id}",
        action="member.set_phone",
        subject=member.number,
        at=at,
    )


def masked_phone(member: Member) -> str | None:
    """The phone as 138****8000, the only form in which it leaves the house."""
    if member.phone_sealed is None:
        return None
    return mask(keyring.unseal(member.phone_sealed, context=phone_context(member.merchant_id)))


def masked_name(nickname: str | None) -> str:
    """How a friend who is not to know more sees somebody: 王**, or 一位朋友 without a name."""
    return mask_name(nickname) if nickname else "一位朋友"


def set_nickname(*, merchant_id: int, member_id: int, nickname: str) -> None:
    """Raises Invalid unless 1 to 32 characters remain without control characters."""
    known = normal_nickname(nickname)
    writing()
    member = get_member(merchant_id=merchant_id, member_id=member_id)
    member.nickname, member.nickname_key = known, known.lower()


def hold_session(*, merchant_id: int, member_id: int, epoch: int) -> None:
    """A session of that epoch speaks for him until we commit. Raises SessionEnded."""
    who = {"merchant_id": merchant_id, "member_id": member_id, "epoch": epoch}
    if fetch_one(_Held, HOLD_SESSION, who) is None:
        raise SessionEnded("登录已过期，请重新登录")


def set_avatar(*, merchant_id: int, member_id: int, avatar: str) -> str | None:
    """Show this picture, by its key; the key of the one before. Raises NotFound."""
    member = writing().scalar(
        locked(select(Member).where(Member.merchant_id == merchant_id, Member.id == member_id))
    )
    if member is None:
        raise NotFound("There is no such member.")
    before, member.avatar = member.avatar, avatar
    return before
