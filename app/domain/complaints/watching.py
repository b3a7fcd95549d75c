"""The clocks: who must be told before a time is over, once for each clock."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.complaints import statements
from app.domain.complaints.events import TicketUrgent
from app.domain.complaints.rules import ALARM_BEFORE
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.outbox import publish

CHANNELS = """
SELECT merchant_id, id FROM pay_channels WHERE closed_at IS NULL ORDER BY merchant_id, id
"""
# Members among the managers: whom we can write to.
MANAGERS = """
SELECT DISTINCT m.id FROM staff s
JOIN members m ON m.merchant_id = s.merchant_id AND m.user_id = s.user_id
WHERE s.merchant_id = %(merchant_id)s AND s.state = 'active' AND s.role IN ('owner', 'manager')
ORDER BY m.id
"""
# Open in our books, and too old for WeChat's list.
OLD_ONES = """
SELECT platform_id FROM complaint_tickets
WHERE merchant_id = %(merchant_id)s AND channel_id = %(channel_id)s
  AND state <> 'resolved' AND opened_at < %(before)s ORDER BY id
"""
# Across merchants, for the figures.
FIGURES = """
SELECT count(*), count(*) FILTER (WHERE answer_by < %(at)s),
  count(*) FILTER (WHERE settle_by < %(at)s),
  count(*) FILTER (WHERE answer_alarm_at IS NOT NULL OR settle_alarm_at IS NOT NULL),
  (SELECT count(*) FROM complaint_lines l JOIN complaint_tickets r
    ON r.merchant_id = l.merchant_id AND r.id = l.ticket_id
    WHERE r.state <> 'resolved' AND l.delivery = 'refused'),
  (SELECT count(*) FROM complaint_photos WHERE state = 'given_up')
FROM complaint_tickets WHERE state <> 'resolved'
"""


@dataclass(frozen=True)
class Ending:
    """A ticket one of whose clocks runs out soon: of the answer, of the settlement, or both."""

    merchant_id: int
    ticket_id: int
    number: str
    of_answer: bool | None
    of_settlement: bool | None


@dataclass(frozen=True)
class Channel:
    """A pay account whose complaints are asked for."""

    merchant_id: int
    channel_id: int


@dataclass(frozen=True)
class Figures:
    """How the open complaints of all merchants stand, in numbers of them.

    `refused_answers`: what WeChat did not take. `lost_photos`: given up.
    """

    open: int
    late_answers: int
    late_settlements: int
    alarmed: int
    refused_answers: int
    lost_photos: int


@dataclass(frozen=True)
class _Alarmed:
    number: str
    ends_at: datetime


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _PlatformId:
    platform_id: str


def list_ending(*, at: datetime, limit: int) -> list[Ending]:
    """Across merchants, without locks: whose clock has four hours left or less, not yet told.

    Somebody who waits for an answer at once is told of at once.
    """
    return fetch_all(Ending, statements.DUE, {"soon": at + ALARM_BEFORE, "limit": limit})


def note_alarm(*, merchant_id: int, ticket_id: int, at: datetime) -> bool:
    """People are told now; False when somebody has told them meanwhile.

    Every manager whom we know as a member is written to by a job.
    """
    named = {"merchant_id": merchant_id, "ticket_id": ticket_id}
    told = fetch_one(_Alarmed, statements.ALARM, {**named, "soon": at + ALARM_BEFORE, "at": at})
    if told is None:
        return False
    for manager in fetch_all(_Id, MANAGERS, {"merchant_id": merchant_id}):
        urgent = TicketUrgent(
            merchant_id=merchant_id,
            ticket=told.number,
            member_id=manager.id,
            ends_at=told.ends_at.isoformat(),
        )
        publish(urgent, at=at)
    return True


def list_channels() -> list[Channel]:
    """Every pay account that is open, across merchants."""
    return fetch_all(Channel, CHANNELS, {})


def list_old_open(*, merchant_id: int, channel_id: int, before: datetime) -> list[str]:
    """WeChat's numbers of complaints opened before that are not settled in our books."""
    which = {"merchant_id": merchant_id, "channel_id": channel_id, "before": before}
    return [row.platform_id for row in fetch_all(_PlatformId, OLD_ONES, which)]


def figures(*, at: datetime) -> Figures:
    """Across merchants, for whoever watches the house."""
    return fetch_one(Figures, FIGURES, {"at": at}) or Figures(0, 0, 0, 0, 0, 0)


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> None:
    """Two members turned out to be one person: his complaints and presents go along."""
    pair = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    for statement in statements.TAKE_OVER:
        execute(statement, pair)
