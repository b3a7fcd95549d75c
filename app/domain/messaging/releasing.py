from dataclasses import dataclass
from datetime import datetime

from app.domain.messaging import grants
from app.kernel.db import fetch_one, writing

_RELEASE = """
DELETE FROM sent_messages
WHERE merchant_id = %(merchant_id)s AND id = %(sent_id)s AND state = 'sending'
RETURNING member_id, template_id
"""


@dataclass(frozen=True)
class _Claimed:
    member_id: int
    template_id: str


def release(*, merchant_id: int, sent_id: int, at: datetime) -> None:
    """The platform turned it away at the door, for now: it may be claimed and tried again.

    The grant is given back. Never for a lost answer: that is `mark_unknown`.
    """
    writing().flush()
    claimed = fetch_one(_Claimed, _RELEASE, {"merchant_id": merchant_id, "sent_id": sent_id})
    if claimed is None:
        return
    grants.give_one(
        merchant_id=merchant_id,
        member_id=claimed.member_id,
        template_id=claimed.template_id,
        at=at,
    )
