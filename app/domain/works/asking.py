"""Asking for long work, having it stopped, and having it tried again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.works import statements
from app.domain.works.errors import WorkOver
from app.domain.works.events import WorkAsked
from app.domain.works.queries import get_work
from app.kernel import audit
from app.kernel.db import execute, fetch_one
from app.kernel.outbox import publish

LONGEST_TITLE = 100


@dataclass(frozen=True)
class _Id:
    id: int


def ask(
    *,
    merchant_id: int,
    kind: str,
    title: str,
    payload: Mapping[str, Any],
    asked_by: str,
    at: datetime,
    total: int | None = None,
) -> int:
    """Have it done by a job; its id. `kind` is one that the jobs know.

    `payload` holds ids and words of ours: it is kept and shown to whoever looks after the house.
    """
    asked: dict[str, object] = {
        "merchant_id": merchant_id,
        "kind": kind,
        "title": title.strip()[:LONGEST_TITLE],
        "payload": json.dumps(payload),
        "by": asked_by,
        "total": total,
        "at": at,
    }
    work = fetch_one(_Id, statements.ASK, asked)
    assert work is not None  # noqa: S101 - an insert without a condition is one row
    _record("work.ask", merchant_id, work.id, by=asked_by, at=at, kind=kind, payload=dict(payload))
    publish(WorkAsked(merchant_id=merchant_id, work_id=work.id), at=at)
    return work.id


def cancel(*, merchant_id: int, work_id: int, by: str, at: datetime) -> None:
    """No further step is begun; what is done stays done. Raises NotFound, WorkOver."""
    which = {"merchant_id": merchant_id, "work_id": work_id, "by": by, "at": at}
    before = get_work(merchant_id=merchant_id, work_id=work_id, at=at)
    if before.is_stopping:
        return
    if not execute(statements.STOP, which):
        raise WorkOver("该任务已经结束", state=before.state)
    execute(statements.STOP_NOW, which)
    progress = {"state": before.state, "done": before.done}
    _record("work.cancel", merchant_id, work_id, by=by, at=at, before=progress)


def retry(*, merchant_id: int, work_id: int, by: str, at: datetime) -> None:
    """What failed goes on where it stood. Raises NotFound, WorkOver."""
    which = {"merchant_id": merchant_id, "work_id": work_id, "at": at}
    before = get_work(merchant_id=merchant_id, work_id=work_id, at=at)
    if not execute(statements.AGAIN, which):
        raise WorkOver("该任务没有失败，不需要重试", state=before.state)
    execute(statements.FORGET_STOP, which)
    told = {"state": before.state, "told": before.told}
    _record("work.retry", merchant_id, work_id, by=by, at=at, before=told)
    publish(WorkAsked(merchant_id=merchant_id, work_id=work_id), at=at)


def _record(
    action: str, merchant_id: int, work_id: int, *, by: str, at: datetime, **details: Any
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=by,
        action=action,
        subject=f"work:{work_id}",
        details=details,
        at=at,
    )
