"""One step of long work: taken under a lock, moved on in the same transaction as what it did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.domain.works import statements
from app.domain.works.models import WorkState
from app.kernel.db import execute, fetch_one

FILES_KEPT = timedelta(days=7)
LONGEST_TOLD = 300


@dataclass(frozen=True)
class Work:
    """What the next step knows: what was asked for, and how far the steps before it came."""

    merchant_id: int
    id: int
    kind: str
    title: str
    payload: dict[str, Any]
    position: dict[str, Any]
    asked_by: str
    done: int
    total: int | None
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """A file that lies under `key` already; `name` is what it is called when it is fetched."""

    name: str
    media_type: str
    key: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a step did: `done` counts all rows so far, of `total` where that is known.

    `position` is where the next step begins. `told` says what became of it once `is_over`.
    """

    done: int
    position: Mapping[str, Any] = field(default_factory=dict)
    total: int | None = None
    is_over: bool = False
    told: str | None = None
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True)
class _Id:
    id: int


def take(*, merchant_id: int, work_id: int, at: datetime) -> Work | None:
    """The work, ours until commit; None when it is over, or now stopped as somebody wished."""
    which: dict[str, object] = {"merchant_id": merchant_id, "work_id": work_id}
    work = fetch_one(Work, statements.LOCK, which)
    if work is None:
        return None
    if fetch_one(_Id, statements.WANTS_STOP, which):
        _end(work, WorkState.CANCELLED, told=None, at=at)
        return None
    return work


def advance(work: Work, step: Step, *, at: datetime) -> None:
    """Write down what the step did. Call it in the step's own transaction, after `take`."""
    execute(
        statements.ADVANCE,
        {
            **_which(work),
            "position": json.dumps(step.position),
            "done": step.done,
            "total": step.total,
            "at": at,
        },
    )
    for new in step.files:
        execute(statements.ADD_FILE, {**_which(work), **vars(new), "ends_at": at + FILES_KEPT})
    if step.is_over:
        _end(work, WorkState.DONE, told=step.told, at=at)


def fail(work: Work, *, told: str, at: datetime) -> None:
    """It cannot go on by itself; whoever asked reads why."""
    _end(work, WorkState.FAILED, told=told, at=at)


def _end(work: Work, state: WorkState, *, told: str | None, at: datetime) -> None:
    said = told[:LONGEST_TOLD] if told else None
    execute(statements.END, {**_which(work), "state": state.value, "told": said, "at": at})


def _which(work: Work) -> dict[str, object]:
    return {"merchant_id": work.merchant_id, "work_id": work.id}
