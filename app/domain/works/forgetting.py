"""Files whose time is over, and work that nobody asks about any more."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.works import statements
from app.kernel.db import execute, fetch_all


@dataclass(frozen=True)
class OldWork:
    merchant_id: int
    work_id: int


def list_old_files(*, at: datetime, limit: int) -> list[OldWork]:
    """Work with files whose time is over, of every merchant."""
    return fetch_all(OldWork, statements.OLD_FILES, {"at": at, "limit": limit})


def forget_files(old: OldWork, *, at: datetime) -> int:
    """Their rows go; the caller deletes the files themselves first."""
    return execute(statements.FORGET_FILES, {**vars(old), "at": at})


def list_old(*, before: datetime, limit: int) -> list[OldWork]:
    """Work that ended before then, of every merchant."""
    return fetch_all(OldWork, statements.OLD, {"before": before, "limit": limit})


def forget(old: OldWork) -> None:
    """Nothing of it is left but the lines of the audit; its files are deleted before."""
    for statement in statements.FORGET:
        execute(statement, vars(old))
