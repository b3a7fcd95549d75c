"""What a person takes back from us. Orders and books stay: the law wants them kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.members.blocking import end_sessions
from app.domain.members.events import NameErased, PersonErased
from app.domain.members.queries import get_canonical_member
from app.domain.members.statements import DROP_AVATARS, ERASE_NICKNAME, ERASE_PHONE
from app.kernel import audit
from app.kernel.db import execute, fetch_all, flush
from app.kernel.outbox import publish


@dataclass(frozen=True)
class _Shape:
    number: str


def erase_phone(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """He takes his phone back."""
    _erase(ERASE_PHONE, merchant_id, member_id, "member.erase_phone", actor=actor, at=at)


def erase_nickname(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """He takes his name back. His picture goes by a job, which NameErased starts."""
    _erase(ERASE_NICKNAME, merchant_id, member_id, "member.erase_nickname", actor=actor, at=at)
    publish(NameErased(merchant_id=merchant_id, member_id=member_id), at=at)


def erase_person(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """His account is no more: nothing personal stays, and no device of his is signed in.

    What other subjects know of him goes by a job, which PersonErased starts.
    """
    _erase(ERASE_PHONE, merchant_id, member_id, "member.erase_phone", actor=actor, at=at)
    _erase(ERASE_NICKNAME, merchant_id, member_id, "member.erase_person", actor=actor, at=at)
    end_sessions(merchant_id=merchant_id, member_id=member_id)
    publish(PersonErased(merchant_id=merchant_id, member_id=member_id), at=at)


def drop_avatars(*, merchant_id: int, member_ids: Sequence[int]) -> list[str]:
    """None of them shows a picture any more; their numbers, which his files are named after."""
    who = {"merchant_id": merchant_id, "member_ids": list(member_ids)}
    return [each.number for each in fetch_all(_Shape, DROP_AVATARS, who)]


def _erase(
    what: str, merchant_id: int, member_id: int, action: str, *, actor: str, at: datetime
) -> None:
    flush()
    member = get_canonical_member(merchant_id=merchant_id, member_id=member_id)
    execute(what, {"merchant_id": merchant_id, "member_id": member.id})
    audit.record(merchant_id=merchant_id, actor=actor, action=action, subject=member.number, at=at)
