"""Keeping somebody out, and ending what his devices still hold."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.members.models import MemberState
from app.domain.members.statements import END_SESSIONS, SET_STATE
from app.kernel import audit
from app.kernel.db import execute, fetch_one, writing
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class _Number:
    number: str


def block(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """Keep the member out from now on; his sessions end at once."""
    number = _set_state(merchant_id, member_id, MemberState.BLOCKED, epochs=1)
    audit.record(merchant_id=merchant_id, actor=actor, action="member.block", subject=number, at=at)


def unblock(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """Let the member in again. He signs in anew."""
    number = _set_state(merchant_id, member_id, MemberState.ACTIVE, epochs=0)
    audit.record(
        merchant_id=merchant_id, actor=actor, action="member.unblock", subject=number, at=at
    )


def end_sessions(*, merchant_id: int, member_id: int) -> None:
    """Whoever holds a session of this member has to sign in again. Raises NotFound."""
    if not execute(END_SESSIONS, {"merchant_id": merchant_id, "member_id": member_id}):
        raise NotFound("There is no such member.")


def _set_state(merchant_id: int, member_id: int, state: MemberState, *, epochs: int) -> str:
    writing().flush()
    changed = fetch_one(
        _Number,
        SET_STATE,
        {"merchant_id": merchant_id, "member_id": member_id, "state": state, "epochs": epochs},
    )
    if changed is None:
        raise NotFound("There is no such member.")
    return changed.number
