"""One message's row while somebody is at work on it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.messaging import statements
from app.domain.messaging.choosing import NO_GRANT, Open
from app.domain.messaging.models import MessageState
from app.kernel.db import execute, fetch_one, flush

Attempt = dict[str, Any]
IN_DOUBT = "unknown"


@dataclass(frozen=True)
class Row:
    """`attempts` is what was tried in vain, the oldest first."""

    id: int
    member_id: int
    channel: str
    template_id: str
    attempts: list[Attempt]

    @property
    def doubt(self) -> Attempt | None:
        """The try whose answer was lost, of a message that may be asked for again."""
        return next((each for each in self.attempts if each["reason"] == IN_DOUBT), None)


def hold(*, merchant_id: int, sent_id: int) -> Row | None:
    """The row for us alone until the transaction ends; None when it was settled before."""
    flush()
    return fetch_one(Row, statements.HOLD, {"merchant_id": merchant_id, "sent_id": sent_id})


def doubted_at(doubt: Attempt) -> datetime:
    return datetime.fromisoformat(doubt["at"])


def attempt(way: Open, reason: str, *, at: datetime) -> Attempt:
    channel, appid = way.name
    return {"channel": channel, "appid": appid, "reason": reason, "at": at.isoformat()}


def wait(*, merchant_id: int, sent_id: int, attempts: Sequence[Attempt]) -> None:
    """Nothing is on its way; it may be claimed again."""
    execute(
        statements.WAIT,
        {"merchant_id": merchant_id, "sent_id": sent_id, "attempts": json.dumps(attempts)},
    )


def settle(
    *,
    merchant_id: int,
    sent_id: int,
    state: MessageState,
    at: datetime,
    reason: str | None = None,
    platform_id: str | None = None,
    attempts: Sequence[Attempt] | None = None,
) -> None:
    """The last word; what was settled before stays as it is."""
    flush()
    execute(
        statements.SETTLE,
        {
            "merchant_id": merchant_id,
            "sent_id": sent_id,
            "state": state.value,
            "reason": reason,
            "platform_id": platform_id,
            "attempts": None if attempts is None else json.dumps(attempts),
            "at": at,
        },
    )


def verdict(attempts: Sequence[Attempt]) -> tuple[MessageState, str | None]:
    """What it comes to when no way is left: the platform's last no, else what was missing."""
    reasons = [each["reason"] for each in attempts]
    refused = [reason for reason in reasons if reason != NO_GRANT]
    told = [reason for reason in refused if not reason.startswith("unfit:")]
    if told:
        return MessageState.REFUSED, told[-1]
    if NO_GRANT in reasons:
        return MessageState.NO_GRANT, None
    return MessageState.REFUSED, refused[-1]
