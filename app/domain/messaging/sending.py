"""Sending at most once: claim, commit, call the platform, and write down what it said.

The platform has no request numbers, so a message whose answer was lost stays `unknown` and is
never sent again. Only a refusal proves that nothing was sent: then the next way is tried.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.messaging import rows, statements
from app.domain.messaging.channels import REPEATABLE_FOR, Way
from app.domain.messaging.choosing import Open, Wish, fill, miss, open_ways
from app.domain.messaging.errors import MarketingRefused
from app.domain.messaging.models import MessageState
from app.domain.messaging.outcomes import give_back
from app.domain.messaging.rows import Attempt, Row
from app.domain.messaging.rules import MessageClass, class_of
from app.kernel.db import execute, fetch_one, flush


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Ready to send, once, by one way. `data` leads from the platform's fields to fitting values.

    `reference` is our number of this message, the same however often it is tried.
    """

    sent_id: int
    reference: str
    way: Way
    template_id: str
    data: dict[str, str] = field(repr=False)
    page: str | None


def claim(wish: Wish, *, at: datetime) -> Envelope | None:
    """Take the right to say this about that event to this member; nobody else gets it.

    Takes the first way that is open and uses up a grant where it needs one. None when it was
    claimed before, no way has a template, no way with one is allowed (kept as `no_grant`), or a
    word does not fit its field (kept as `refused`). Raises MarketingRefused for any marketing message.
    """
    if class_of(wish.message) == MessageClass.MARKETING:
        raise MarketingRefused("营销消息尚未启用：须先设置发送频次上限", message=wish.message)
    ways = open_ways(wish)
    if not ways:
        return None
    flush()
    row = fetch_one(
        Row,
        statements.TAKE,
        {
            "merchant_id": wish.merchant_id,
            "event_key": wish.event_key,
            "member_id": wish.member_id,
            "message": wish.message,
            "channel": ways[0].way.channel.value,
            "template_id": ways[0].template_id,
            "at": at,
        },
    )
    if row is None:
        return None
    if row.doubt:
        return _repeat(wish, row, ways, row.doubt, at=at)
    return _choose(wish, row, ways, attempts=row.attempts, at=at)


def turned_away(wish: Wish, envelope: Envelope, *, reason: str, at: datetime) -> Envelope | None:
    """The platform definitely did not take it: the next way, or None and it is `refused`.

    `reason` "not_subscribed" means that no message of this template is allowed any more, whatever
    we counted; for every other one the grant was not used and is given back.
    """
    row = rows.hold(merchant_id=wish.merchant_id, sent_id=envelope.sent_id)
    if row is None:
        return None
    give_back(row, merchant_id=wish.merchant_id, reason=reason, at=at)
    if row.doubt:
        # This time it was refused; what became of the first time nobody knows.
        _settle(wish, row, MessageState.UNKNOWN, reason=reason, at=at)
        return None
    used = Open(way=envelope.way, template=None)
    attempts = [*row.attempts, rows.attempt(used, reason, at=at)]
    return _choose(wish, row, open_ways(wish), attempts=attempts, at=at)


def _repeat(
    wish: Wish, row: Row, ways: Sequence[Open], doubt: Attempt, *, at: datetime
) -> Envelope | None:
    """Once more by the very same way, while the platform still knows our number."""
    if at - rows.doubted_at(doubt) < REPEATABLE_FOR:
        for way in ways:
            if way.name == (doubt["channel"], doubt["appid"]):
                return _envelope(wish, row.id, way)
    _settle(wish, row, MessageState.UNKNOWN, reason=None, at=at)
    return None


def _choose(
    wish: Wish, row: Row, ways: Sequence[Open], *, attempts: list[Attempt], at: datetime
) -> Envelope | None:
    tried = {(each["channel"], each["appid"]) for each in attempts}
    for way in ways:
        if way.name in tried:
            continue
        why = miss(wish, way, at=at)
        if why is None:
            _go_by(wish, row.id, way, attempts, at=at)
            return _envelope(wish, row.id, way)
        attempts = [*attempts, rows.attempt(way, why, at=at)]
    state, reason = rows.verdict(attempts)
    rows.settle(
        merchant_id=wish.merchant_id,
        sent_id=row.id,
        state=state,
        reason=reason,
        attempts=attempts,
        at=at,
    )
    return None


def _go_by(
    wish: Wish, sent_id: int, way: Open, attempts: Sequence[Attempt], *, at: datetime
) -> None:
    execute(
        statements.GO_BY,
        {
            "merchant_id": wish.merchant_id,
            "sent_id": sent_id,
            "channel": way.way.channel.value,
            "template_id": way.template_id,
            "attempts": json.dumps(attempts),
            "at": at,
        },
    )


def _envelope(wish: Wish, sent_id: int, way: Open) -> Envelope:
    return Envelope(
        sent_id=sent_id,
        reference=f"kb{sent_id}",
        way=way.way,
        template_id=way.template_id,
        data=fill(wish, way),
        page=way.page,
    )


def _settle(wish: Wish, row: Row, state: MessageState, *, reason: str | None, at: datetime) -> None:
    rows.settle(merchant_id=wish.merchant_id, sent_id=row.id, state=state, reason=reason, at=at)
