"""Two users turn out to be one person. No row changes its owner; the younger points to the older."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.members.events import MembersMerged
from app.domain.members.statements import (
    FIND_USER_BY_UNIONID,
    INHERIT,
    LOCK_MEMBERS_EVERYWHERE,
    LOCK_UNIONID,
    LOCK_USERS,
    MERGE_USER,
    RETIRE_MEMBER,
    SET_UNIONID,
)
from app.kernel import audit, outbox
from app.kernel.db import execute, fetch_all, fetch_one


@dataclass(frozen=True)
class Person:
    """A user as sign-in reads it."""

    id: int
    unionid: str | None
    merged_into: int | None = None


@dataclass(frozen=True)
class _MemberSomewhere:
    """`head` is the one of the two users whose member this is."""

    head: int
    merchant_id: int
    id: int
    number: str


@dataclass(frozen=True)
class _Locked:
    nothing: str | None


def lock_unionid(unionid: str) -> None:
    """Nobody else writes this unionid until we commit."""
    fetch_one(_Locked, LOCK_UNIONID, {"unionid": unionid})


def learn_unionid(person: Person, unionid: str, *, at: datetime) -> Person | None:
    """Give the person his unionid; joined with whoever had it, the older user staying.

    Returns whom the identity leads to now, or None when somebody changed that meanwhile.
    """
    lock_unionid(unionid)
    holder = fetch_one(Person, FIND_USER_BY_UNIONID, {"unionid": unionid})
    ids = [person.id] if holder is None else [person.id, holder.id]
    users = {user.id: user for user in fetch_all(Person, LOCK_USERS, {"ids": ids})}
    me = users.get(person.id)
    if me is None or me.unionid is not None or me.merged_into is not None:
        return None
    if holder is None:
        execute(SET_UNIONID, {"id": me.id, "unionid": unionid})
        return Person(me.id, unionid)
    return _merge(me, users[holder.id], unionid, at=at)


def _merge(one: Person, other: Person, unionid: str, *, at: datetime) -> Person:
    winner, loser = sorted((one, other), key=lambda user: user.id)
    members = fetch_all(
        _MemberSomewhere, LOCK_MEMBERS_EVERYWHERE, {"user_ids": [winner.id, loser.id]}
    )
    ours = {member.merchant_id: member for member in members if member.head == winner.id}
    execute(MERGE_USER, {"loser_id": loser.id, "winner_id": winner.id})
    execute(SET_UNIONID, {"id": winner.id, "unionid": unionid})
    for member in members:
        if member.head == loser.id and member.merchant_id in ours:
            _merge_members(winner=ours[member.merchant_id], loser=member, at=at)
    return Person(winner.id, unionid)


def _merge_members(*, winner: _MemberSomewhere, loser: _MemberSomewhere, at: datetime) -> None:
    """What the loser told us stays known; a person kept out in one shape is kept out in both."""
    who = {"merchant_id": winner.merchant_id, "winner_id": winner.id, "loser_id": loser.id}
    execute(INHERIT, who)
    execute(RETIRE_MEMBER, who)
    audit.record(
        merchant_id=winner.merchant_id,
        actor="wechat",
        action="member.merge",
        subject=loser.number,
        at=at,
        details={"into": winner.number},
    )
    outbox.publish(MembersMerged(**who), at=at)
