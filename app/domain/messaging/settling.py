"""What the platform says afterwards of a message that it took, or whose answer was lost.

It may say so before the sender has written down under which number the platform took the message.
Whether one is on its way is therefore looked at first: what is sent by then has its number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.messaging import grants
from app.domain.messaging.channels import Channel
from app.domain.messaging.errors import StillSending
from app.domain.messaging.models import MessageState
from app.kernel.db import fetch_one

NOT_SUBSCRIBED = 43101
WAIT = "A message of this kind is just being sent."
# A result comes within seconds; one day covers every repetition.
TOLD_WITHIN = timedelta(days=1)
# The platform says it in whole seconds, and its clock is not ours.
CLOCKS_DIFFER = timedelta(seconds=5)

_ON_ITS_WAY = """
SELECT id FROM sent_messages
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND state = 'sending'
  AND (channel = %(channel)s OR template_id = %(template_id)s) LIMIT 1
"""

_SETTLE_BY_NUMBER = """
UPDATE sent_messages SET state = %(state)s, reason = %(reason)s, settled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND platform_id = %(platform_id)s
  AND state IN ('sent', 'unknown')
RETURNING id
"""

# A message whose answer was lost has no number, and is found by whom it was for: the oldest of
# them, for they are told in the order of sending.
_SETTLE_LOST = """
UPDATE sent_messages SET state = %(state)s, reason = %(reason)s, settled_at = %(at)s,
  platform_id = %(platform_id)s
WHERE merchant_id = %(merchant_id)s AND id = (
  SELECT id FROM sent_messages
  WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND state = 'unknown'
    AND platform_id IS NULL AND template_id = %(template_id)s
    AND at BETWEEN %(at)s - %(within)s AND %(at)s ORDER BY id LIMIT 1)
RETURNING id
"""

# All changes of one card go by one number: the one meant is the last before the platform said so.
_SETTLE_CARD = """
UPDATE sent_messages SET state = %(state)s, reason = %(reason)s, settled_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = (
  SELECT id FROM sent_messages
  WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
    AND platform_id = %(platform_id)s AND channel = 'service_card' AND state IN ('sent', 'unknown')
  ORDER BY at > %(said_at)s, at DESC LIMIT 1)
RETURNING id
"""


@dataclass(frozen=True)
class _Id:
    id: int


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

    43101 means that nothing is allowed any more, whatever we counted. Raises StillSending.
    """
    on_its_way = _is_on_its_way(merchant_id, member_id, template_id=template_id)
    became = _became(merchant_id, platform_id, f"told:{errcode}" if errcode else None, at=at)
    settled = fetch_one(_Id, _SETTLE_BY_NUMBER, became)
    if settled is None:
        if on_its_way:
            raise StillSending(WAIT)
        whose = {"member_id": member_id, "template_id": template_id, "within": TOLD_WITHIN}
        settled = fetch_one(_Id, _SETTLE_LOST, {**became, **whose})
    if errcode == NOT_SUBSCRIBED:
        grants.take_all(
            merchant_id=merchant_id, member_id=member_id, template_id=template_id, at=at
        )
    return settled is not None


def settle_template_told(
    *,
    merchant_id: int,
    platform_id: str,
    refusal: str | None,
    at: datetime,
    member_id: int | None = None,
) -> bool:
    """The same for an official account's template message; `refusal` is the platform's word.

    Raises StillSending while one is on its way to this member.
    """
    on_its_way = _is_on_its_way(merchant_id, member_id, channel=Channel.OA_TEMPLATE)
    became = _became(merchant_id, platform_id, f"told:{refusal}" if refusal else None, at=at)
    settled = fetch_one(_Id, _SETTLE_BY_NUMBER, became)
    if settled is None and on_its_way:
        raise StillSending(WAIT)
    return settled is not None


def settle_card_told(
    *,
    merchant_id: int,
    member_id: int,
    transaction_id: str,
    refusal: str,
    said_at: datetime,
    at: datetime,
) -> bool:
    """The platform tells that a service card did not arrive, or not as it was changed last.

    `said_at` is when it said so. False when the card is none of ours. Raises StillSending.
    """
    if _is_on_its_way(merchant_id, member_id, channel=Channel.SERVICE_CARD):
        raise StillSending(WAIT)
    became = _became(merchant_id, transaction_id, f"told:{refusal}", at=at)
    said = {"member_id": member_id, "said_at": said_at + CLOCKS_DIFFER}
    return fetch_one(_Id, _SETTLE_CARD, {**became, **said}) is not None


def _is_on_its_way(
    merchant_id: int,
    member_id: int | None,
    *,
    channel: Channel | None = None,
    template_id: str | None = None,
) -> bool:
    whose = {"merchant_id": merchant_id, "member_id": member_id, "template_id": template_id}
    found = fetch_one(_Id, _ON_ITS_WAY, {**whose, "channel": channel.value if channel else None})
    return found is not None


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
