"""A ticket in our hands, and new entries of its dialogue."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.complaints import statements
from app.domain.complaints.errors import TicketClosed
from app.domain.complaints.rules import Source, State, Who
from app.kernel.db import fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class Locked:
    """A ticket that nobody else changes until we commit."""

    id: int
    number: str
    source: str
    kind: str
    state: str
    platform_id: str | None
    channel_id: int | None
    member_id: int | None
    order_id: int | None
    awaits_us: bool
    opened_at: datetime
    answer_by: datetime | None
    settle_by: datetime

    @property
    def is_platforms(self) -> bool:
        return self.source == Source.WECHAT_PAY

    def require_open(self) -> None:
        if self.state == State.RESOLVED:
            raise TicketClosed("该投诉已处理完成", ticket=self.number)


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """With a `body` it waits to be told to WeChat; `refund` is the return that it speaks of."""

    who: Who
    actor: str
    action: str
    text: str
    photos: Sequence[str] = ()
    log_id: str | None = None
    body: Mapping[str, Any] | None = None
    refund: str | None = None


@dataclass(frozen=True)
class _Id:
    id: int


def lock(*, merchant_id: int, number: str, member_id: int | None = None) -> Locked:
    """With `member_id` only his own. Raises NotFound."""
    statement = statements.LOCK if member_id is None else statements.LOCK_OF_MEMBER
    return lock_by(
        statement, {"merchant_id": merchant_id, "number": number, "member_id": member_id}
    )


def lock_by(statement: str, named: Mapping[str, object]) -> Locked:
    found = fetch_one(Locked, statement, named)
    if found is None:
        raise NotFound("There is no such complaint.")
    return found


def add_line(*, merchant_id: int, ticket_id: int, line: NewLine, at: datetime) -> int | None:
    """Its id; None when the platform's entry was known."""
    added = fetch_one(
        _Id,
        statements.ADD_LINE,
        {
            "merchant_id": merchant_id,
            "ticket_id": ticket_id,
            "at": at,
            "who": line.who.value,
            "actor": line.actor,
            "action": line.action,
            "text": line.text,
            "photos": json.dumps(list(line.photos)),
            "log_id": line.log_id,
            "delivery": None if line.body is None else "waiting",
            "body": None if line.body is None else json.dumps(line.body, ensure_ascii=False),
            "refund": line.refund,
        },
    )
    return added.id if added else None
