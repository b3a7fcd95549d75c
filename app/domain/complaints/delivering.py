"""What WeChat Pay is to be told: exactly these words, once; and what became of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.complaints import statements
from app.domain.complaints.rules import Delivery
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class Outgoing:
    """A line on its way out. `waits_behind`: something said before it has not arrived yet."""

    line_id: int
    action: str
    text: str
    photos: list[str]
    body: dict[str, Any]
    delivery: str
    at: datetime
    log_id: str | None
    ticket_id: int
    ticket_number: str
    platform_id: str
    channel_id: int
    ticket_state: str
    waits_behind: bool

    @property
    def is_waiting(self) -> bool:
        return self.delivery == Delivery.WAITING


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Settled:
    ticket_id: int
    action: str


def to_send(*, merchant_id: int, line_id: int) -> Outgoing:
    """Raises NotFound."""
    found = fetch_one(
        Outgoing, statements.TO_SEND, {"merchant_id": merchant_id, "line_id": line_id}
    )
    if found is None:
        raise NotFound("There is no such line.")
    return found


def keep_body(*, merchant_id: int, line_id: int, body: Mapping[str, Any]) -> None:
    """The very words, before they leave the house."""
    execute(
        statements.KEEP_BODY,
        {
            "merchant_id": merchant_id,
            "line_id": line_id,
            "body": json.dumps(body, ensure_ascii=False),
        },
    )


def mark_sent(*, merchant_id: int, line_id: int, log_id: str | None = None, at: datetime) -> None:
    """WeChat has it: the customer is answered, or the complaint is settled."""
    settled = _settle(merchant_id, line_id, Delivery.SENT, log_id=log_id, trouble=None)
    if settled is None:
        return
    named = {"merchant_id": merchant_id, "ticket_id": settled.ticket_id}
    if settled.action == "complete":
        execute(statements.RESOLVE, {**named, "resolution": None, "at": at})
    else:
        execute(statements.ANSWERED, named)


def mark_refused(*, merchant_id: int, line_id: int, trouble: str) -> None:
    """WeChat does not take it; the inbox shows that a person has to look."""
    _settle(merchant_id, line_id, Delivery.REFUSED, log_id=None, trouble=trouble)


def _settle(
    merchant_id: int, line_id: int, delivery: Delivery, *, log_id: str | None, trouble: str | None
) -> _Settled | None:
    fetch_one(_Id, statements.LOCK_OF_LINE, {"merchant_id": merchant_id, "line_id": line_id})
    return fetch_one(
        _Settled,
        statements.DELIVERED,
        {
            "merchant_id": merchant_id,
            "line_id": line_id,
            "delivery": delivery.value,
            "log_id": log_id,
            "trouble": trouble,
        },
    )
