"""How long work stands, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.works import statements
from app.domain.works.models import WorkState
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page

WHOLE_PERCENT = 100


@dataclass(frozen=True)
class WorkView:
    """As a page shows it. `is_stopping`: somebody wants it stopped, and a step is still running."""

    id: int
    kind: str
    title: str
    asked_by: str
    state: str
    done: int
    total: int | None
    told: str | None
    asked_at: datetime
    started_at: datetime | None
    moved_at: datetime
    ended_at: datetime | None
    is_stopping: bool
    files: int

    @property
    def is_open(self) -> bool:
        return self.state in {WorkState.WAITING, WorkState.RUNNING}

    @property
    def percent(self) -> int | None:
        """How much of it is done; None while nobody knows how much there is."""
        if self.state == WorkState.DONE:
            return WHOLE_PERCENT
        if not self.total:
            return None
        return min(WHOLE_PERCENT, self.done * WHOLE_PERCENT // self.total)


@dataclass(frozen=True)
class WorkFileView:
    id: int
    name: str
    media_type: str
    key: str
    size_bytes: int
    ends_at: datetime
    asked_by: str


@dataclass(frozen=True)
class _Count:
    works: int


def get_work(*, merchant_id: int, work_id: int, at: datetime) -> WorkView:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "work_id": work_id, "at": at}
    found = fetch_one(WorkView, statements.VIEW_ONE, which)
    if found is None:
        raise NotFound("There is no such work.")
    return found


def list_works(
    *, merchant_id: int, asked_by: str | None, at: datetime, cursor: str | None, limit: int
) -> Page[WorkView]:
    """The newest first: one person's, or with None everybody's. Raises Invalid."""
    which = {"merchant_id": merchant_id, "by": asked_by, "at": at, "after": paging.after(cursor)}
    sql = statements.VIEW_MINE if asked_by else statements.VIEW_ALL
    found = fetch_all(WorkView, sql, {**which, "limit": limit + 1})
    return paging.cut(found, limit=limit, key=lambda each: each.id)


def count_open(*, merchant_id: int, asked_by: str) -> int:
    """How many of his are not over; a hundred stands for more."""
    found = fetch_one(_Count, statements.COUNT_OPEN, {"merchant_id": merchant_id, "by": asked_by})
    return found.works if found else 0


def list_files(*, merchant_id: int, work_id: int, at: datetime) -> list[WorkFileView]:
    """What came of it and is still kept."""
    which = {"merchant_id": merchant_id, "work_id": work_id, "at": at}
    return fetch_all(WorkFileView, statements.FILES, which)


def find_file(*, merchant_id: int, work_id: int, file_id: int, at: datetime) -> WorkFileView:
    """Raises NotFound, also once its time is over."""
    files = list_files(merchant_id=merchant_id, work_id=work_id, at=at)
    found = next((each for each in files if each.id == file_id), None)
    if found is None:
        raise NotFound("There is no such file, or its time is over.")
    return found
