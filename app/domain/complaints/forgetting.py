"""What is left of a complaint when its writer closes his account, and when its time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kernel.db import execute, fetch_all

_PHONES = """
UPDATE complaint_tickets SET phone_sealed = NULL
WHERE merchant_id = %(merchant_id)s AND member_id = ANY(%(member_ids)s)
  AND phone_sealed IS NOT NULL
"""
# Across merchants.
_OLD = """
SELECT merchant_id, array_agg(id) FROM (
  SELECT merchant_id, id FROM complaint_tickets
  WHERE forgotten_at IS NULL AND (resolved_at < %(before)s OR resolved_at IS NULL
    AND opened_at < %(before)s AND NOT EXISTS (
      SELECT FROM complaint_lines l WHERE l.merchant_id = complaint_tickets.merchant_id
        AND l.ticket_id = complaint_tickets.id AND l.at >= %(before)s))
  ORDER BY merchant_id, id LIMIT %(limit)s) t
GROUP BY merchant_id ORDER BY merchant_id
"""
# The same picture may have been handed in again, and lies there once.
_PHOTOS = """
SELECT DISTINCT p.key FROM complaint_lines l, jsonb_array_elements_text(l.photos) p (key)
WHERE l.merchant_id = %(merchant_id)s AND l.ticket_id = ANY(%(ids)s) AND NOT EXISTS (
  SELECT FROM complaint_lines o WHERE o.merchant_id = l.merchant_id
    AND o.ticket_id <> ALL(%(ids)s) AND o.photos @> jsonb_build_array(p.key))
"""
_MISSING_PHOTOS = """
DELETE FROM complaint_photos WHERE merchant_id = %(merchant_id)s AND line_id IN (
  SELECT id FROM complaint_lines
  WHERE merchant_id = %(merchant_id)s AND ticket_id = ANY(%(ids)s))
"""
_EMPTY_LINES = """
UPDATE complaint_lines SET text = '', photos = '[]',
  body = CASE WHEN body IS NOT NULL THEN '{}'::jsonb END
WHERE merchant_id = %(merchant_id)s AND ticket_id = ANY(%(ids)s)
"""
_FORGET = """
UPDATE complaint_tickets SET phone_sealed = NULL, resolution = NULL, forgotten_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s)
"""
_EMPTY_REASONS = """
UPDATE goodwill_grants SET reason = ''
WHERE merchant_id = %(merchant_id)s AND ticket_id = ANY(%(ids)s)
"""


@dataclass(frozen=True)
class OldTickets:
    """Tickets of one merchant whose time is over."""

    merchant_id: int
    ids: list[int]


@dataclass(frozen=True)
class _Photo:
    key: str


def forget_person(*, merchant_id: int, member_ids: Sequence[int]) -> None:
    """Nobody calls him back any more. Repeatable.

    What was said stays with its photos, as the evidence of a trade, until its time is over.
    """
    execute(_PHONES, {"merchant_id": merchant_id, "member_ids": list(member_ids)})


def list_old(*, before: datetime, limit: int) -> list[OldTickets]:
    """Tickets settled (or last spoken in) before and not forgotten, across merchants, lockless."""
    return fetch_all(OldTickets, _OLD, {"before": before, "limit": limit})


def list_photos(old: OldTickets) -> list[str]:
    """The keys of the files that only these tickets refer to."""
    return [photo.key for photo in fetch_all(_Photo, _PHOTOS, vars(old))]


def forget(old: OldTickets, *, at: datetime) -> None:
    """Words, photos, phone, reasons go; when, of which order, and its end stay. Repeatable."""
    execute(_MISSING_PHOTOS, vars(old))
    execute(_EMPTY_LINES, vars(old))
    execute(_EMPTY_REASONS, vars(old))
    execute(_FORGET, {**vars(old), "at": at})
