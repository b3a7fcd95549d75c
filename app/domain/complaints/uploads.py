"""Photos that were handed in and not named in any dialogue yet: a day later they are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.complaints.errors import PhotoUnknown
from app.kernel.db import execute, fetch_all

# The same picture handed in again is the same file.
NOTE = """
INSERT INTO complaint_uploads (merchant_id, key, member_id, at)
VALUES (%(merchant_id)s, %(key)s, %(member_id)s, %(at)s)
ON CONFLICT (merchant_id, key) DO UPDATE SET at = EXCLUDED.at
"""
CLAIM = """
DELETE FROM complaint_uploads WHERE merchant_id = %(merchant_id)s AND key = ANY(%(keys)s)
RETURNING key
"""
NAMED = """
SELECT DISTINCT p.key FROM complaint_lines l, jsonb_array_elements_text(l.photos) p (key)
WHERE l.merchant_id = %(merchant_id)s AND l.photos ?| %(keys)s AND p.key = ANY(%(keys)s)
"""
# Across merchants, without locks.
OLD = """
SELECT merchant_id, id FROM complaint_uploads WHERE at < %(before)s ORDER BY at LIMIT %(limit)s
"""
_DROP = "DELETE FROM complaint_uploads WHERE merchant_id = %(merchant_id)s"
DROP = _DROP + " AND id = %(upload_id)s AND at < %(before)s RETURNING key"
DROP_OF_MEMBERS = _DROP + " AND member_id = ANY(%(member_ids)s) RETURNING key"


@dataclass(frozen=True)
class OldUpload:
    """A photo that nobody named in time."""

    merchant_id: int
    upload_id: int


@dataclass(frozen=True)
class _Photo:
    key: str


def note_upload(*, merchant_id: int, key: str, member_id: int | None, at: datetime) -> None:
    """A file was handed in, by a member or by staff."""
    execute(NOTE, {"merchant_id": merchant_id, "key": key, "member_id": member_id, "at": at})


def claim_uploads(*, merchant_id: int, keys: Sequence[str]) -> None:
    """They belong to a dialogue from now on. Raises PhotoUnknown for one that is gone."""
    if not keys:
        return
    asked = {"merchant_id": merchant_id, "keys": list(keys)}
    claimed = {photo.key for photo in fetch_all(_Photo, CLAIM, asked)}
    gone = set(keys) - claimed
    if gone and (gone := gone - _named(merchant_id, gone)):
        raise PhotoUnknown("请重新上传图片", photo=min(gone)[:120])


def list_old_uploads(*, before: datetime, limit: int) -> list[OldUpload]:
    """Handed in before and not named since, across merchants, without locks."""
    return fetch_all(OldUpload, OLD, {"before": before, "limit": limit})


def drop_upload(old: OldUpload, *, before: datetime) -> list[str]:
    """Forget one; the keys of files to be deleted, unless it was named meanwhile."""
    return _drop(old.merchant_id, DROP, {**vars(old), "before": before})


def drop_uploads_of(*, merchant_id: int, member_ids: Sequence[int]) -> list[str]:
    """Forget what these members handed in; the keys of files to be deleted. Repeatable."""
    asked = {"merchant_id": merchant_id, "member_ids": list(member_ids)}
    return _drop(merchant_id, DROP_OF_MEMBERS, asked)


def _drop(merchant_id: int, statement: str, asked: dict[str, object]) -> list[str]:
    keys = {photo.key for photo in fetch_all(_Photo, statement, asked)}
    return sorted(keys - _named(merchant_id, keys))


def _named(merchant_id: int, keys: set[str]) -> set[str]:
    """Those of them that a dialogue names already: the same picture was handed in again."""
    if not keys:
        return set()
    asked = {"merchant_id": merchant_id, "keys": list(keys)}
    return {photo.key for photo in fetch_all(_Photo, NAMED, asked)}
