"""Helps that something speaks against: the evidence, a decision by the shop, and an appeal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.assist import errors, giving, statements
from app.domain.assist.events import AssistHelped
from app.domain.assist.giving import Cause
from app.domain.assist.helping import tell_unlocked
from app.domain.assist.models import HelpState, TaskState
from app.domain.campaigns import parse
from app.kernel import audit, paging
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.outbox import publish
from app.kernel.paging import Page


@dataclass(frozen=True)
class Review:
    """A help that waits for a look, or whose helper appealed, with what speaks against it.

    Others from the same device and the same address are counted up to a hundred: whole towns come
    from one address of their provider.
    """

    id: int
    number: str
    state: str
    reasons: Sequence[str]
    risk_rank: int | None
    at: datetime
    appeal: str | None
    appealed_at: datetime | None
    from_group: bool
    helper_number: str
    helper_nickname: str | None
    sharer_number: str
    sharer_nickname: str | None
    task_number: str
    task_state: str
    helpers_needed: int
    counted: int
    ends_at: datetime
    campaign_number: str
    same_device: int
    same_address: int


@dataclass(frozen=True)
class _Held:
    help_id: int
    number: str
    state: str
    helper_id: int
    task_id: int
    campaign_id: int
    task_number: str
    task_state: str
    helpers_needed: int
    ends_at: datetime
    sharer_id: int
    voucher_id: int
    voucher_state: str
    voucher_revision: int
    order_id: int
    order_number: str
    offer_id: int
    campaign_state: str
    terms: dict[str, Any]
    revisions: Mapping[str, int]
    counted: int


@dataclass(frozen=True)
class _Id:
    id: int


def list_reviews(*, merchant_id: int, cursor: str | None, limit: int) -> Page[Review]:
    """What waits for a decision, the oldest first."""
    rows = fetch_all(
        Review,
        statements.REVIEWS,
        {"merchant_id": merchant_id, "after": paging.after(cursor), "limit": limit + 1},
    )
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def approve(*, merchant_id: int, number: str, reason: str, actor: str, at: datetime) -> str:
    """It counts after all, and is rewarded; the task's state. After the deadline: the reward only.

    A rejected help may be approved too, when its helper appealed and there are rewards left.
    Raises NotFound, AssistRefusal.
    """
    held = _lock(merchant_id, number)
    if held.state not in {HelpState.HELD, HelpState.REJECTED}:
        raise errors.ReviewDone.told(state=held.state)
    terms = parse(held.terms)
    if held.state == HelpState.REJECTED:
        _take_reward_again(merchant_id, held, most=terms.rewards)
    is_last = _may_unlock(held, at=at) and held.counted + 1 >= held.helpers_needed
    card = giving.reward(
        Cause(merchant_id=merchant_id, order_id=held.order_id, offer_id=held.offer_id),
        helper_id=held.helper_id,
        terms=terms,
        revisions=held.revisions,
        reference=held.number,
        at=at,
    )
    approved = execute(
        statements.APPROVE,
        {
            "merchant_id": merchant_id,
            "campaign_id": held.campaign_id,
            "task_id": held.task_id,
            "help_id": held.help_id,
            "reward_card": card,
            "unlocks": int(is_last),
            "most_unlocks": terms.unlocks,
            "actor": actor,
            "reason": reason,
            "at": at,
        },
    )
    if not approved:
        raise errors.RewardsGone.told()
    _tell(merchant_id, held, "assist.approve", actor=actor, reason=reason, at=at)
    if is_last:
        _unlock(merchant_id, held, at=at)
    publish(AssistHelped(merchant_id=merchant_id, task_id=held.task_id), at=at)
    return TaskState.UNLOCKED.value if is_last else held.task_state


def reject(*, merchant_id: int, number: str, reason: str, actor: str, at: datetime) -> None:
    """It does not count; its place in the task and in the budget is free again. Raises as above."""
    held = _lock(merchant_id, number)
    rejected = execute(
        statements.REJECT,
        {
            "merchant_id": merchant_id,
            "help_id": held.help_id,
            "actor": actor,
            "reason": reason,
            "at": at,
        },
    )
    if not rejected:
        raise errors.ReviewDone.told(state=held.state)
    _tell(merchant_id, held, "assist.reject", actor=actor, reason=reason, at=at)


def appeal(*, merchant_id: int, member_id: int, number: str, text: str, at: datetime) -> None:
    """What the helper has to say, once. Raises NotFound, also when there is nothing to appeal."""
    said = execute(
        statements.APPEAL,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "number": number,
            "text": text,
            "at": at,
        },
    )
    if not said:
        raise NotFound("There is no help of yours to appeal for.", number=number[:40])


def _lock(merchant_id: int, number: str) -> _Held:
    """In the order of whoever helps: the two people, the task, the help."""
    asked: dict[str, object] = {"merchant_id": merchant_id, "number": number}
    fetch_all(_Id, statements.LOCK_PEOPLE_OF_HELP, asked)
    fetch_all(_Id, statements.LOCK_TASK_OF_HELP, asked)
    held = fetch_one(_Held, statements.TO_REVIEW, asked)
    if held is None:
        raise NotFound("There is no such help.", number=number[:40])
    return held


def _may_unlock(held: _Held, *, at: datetime) -> bool:
    return (
        held.task_state == TaskState.OPEN
        and held.campaign_state != "killed"
        and held.voucher_state == "locked"
        and at < held.ends_at
    )


def _take_reward_again(merchant_id: int, held: _Held, *, most: int | None) -> None:
    taken = execute(
        statements.TAKE_REWARD_AGAIN,
        {"merchant_id": merchant_id, "campaign_id": held.campaign_id, "most_rewards": most},
    )
    if not taken:
        raise errors.RewardsGone.told()


def _unlock(merchant_id: int, held: _Held, *, at: datetime) -> None:
    giving.unlock(
        merchant_id=merchant_id,
        voucher_id=held.voucher_id,
        revision_id=held.voucher_revision,
        task_number=held.task_number,
        at=at,
    )
    tell_unlocked(merchant_id=merchant_id, task_id=held.task_id, sharer_id=held.sharer_id, at=at)


def _tell(
    merchant_id: int, held: _Held, action: str, *, actor: str, reason: str, at: datetime
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=held.number,
        at=at,
        details={"task": held.task_number, "reason": reason},
    )
