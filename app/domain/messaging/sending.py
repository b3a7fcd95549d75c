"""Sending at most once: claim, commit, call the platform, and write down what it said.

The platform has no request numbers, so a message whose answer was lost stays `unknown` and is
never sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.messaging import grants
from app.domain.messaging.errors import FieldUnfit
from app.domain.messaging.models import MessageState
from app.domain.messaging.rules import MESSAGES
from app.domain.messaging.templates import Template, find_template
from app.domain.messaging.typed_fields import fit, type_of
from app.kernel.db import execute, fetch_one, writing

NOT_SUBSCRIBED = "not_subscribed"

_CLAIM = """
INSERT INTO sent_messages (merchant_id, event_key, member_id, message, template_id, state, at)
VALUES (%(merchant_id)s, %(event_key)s, %(member_id)s, %(message)s, %(template_id)s,
  'sending', %(at)s)
ON CONFLICT (merchant_id, event_key, member_id, message) DO NOTHING RETURNING id
"""

_SETTLE = """
UPDATE sent_messages SET state = %(state)s, reason = %(reason)s, settled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(sent_id)s AND state = 'sending'
RETURNING member_id, template_id
"""

# Goes through every merchant on purpose: a sweep over what crashed senders left behind.
_SETTLE_LOST = """
UPDATE sent_messages s SET state = 'unknown', reason = 'sender_lost', settled_at = %(at)s
FROM (
  SELECT merchant_id, id FROM sent_messages
  WHERE state = 'sending' AND at < %(before)s ORDER BY at LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
) lost
WHERE s.merchant_id = lost.merchant_id AND s.id = lost.id
"""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Ready to send, once. `data` leads from the platform's fields to fitting values."""

    sent_id: int
    template_id: str
    data: dict[str, str] = field(repr=False)
    page: str | None


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Sent:
    member_id: int
    template_id: str


def claim(
    *,
    merchant_id: int,
    member_id: int,
    event_key: str,
    message: str,
    appid: str,
    words: Mapping[str, str],
    at: datetime,
) -> Envelope | None:
    """Take the right to say `message` about `event_key` to this member; nobody else gets it.

    `words` are exactly those of MESSAGES[message]. Uses up one grant. None when it was claimed
    before, the app has no template for it, the member allows none (kept as `no_grant`), or a word
    does not fit its field (kept as `refused`, grant untouched).
    """
    if set(words) != set(MESSAGES[message]):
        raise ValueError(f"the words of {message} are {MESSAGES[message]}")
    template = find_template(merchant_id=merchant_id, appid=appid, message=message)
    if template is None:
        return None
    writing().flush()
    claimed = fetch_one(
        _Id,
        _CLAIM,
        {
            "merchant_id": merchant_id,
            "event_key": event_key,
            "member_id": member_id,
            "message": message,
            "template_id": template.template_id,
            "at": at,
        },
    )
    if claimed is None:
        return None
    return _fill(claimed.id, template, words, merchant_id=merchant_id, member_id=member_id, at=at)


def mark_sent(*, merchant_id: int, sent_id: int, at: datetime) -> None:
    """The platform took it."""
    _settle(merchant_id, sent_id, MessageState.SENT, at=at)


def mark_refused(*, merchant_id: int, sent_id: int, reason: str, at: datetime) -> None:
    """The platform definitely did not take it.

    `reason` "not_subscribed" means that nothing is allowed any more, whatever we counted; for
    every other one the grant was not used and is given back.
    """
    sent = _settle(merchant_id, sent_id, MessageState.REFUSED, reason=reason, at=at)
    if sent is None:
        return
    change = grants.take_all if reason == NOT_SUBSCRIBED else grants.give_one
    change(merchant_id=merchant_id, member_id=sent.member_id, template_id=sent.template_id, at=at)


def mark_unknown(*, merchant_id: int, sent_id: int, at: datetime) -> None:
    """The answer was lost. The grant stays spent, for it probably was."""
    _settle(merchant_id, sent_id, MessageState.UNKNOWN, at=at)


def mark_lost(*, before: datetime, at: datetime, limit: int) -> int:
    """Messages claimed before that instant whose sender never came back are unknown; how many."""
    return execute(_SETTLE_LOST, {"before": before, "at": at, "limit": limit})


def _fill(
    sent_id: int,
    template: Template,
    words: Mapping[str, str],
    *,
    merchant_id: int,
    member_id: int,
    at: datetime,
) -> Envelope | None:
    try:
        data = {
            name: fit(type_of(name) or name, words[word]) for name, word in template.fields.items()
        }
    except FieldUnfit as unfit:
        reason = f"unfit:{unfit.details['field_type']}"
        _settle(merchant_id, sent_id, MessageState.REFUSED, reason=reason, at=at)
        return None
    template_id = template.template_id
    if not grants.spend_one(
        merchant_id=merchant_id, member_id=member_id, template_id=template_id, at=at
    ):
        _settle(merchant_id, sent_id, MessageState.NO_GRANT, at=at)
        return None
    return Envelope(sent_id=sent_id, template_id=template_id, data=data, page=template.page)


def _settle(
    merchant_id: int,
    sent_id: int,
    state: MessageState,
    *,
    at: datetime,
    reason: str | None = None,
) -> _Sent | None:
    """None when it was settled before; the first answer stays."""
    return fetch_one(
        _Sent,
        _SETTLE,
        {
            "merchant_id": merchant_id,
            "sent_id": sent_id,
            "state": state.value,
            "reason": reason,
            "at": at,
        },
    )
