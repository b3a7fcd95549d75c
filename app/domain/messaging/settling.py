"""What the platform says afterwards of a message that it took, or whose answer was lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.messaging import grants
from app.domain.messaging.models import MessageState
from app.kernel.db import fetch_one

NOT_SUBSCRIBED = 43101
# A result comes within seconds; one day covers every repetition.
TOLD_WITHIN = timedelta(days=1)

# By the platform's number; a message whose answer was lost has none, and is found by whom it was
# for: the oldest of them, for they are told in the order of sending.
_SETTLE = """
UPDATE sent_messages SET state = %(state)s, reason = %(reason)s, settled_at = %(at)s,
  platform_id = %(platform_id)s
WHERE merchant_id = %(merchant_id)s AND id = coalesce(
  (SELECT id FROM sent_messages
   WHERE merchant_id = %(merchant_id)s AND platform_id = %(platform_id)s
     AND state IN ('sent', 'unknown') ORDER BY id LIMIT 1),
  (SELECT id FROM sent_messages
   WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND state = 'unknown'
     AND platform_id IS NULL AND template_id = %(template_id)s
     AND at BETWEEN %(at)s - %(within)s AND %(at)s ORDER BY id LIMIT 1))
RETURNING member_id, template_id
"""

_SETTLE_BY_NUMBER = """
UPDATE sent_messages SET state = %(state)s, reason = %(reason)s, settled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND platform_id = %(platform_id)s
  AND state IN ('sent', 'unknown')
RETURNING member_id, template_id
"""


@dataclass(frozen=True)
class _Sent:
    member_id: int
    template_id: str


def settle_told(
    *,
    merchant_id: int,
    member_id: int,
    template_id: str,
    platform_id: str,
    errcode: int,
    at: datetime,
) -> bool:
    """The platform tells what became of a subscribe message; False when it is none of ours.

    43101 means that nothing is allowed any more, whatever we counted.
    """
    refusal = f"told:{errcode}" if errcode else None
    settled = fetch_one(
        _Sent,
        _SETTLE,
        {
            **_became(merchant_id, platform_id, refusal, at=at),
            "member_id": member_id,
            "template_id": template_id,
            "within": TOLD_WITHIN,
        },
    )
    if errcode == NOT_SUBSCRIBED:
        grants.take_all(
            merchant_id=merchant_id, member_id=member_id, template_id=template_id, at=at
        )
    return settled is not None


def settle_template_told(
    *, merchant_id: int, platform_id: str, refusal: str | None, at: datetime
) -> bool:
    """The same for an official account's template message; `refusal` is the platform's word."""
    became = _became(merchant_id, platform_id, f"told:{refusal}" if refusal else None, at=at)
    return fetch_one(_Sent, _SETTLE_BY_NUMBER, became) is not None


def _became(
    merchant_id: int, platform_id: str, refusal: str | None, *, at: datetime
) -> dict[str, object]:
    state = MessageState.REFUSED if refusal else MessageState.SENT
    return {
        "merchant_id": merchant_id,
        "platform_id": platform_id,
        "state": state.value,
        "reason": refusal[:200] if refusal else None,
        "at": at,
    }
