"""Tasks that end without their friends: at the deadline, or with a killed campaign."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import vouchers
from app.domain.assist import giving, statements
from app.domain.assist.events import AssistHurry, AssistOver
from app.domain.assist.giving import Cause
from app.domain.assist.helping import tell_unlocked
from app.domain.assist.models import TaskState
from app.domain.assist.rules import HURRY_BEFORE
from app.domain.campaigns import KillRule, parse
from app.domain.vouchers import Move
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True)
class Due:
    merchant_id: int
    task_id: int


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Ending:
    task_id: int
    task_number: str
    sharer_id: int
    voucher_id: int
    voucher_state: str
    voucher_revision: int
    order_id: int
    order_number: str
    offer_id: int
    campaign_state: str
    ends_at: datetime
    terms: dict[str, Any]
    revisions: Mapping[str, int]
    counted: int


@dataclass(frozen=True)
class _Hurried:
    task_id: int
    sharer_id: int


def list_due(*, at: datetime, limit: int) -> list[Due]:
    """Open tasks whose time is over or whose campaign was killed; across merchants, no locks."""
    asked: dict[str, object] = {"at": at, "limit": limit}
    over = fetch_all(Due, statements.DUE, asked)
    return over + fetch_all(Due, statements.DUE_BY_KILL, asked)


def close(*, merchant_id: int, task_id: int, at: datetime) -> bool:
    """Settle a task that is due; False when it is not, or somebody else is at it."""
    asked: dict[str, object] = {"merchant_id": merchant_id, "task_id": task_id}
    if fetch_one(_Id, statements.LOCK_TASK, asked) is None:
        return False
    ending = fetch_one(_Ending, statements.TO_CLOSE, asked)
    if ending is None:
        return False
    if ending.campaign_state == "killed":
        _end_by_kill(merchant_id, ending, at=at)
    elif at >= ending.ends_at:
        _end_without(merchant_id, ending, TaskState.EXPIRED, at=at)
    else:
        return False
    return True


def list_to_hurry(*, at: datetime, limit: int) -> list[Due]:
    """Open tasks with little time left whose owners were not reminded; across merchants."""
    return fetch_all(
        Due, statements.TO_HURRY, {"at": at, "soon": at + HURRY_BEFORE, "limit": limit}
    )


def hurry(*, merchant_id: int, task_id: int, at: datetime) -> bool:
    """Remind the owner, once; False when that happened or is too late."""
    found = fetch_one(
        _Hurried, statements.HURRY, {"merchant_id": merchant_id, "task_id": task_id, "at": at}
    )
    if found is None:
        return False
    publish(AssistHurry(merchant_id=merchant_id, task_id=task_id, member_id=found.sharer_id), at=at)
    return True


def _end_by_kill(merchant_id: int, ending: _Ending, *, at: datetime) -> None:
    """By the rule that was published: begun tasks may unlock, untouched ones get the fallback."""
    rule = parse(ending.terms).kill_rule
    is_begun = ending.counted > 0 and ending.voucher_state == "locked"
    if not (is_begun and rule == KillRule.UNLOCK_BEGUN):
        _end_without(merchant_id, ending, TaskState.STOPPED, at=at)
        return
    _close(merchant_id, ending, TaskState.RELEASED, at=at)
    giving.unlock(
        merchant_id=merchant_id,
        voucher_id=ending.voucher_id,
        revision_id=ending.voucher_revision,
        task_number=ending.task_number,
        at=at,
    )
    tell_unlocked(
        merchant_id=merchant_id, task_id=ending.task_id, sharer_id=ending.sharer_id, at=at
    )


def _end_without(merchant_id: int, ending: _Ending, state: TaskState, *, at: datetime) -> None:
    _close(merchant_id, ending, state, at=at)
    # Refunded or void meanwhile: then nothing takes its place.
    if ending.voucher_state != "locked":
        return
    vouchers.move(
        merchant_id=merchant_id,
        voucher_id=ending.voucher_id,
        what=Move.EXPIRE,
        actor="system",
        at=at,
        reference=ending.task_number,
        reason="assist_over",
    )
    _give_fallback(merchant_id, ending, at=at)
    publish(
        AssistOver(merchant_id=merchant_id, task_id=ending.task_id, member_id=ending.sharer_id),
        at=at,
    )


def _give_fallback(merchant_id: int, ending: _Ending, *, at: datetime) -> None:
    fallback = parse(ending.terms).fallback
    if fallback is None:
        return
    giving.give(
        Cause(merchant_id=merchant_id, order_id=ending.order_id, offer_id=ending.offer_id),
        member_id=ending.sharer_id,
        revision_id=ending.revisions[fallback],
        title="助力未完成补偿",
        reference=ending.task_number,
        at=at,
    )


def _close(merchant_id: int, ending: _Ending, state: TaskState, *, at: datetime) -> None:
    execute(
        statements.CLOSE,
        {
            "merchant_id": merchant_id,
            "task_id": ending.task_id,
            "state": state.value,
            "at": at,
        },
    )
