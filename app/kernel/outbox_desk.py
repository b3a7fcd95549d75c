"""The outbox as somebody looks at it who may have to do something: how far behind, what gave up."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.paging import Page

# More than this many is "more than this many".
MOST_COUNTED = 1000

_STANDING = """
SELECT
  (SELECT count(*) FROM (SELECT FROM outbox WHERE merchant_id = %(merchant_id)s
    AND done_at IS NULL AND failed_at IS NULL LIMIT %(most)s) waits),
  (SELECT min(published_at) FROM outbox WHERE merchant_id = %(merchant_id)s
    AND done_at IS NULL AND failed_at IS NULL AND failures = 0 AND due_at <= %(at)s),
  (SELECT count(*) FROM (SELECT FROM outbox WHERE merchant_id = %(merchant_id)s
    AND failed_at IS NOT NULL AND done_at IS NULL LIMIT %(most)s) dead)
"""
_GIVEN_UP = """
SELECT id, job, event, failures, published_at, failed_at, error FROM outbox
WHERE merchant_id = %(merchant_id)s AND failed_at IS NOT NULL AND done_at IS NULL
  AND id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Standing:
    """Of one merchant: jobs that wait, the oldest that nobody has tried, and those given up."""

    waiting: int
    oldest_at: datetime | None
    given_up: int


@dataclass(frozen=True)
class DeadJob:
    """A job that was tried in vain too often, and why."""

    id: int
    job: str
    event: str
    failures: int
    published_at: datetime
    failed_at: datetime
    error: str | None


def standing(*, merchant_id: int, at: datetime) -> Standing:
    """How far behind the jobs are; counts stop at a thousand."""
    which = {"merchant_id": merchant_id, "at": at, "most": MOST_COUNTED}
    return fetch_one(Standing, _STANDING, which) or Standing(0, None, 0)


def list_dead(*, merchant_id: int, cursor: str | None, limit: int) -> Page[DeadJob]:
    """What waits for a person, the latest first. Raises Invalid."""
    which = {"merchant_id": merchant_id, "after": paging.after(cursor), "limit": limit + 1}
    found = fetch_all(DeadJob, _GIVEN_UP, which)
    return paging.cut(found, limit=limit, key=lambda each: each.id)
