"""One "yes" is one message, although two tell us of it: the phone at once, and the platform.

The platform's word counts. The phone's is believed until that comes, because the first message is
often due before; a phone's and the platform's word of about the same time are one "yes". What
happened when is the platform's to say, so it does not matter in which order it tells.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.messaging.rules import MOST_GRANTS
from app.kernel.db import execute, fetch_all, fetch_one

# The phone's clock is ours, the event's is the platform's, and either may be late.
SAME_ANSWER_WITHIN = timedelta(minutes=10)

ACCEPTED, REJECTED = "accept", "reject"

_KNOWN = """
SELECT DISTINCT template_id FROM message_templates
WHERE merchant_id = %(merchant_id)s AND template_id = ANY(%(template_ids)s)
"""

# Two who speak of one template at once wait for each other here.
_LOCK = """
INSERT INTO message_grants AS g (merchant_id, member_id, template_id, remaining, changed_at)
VALUES (%(merchant_id)s, %(member_id)s, %(template_id)s, 0, %(at)s)
ON CONFLICT (merchant_id, member_id, template_id) DO UPDATE
SET changed_at = greatest(g.changed_at, EXCLUDED.changed_at)
RETURNING g.zeroed_at
"""

_JOIN_REPORT = """
UPDATE message_answers SET told_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = (
  SELECT id FROM message_answers
  WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
    AND template_id = %(template_id)s AND told_at IS NULL
    AND reported_at BETWEEN %(at)s - %(within)s AND %(at)s + %(within)s
  ORDER BY reported_at LIMIT 1)
"""

_JOIN_TOLD = """
UPDATE message_answers SET reported_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = (
  SELECT id FROM message_answers
  WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
    AND template_id = %(template_id)s AND reported_at IS NULL
    AND told_at BETWEEN %(at)s - %(within)s AND %(at)s + %(within)s
  ORDER BY told_at LIMIT 1)
"""

_ADD = """
INSERT INTO message_answers (merchant_id, member_id, template_id, reported_at, told_at)
VALUES (%(merchant_id)s, %(member_id)s, %(template_id)s, %(reported_at)s, %(told_at)s)
"""

_GIVE_ONE = """
UPDATE message_grants SET remaining = least(remaining + 1, %(most)s)
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
  AND template_id = %(template_id)s
"""

# What he allowed after that instant he has not taken back.
_TAKE_BACK = """
UPDATE message_grants g SET zeroed_at = %(at)s, remaining = least(g.remaining, (
    SELECT count(*) FROM message_answers a
    WHERE a.merchant_id = g.merchant_id AND a.member_id = g.member_id
      AND a.template_id = g.template_id AND coalesce(a.told_at, a.reported_at) > %(at)s))
WHERE g.merchant_id = %(merchant_id)s AND g.member_id = %(member_id)s
  AND g.template_id = %(template_id)s AND (g.zeroed_at IS NULL OR g.zeroed_at < %(at)s)
"""


# Goes through every merchant on purpose: housekeeping.
_FORGET = """
DELETE FROM message_answers WHERE (merchant_id, id) IN (
  SELECT merchant_id, id FROM message_answers
  WHERE coalesce(told_at, reported_at) < %(before)s LIMIT %(limit)s)
"""


@dataclass(frozen=True)
class _Grant:
    zeroed_at: datetime | None


@dataclass(frozen=True)
class _TemplateId:
    template_id: str


def tell_answers(
    *, merchant_id: int, member_id: int, answers: Mapping[str, str], at: datetime
) -> None:
    """The platform tells what the member answered at `at`, by template id; others' are passed over."""
    for template_id in _known(merchant_id, answers):
        key = _key(merchant_id, member_id, template_id)
        if answers[template_id] == ACCEPTED:
            _count_told(key, at=at)
        if answers[template_id] == REJECTED:
            take_back(key, at=at)


def tell_withdrawn(
    *, merchant_id: int, member_id: int, template_ids: Collection[str], at: datetime
) -> None:
    """The platform tells that the member forbade these at `at`, in WeChat's own settings."""
    for template_id in _known(merchant_id, template_ids):
        take_back(_key(merchant_id, member_id, template_id), at=at)


def count_reported(key: Mapping[str, object], *, at: datetime) -> None:
    """The phone says yes. `key` names merchant, member and template."""
    fetch_one(_Grant, _LOCK, {**key, "at": at})
    if not execute(_JOIN_TOLD, {**key, "at": at, "within": SAME_ANSWER_WITHIN}):
        execute(_ADD, {**key, "reported_at": at, "told_at": None})
        execute(_GIVE_ONE, {**key, "most": MOST_GRANTS})


def take_back(key: Mapping[str, object], *, at: datetime) -> None:
    """No message is allowed any more by what was answered until `at`."""
    fetch_one(_Grant, _LOCK, {**key, "at": at})
    execute(_TAKE_BACK, {**key, "at": at})


def forget(*, before: datetime, limit: int) -> int:
    """Forget who said yes before that instant, at most `limit`; what is allowed stays so.

    They are only looked at to tell one answer from two, and what was taken back from what came
    after it, neither of which is told weeks late.
    """
    return execute(_FORGET, {"before": before, "limit": limit})


def _count_told(key: Mapping[str, object], *, at: datetime) -> None:
    grant = fetch_one(_Grant, _LOCK, {**key, "at": at})
    if execute(_JOIN_REPORT, {**key, "at": at, "within": SAME_ANSWER_WITHIN}):
        return
    execute(_ADD, {**key, "reported_at": None, "told_at": at})
    if grant is None or grant.zeroed_at is None or at > grant.zeroed_at:
        execute(_GIVE_ONE, {**key, "most": MOST_GRANTS})


def _known(merchant_id: int, template_ids: Collection[str]) -> list[str]:
    """In one order, so that two who tell at once cannot wait for each other."""
    asked = {"merchant_id": merchant_id, "template_ids": list(template_ids)}
    return sorted(row.template_id for row in fetch_all(_TemplateId, _KNOWN, asked))


def _key(merchant_id: int, member_id: int, template_id: str) -> dict[str, object]:
    return {"merchant_id": merchant_id, "member_id": member_id, "template_id": template_id}
