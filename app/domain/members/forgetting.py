"""What a person takes back from us. Orders and books stay: the law wants them kept."""

from datetime import datetime

from app.domain.members.blocking import end_sessions
from app.domain.members.queries import get_canonical_member
from app.kernel import audit
from app.kernel.db import execute, flush

# Of every member that turned out to be this person: the others still have what they had.
_ERASE_PHONE = """
UPDATE members SET phone_sealed = NULL, phone_index = NULL
WHERE merchant_id = %(merchant_id)s AND (id = %(member_id)s OR merged_into = %(member_id)s)
"""

_ERASE_NICKNAME = """
UPDATE members SET nickname = NULL
WHERE merchant_id = %(merchant_id)s AND (id = %(member_id)s OR merged_into = %(member_id)s)
"""


def erase_phone(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """He takes his phone back."""
    _erase(_ERASE_PHONE, merchant_id, member_id, "member.erase_phone", actor=actor, at=at)


def erase_nickname(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """He takes his name back."""
    _erase(_ERASE_NICKNAME, merchant_id, member_id, "member.erase_nickname", actor=actor, at=at)


def erase_person(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """His account is no more: nothing personal stays, and no device of his is signed in."""
    _erase(_ERASE_PHONE, merchant_id, member_id, "member.erase_phone", actor=actor, at=at)
    _erase(_ERASE_NICKNAME, merchant_id, member_id, "member.erase_person", actor=actor, at=at)
    end_sessions(merchant_id=merchant_id, member_id=member_id)


def _erase(
    what: str, merchant_id: int, member_id: int, action: str, *, actor: str, at: datetime
) -> None:
    flush()
    member = get_canonical_member(merchant_id=merchant_id, member_id=member_id)
    execute(what, {"merchant_id": merchant_id, "member_id": member.id})
    audit.record(merchant_id=merchant_id, actor=actor, action=action, subject=member.number, at=at)
