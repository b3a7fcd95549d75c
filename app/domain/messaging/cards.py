"""Service cards: one per payment, opened soon after it and changed for a month."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.messaging.channels import CARD_LASTS, CARD_OPENS_WITHIN, Receipt
from app.domain.messaging.statements import CARD_OPENED
from app.kernel.db import fetch_one


@dataclass(frozen=True)
class _Opened:
    at: datetime


def card_is_open(
    *, merchant_id: int, member_id: int, event_key: str, receipt: Receipt, at: datetime
) -> bool:
    """Whether the card of this payment can be opened or changed now.

    `event_key` is the one under which it was, or would have been, opened.
    """
    if at - receipt.paid_at < CARD_OPENS_WITHIN:
        return True
    opened = fetch_one(
        _Opened,
        CARD_OPENED,
        {"merchant_id": merchant_id, "member_id": member_id, "event_key": event_key},
    )
    return opened is not None and at - opened.at < CARD_LASTS
