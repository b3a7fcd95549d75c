"""How many messages a member has allowed: one acceptance is one message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.messaging import answering
from app.domain.messaging.rules import MOST_GRANTS
from app.kernel.db import execute, fetch_all
from app.kernel.errors import Invalid, NotFound

_KNOWN = """
SELECT template_id FROM message_templates
WHERE merchant_id = %(merchant_id)s AND template_id = ANY(%(template_ids)s)
"""

_ADD_ONE = """
INSERT INTO message_grants AS g (merchant_id, member_id, template_id, remaining, changed_at)
VALUES (%(merchant_id)s, %(member_id)s, %(template_id)s, 1, %(at)s)
ON CONFLICT (merchant_id, member_id, template_id) DO UPDATE
SET remaining = least(g.remaining + 1, %(most)s), changed_at = EXCLUDED.changed_at
"""

_ZERO = """
UPDATE message_grants SET remaining = 0, changed_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
  AND template_id = %(template_id)s
"""

_SPEND_ONE = """
UPDATE message_grants SET remaining = remaining - 1, changed_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
  AND template_id = %(template_id)s AND remaining > 0
"""

_REMAINING = """
SELECT template_id, remaining FROM message_grants
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
"""


class Answer(StrEnum):
    """What the phone says became of our question, per template."""

    ACCEPT = "accept"
    REJECT = "reject"
    BAN = "ban"
    FILTER = "filter"


@dataclass(frozen=True)
class _TemplateId:
    template_id: str


@dataclass(frozen=True)
class _Grant:
    template_id: str
    remaining: int


def report_grants(
    *, merchant_id: int, member_id: int, answers: Mapping[str, str], at: datetime
) -> None:
    """What the member answered, by template id. All of it counts, or none.

    "accept" allows one more message, a hundred at most, unless the platform told us of the same
    answer already; "reject" takes back every one; "ban" and "filter" are the platform's doing and
    change nothing. Raises Invalid for another answer and
    NotFound for a template that is not this merchant's.
    """
    read = {template_id: _read(answer) for template_id, answer in answers.items()}
    _check_templates(merchant_id, read)
    # In one order, so that two reports at once cannot wait for each other.
    for template_id in sorted(read):
        key = _key(merchant_id, member_id, template_id)
        if read[template_id] == Answer.ACCEPT:
            answering.count_reported(key, at=at)
        if read[template_id] == Answer.REJECT:
            answering.take_back(key, at=at)


def remaining(*, merchant_id: int, member_id: int) -> dict[str, int]:
    """Messages that may still be sent, by template id; a template never asked for is absent."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    return {grant.template_id: grant.remaining for grant in fetch_all(_Grant, _REMAINING, who)}


def give_one(*, merchant_id: int, member_id: int, template_id: str, at: datetime) -> None:
    """One more message is allowed."""
    execute(_ADD_ONE, {**_key(merchant_id, member_id, template_id), "at": at, "most": MOST_GRANTS})


def take_all(*, merchant_id: int, member_id: int, template_id: str, at: datetime) -> None:
    """No message is allowed any more."""
    execute(_ZERO, {**_key(merchant_id, member_id, template_id), "at": at})


def spend_one(*, merchant_id: int, member_id: int, template_id: str, at: datetime) -> bool:
    """Use up one allowed message; False when there is none."""
    return bool(execute(_SPEND_ONE, {**_key(merchant_id, member_id, template_id), "at": at}))


def _key(merchant_id: int, member_id: int, template_id: str) -> dict[str, object]:
    return {"merchant_id": merchant_id, "member_id": member_id, "template_id": template_id}


def _read(answer: str) -> Answer:
    try:
        return Answer(answer)
    except ValueError as unknown:
        raise Invalid("An answer is accept, reject, ban or filter.") from unknown


def _check_templates(merchant_id: int, answers: Mapping[str, Answer]) -> None:
    asked = {"merchant_id": merchant_id, "template_ids": list(answers)}
    known = {row.template_id for row in fetch_all(_TemplateId, _KNOWN, asked)}
    if not answers.keys() <= known:
        raise NotFound("There is no such template.")
