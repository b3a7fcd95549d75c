"""The dialogue: the customer asks, staff answers, somebody ends it, the customer says how it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.complaints import statements
from app.domain.complaints.errors import AlreadyRated, NotSettledYet, TicketFull
from app.domain.complaints.events import AnswerAsked
from app.domain.complaints.rules import ANSWER_WITHIN, LONGEST_REPLY, MOST_LINES, State, Who
from app.domain.complaints.tickets import Locked, NewLine, add_line, lock
from app.kernel import audit, outbox
from app.kernel.db import execute, fetch_one
from app.kernel.errors import Invalid


@dataclass(frozen=True)
class _Lines:
    count: int


def say(
    *,
    merchant_id: int,
    member_id: int,
    number: str,
    text: str,
    photos: Sequence[str] = (),
    at: datetime,
) -> None:
    """The customer adds something; the clock of the answer begins anew.

    Raises TicketClosed, TicketFull.
    """
    ticket = lock(merchant_id=merchant_id, number=number, member_id=member_id)
    ticket.require_open()
    _refuse_too_many(merchant_id, ticket)
    line = NewLine(
        who=Who.MEMBER, actor=f"member:{member_id}", action="say", text=text, photos=photos
    )
    add_line(merchant_id=merchant_id, ticket_id=ticket.id, line=line, at=at)
    answer_by = ticket.answer_by or at + ANSWER_WITHIN
    _change(merchant_id, ticket, statements.ASKED, answer_by=answer_by)


def reply(
    *,
    merchant_id: int,
    number: str,
    text: str,
    photos: Sequence[str] = (),
    actor: str,
    at: datetime,
) -> None:
    """Staff answers. What WeChat Pay is to be told goes out by a job, and counts when it arrived.

    Raises TicketClosed; Invalid for more than WeChat takes.
    """
    ticket = lock(merchant_id=merchant_id, number=number)
    ticket.require_open()
    if ticket.is_platforms and len(text) > LONGEST_REPLY:
        raise Invalid("WeChat Pay takes 200 characters.", text=["too long"])
    _tell(merchant_id, ticket, "reply", text, photos=photos, actor=actor, at=at)
    if not ticket.is_platforms:
        _change(merchant_id, ticket, statements.ANSWERED)
    _record(merchant_id, ticket, "complaint.reply", actor=actor, at=at)


def resolve(*, merchant_id: int, number: str, resolution: str, actor: str, at: datetime) -> None:
    """It is settled. One that came from WeChat Pay ends when WeChat has taken note.

    Raises TicketClosed.
    """
    ticket = lock(merchant_id=merchant_id, number=number)
    ticket.require_open()
    _tell(merchant_id, ticket, "complete", resolution, photos=(), actor=actor, at=at)
    statement = statements.NOTE_RESOLUTION if ticket.is_platforms else statements.RESOLVE
    _change(merchant_id, ticket, statement, resolution=resolution, at=at)
    _record(merchant_id, ticket, "complaint.resolve", actor=actor, at=at)


def rate(
    *, merchant_id: int, member_id: int, number: str, stars: int, text: str, at: datetime
) -> None:
    """One to five, once. Raises NotSettledYet, AlreadyRated."""
    ticket = lock(merchant_id=merchant_id, number=number, member_id=member_id)
    if ticket.state != State.RESOLVED:
        raise NotSettledYet("处理完成后才能评价", ticket=number)
    if not _change(merchant_id, ticket, statements.RATE, stars=stars):
        raise AlreadyRated("您已经评价过了", ticket=number)
    line = NewLine(who=Who.MEMBER, actor=f"member:{member_id}", action="rate", text=text)
    add_line(merchant_id=merchant_id, ticket_id=ticket.id, line=line, at=at)


def _tell(
    merchant_id: int,
    ticket: Locked,
    action: str,
    text: str,
    *,
    photos: Sequence[str],
    actor: str,
    at: datetime,
) -> None:
    body = {"response_content": text} if ticket.is_platforms else None
    line = NewLine(who=Who.STAFF, actor=actor, action=action, text=text, photos=photos, body=body)
    line_id = add_line(merchant_id=merchant_id, ticket_id=ticket.id, line=line, at=at)
    if ticket.is_platforms and line_id is not None:
        outbox.publish(AnswerAsked(merchant_id=merchant_id, line_id=line_id), at=at)


def _refuse_too_many(merchant_id: int, ticket: Locked) -> None:
    named = {"merchant_id": merchant_id, "ticket_id": ticket.id}
    said = fetch_one(_Lines, statements.COUNT_LINES, named)
    if said and said.count >= MOST_LINES:
        raise TicketFull("留言太多，请直接联系门店", ticket=ticket.number, most=MOST_LINES)


def _change(merchant_id: int, ticket: Locked, statement: str, **more: object) -> int:
    return execute(statement, {"merchant_id": merchant_id, "ticket_id": ticket.id, **more})


def _record(merchant_id: int, ticket: Locked, action: str, *, actor: str, at: datetime) -> None:
    audit.record(merchant_id=merchant_id, actor=actor, action=action, subject=ticket.number, at=at)
