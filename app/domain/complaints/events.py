from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class ComplaintTold(Event):
    """WeChat Pay told that something happened to a complaint; what, has to be asked."""

    channel_id: int
    complaint_id: str


@dataclass(frozen=True, kw_only=True)
class TicketUrgent(Event):
    """A clock of a ticket runs out at `ends_at`; this manager, a member, is to hear of it."""

    ticket: str
    member_id: int
    ends_at: str


@dataclass(frozen=True, kw_only=True)
class AnswerAsked(Event):
    """Staff said something that WeChat Pay is to be told."""

    line_id: int
