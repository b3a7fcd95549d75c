"""What became of a message that somebody sent, or tried to."""

from datetime import datetime

from app.domain.messaging import grants, rows, statements
from app.domain.messaging.channels import NEEDS_GRANT, REPEATABLE, REPEATABLE_FOR
from app.domain.messaging.models import MessageState
from app.domain.messaging.rows import IN_DOUBT, Row
from app.kernel.db import execute

NOT_SUBSCRIBED = "not_subscribed"


def mark_sent(
    *, merchant_id: int, sent_id: int, at: datetime, platform_id: str | None = None
) -> None:
    """The platform took it, under that number of its own where it told us one."""
    rows.settle(
        merchant_id=merchant_id,
        sent_id=sent_id,
        state=MessageState.SENT,
        platform_id=platform_id,
        at=at,
    )


def release(*, merchant_id: int, sent_id: int, at: datetime) -> None:
    """The platform turned it away at the door, for now: it may be claimed and tried again.

    The grant is given back. Never for a lost answer: that is `mark_unknown`.
    """
    row = rows.hold(merchant_id=merchant_id, sent_id=sent_id)
    if row is not None:
        give_back(row, merchant_id=merchant_id, reason=None, at=at)
        rows.wait(merchant_id=merchant_id, sent_id=sent_id, attempts=row.attempts)


def mark_unknown(*, merchant_id: int, sent_id: int, appid: str, at: datetime) -> bool:
    """The answer was lost. Whether it may be claimed once more, by the same way.

    That is so where the platform knows our number and sends it once. Elsewhere it stays unknown
    for good, and the grant stays spent, for it probably was.
    """
    row = rows.hold(merchant_id=merchant_id, sent_id=sent_id)
    if row is None:
        return False
    since = rows.doubted_at(row.doubt) if row.doubt else at
    if row.channel not in REPEATABLE or at - since >= REPEATABLE_FOR:
        rows.settle(merchant_id=merchant_id, sent_id=sent_id, state=MessageState.UNKNOWN, at=at)
        return False
    doubt = {"channel": row.channel, "appid": appid, "reason": IN_DOUBT, "at": at.isoformat()}
    attempts = row.attempts if row.doubt else [*row.attempts, doubt]
    rows.wait(merchant_id=merchant_id, sent_id=sent_id, attempts=attempts)
    return True


def mark_lost(*, before: datetime, at: datetime, limit: int) -> int:
    """Messages claimed before that instant whose sender never came back are unknown; how many."""
    return execute(statements.SETTLE_LOST, {"before": before, "at": at, "limit": limit})


def give_back(row: Row, *, merchant_id: int, reason: str | None, at: datetime) -> None:
    """The grant that the row used up, or none at all when the platform says there is none."""
    if row.channel not in NEEDS_GRANT:
        return
    change = grants.take_all if reason == NOT_SUBSCRIBED else grants.give_one
    change(merchant_id=merchant_id, member_id=row.member_id, template_id=row.template_id, at=at)
