"""The clocks: who must be told before a time is over, once for each clock."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.complaints import statements
from app.domain.complaints.rules import ALARM_BEFORE
from app.kernel.db import execute, fetch_all


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


def list_ending(*, at: datetime, limit: int) -> list[Ending]:
    """Across merchants, without locks: whose clock has four hours left or less, not yet told."""
    return fetch_all(Ending, statements.DUE, {"soon": at + ALARM_BEFORE, "limit": limit})


def note_alarm(*, merchant_id: int, ticket_id: int, at: datetime) -> bool:
    """People are told now; False when somebody has told them meanwhile."""
    named = {"merchant_id": merchant_id, "ticket_id": ticket_id}
    return bool(execute(statements.ALARM, {**named, "soon": at + ALARM_BEFORE, "at": at}))


def list_channels() -> list[Channel]:
    """Every pay account that is open, across merchants."""
    return fetch_all(Channel, statements.CHANNELS, {})


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> None:
    """Two members turned out to be one person: his complaints and presents go along."""
    pair = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    for statement in statements.TAKE_OVER:
        execute(statement, pair)
