"""Keeping somebody out, and ending what his devices still hold."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.members.models import MemberState
from app.domain.members.statements import END_SESSIONS, SET_STATE
from app.kernel import audit
from app.kernel.db import execute, fetch_one, writing
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class _Was:
    number: str
    state: str


def block(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """Keep the member out from now on; his sessions end at once."""
    was = _set_state(merchant_id, member_id, MemberState.BLOCKED, epochs=1)
    _tell(merchant_id, was, MemberState.BLOCKED, "member.block", actor=actor, at=at)


def unblock(*, merchant_id: int, member_id: int, actor: str, at: datetime) -> None:
    """Let the member in again. He signs in anew."""
    was = _set_state(merchant_id, member_id, MemberState.ACTIVE, epochs=0)
    _tell(merchant_id, was, MemberState.ACTIVE, "member.unblock", actor=actor, at=at)


def end_sessions(*, merchant_id: int, member_id: int) -> None:
    """Whoever holds a session of this member has to sign in again. Raises NotFound."""
    if not execute(END_SESSIONS, {"merchant_id": merchant_id, "member_id": member_id}):
        raise NotFound("There is no such member.")


def _set_state(merchant_id: int, member_id: int, state: MemberState, *, epochs: int) -> _Was:
    writing().flush()
    changed = fetch_one(
        _Was,
        SET_STATE,
        {"merchant_id": merchant_id, "member_id": member_id, "state": state, "epochs": epochs},
    )
    if changed is None:
        raise NotFound("There is no such member.")
    return changed


def _tell(
    merchant_id: int, was: _Was, now: MemberState, action: str, *, actor: str, at: datetime
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=was.number,
        at=at,
        details={"before": {"state": was.state}, "after": {"state": now.value}},
    )
