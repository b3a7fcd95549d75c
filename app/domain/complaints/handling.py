"""Who deals with a complaint, and the money that goes back because of it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.complaints import statements
from app.domain.complaints.errors import TicketTaken, TicketWithoutOrder
from app.domain.complaints.events import AnswerAsked
from app.domain.complaints.queries import get_ticket
from app.domain.complaints.rules import SETTLE_WITHIN, Kind, Who
from app.domain.complaints.tickets import Locked, NewLine, add_line, lock
from app.kernel import audit, outbox
from app.kernel.db import execute, fetch_one

MONEY_IS_COMING = "已同意退款，款项原路退回"

# Who takes it over says from whom: of two at once the second learns that he came too late.
TAKE = """
UPDATE complaint_tickets SET staff_id = %(staff_id)s
WHERE merchant_id = %(merchant_id)s AND id = %(ticket_id)s
  AND (staff_id = %(staff_id)s OR staff_id IS NOT DISTINCT FROM
    (SELECT id FROM staff WHERE merchant_id = %(merchant_id)s AND number = %(instead_of)s))
"""
HANDLER = """
SELECT s.number, s.name FROM complaint_tickets t
JOIN staff s ON s.merchant_id = t.merchant_id AND s.id = t.staff_id
WHERE t.merchant_id = %(merchant_id)s AND t.id = %(ticket_id)s
"""
# WeChat takes one consent for each time that somebody complains.
AGREED = """
SELECT id FROM complaint_lines
WHERE merchant_id = %(merchant_id)s AND ticket_id = %(ticket_id)s AND action = 'approve'
  AND delivery IS DISTINCT FROM 'refused' AND at >= %(since)s
LIMIT 1
"""


@dataclass(frozen=True)
class _Handler:
    number: str
    name: str


@dataclass(frozen=True)
class _Id:
    id: int


def take(
    *, merchant_id: int, number: str, staff_id: int, instead_of: str | None, at: datetime
) -> None:
    """He deals with it from now on, instead of who did before (a staff number, or None).

    Repeatable. Raises TicketClosed, TicketTaken.
    """
    ticket = lock(merchant_id=merchant_id, number=number)
    ticket.require_open()
    named: dict[str, object] = {"merchant_id": merchant_id, "ticket_id": ticket.id}
    if not execute(TAKE, {**named, "staff_id": staff_id, "instead_of": instead_of}):
        handler = fetch_one(_Handler, HANDLER, named)
        raise TicketTaken(
            "该投诉已由其他同事处理",
            by=handler.number if handler else None,
            name=handler.name if handler else None,
        )
    audit.record(
        merchant_id=merchant_id,
        actor=f"staff:{staff_id}",
        action="complaint.take",
        subject=number,
        at=at,
    )


def order_to_refund(*, merchant_id: int, number: str) -> str:
    """The order that a ticket is about; nothing is locked. Raises NotFound, TicketWithoutOrder."""
    ticket = get_ticket(merchant_id=merchant_id, number=number)
    if ticket.order_number is None:
        raise TicketWithoutOrder("这条投诉没有关联订单")
    return ticket.order_number


def note_refund(*, merchant_id: int, number: str, refund: str, actor: str, at: datetime) -> None:
    """Money goes back because of this ticket: its dialogue names the return.

    Who asked WeChat for his money back is told there that the merchant agrees. Raises
    TicketClosed.
    """
    ticket = lock(merchant_id=merchant_id, number=number)
    ticket.require_open()
    is_told = _is_to_be_told(merchant_id, ticket)
    line = NewLine(
        who=Who.STAFF,
        actor=actor,
        action="approve" if is_told else "refund",
        text=MONEY_IS_COMING,
        refund=refund,
        body={"refund": refund} if is_told else None,
    )
    line_id = add_line(merchant_id=merchant_id, ticket_id=ticket.id, line=line, at=at)
    if is_told and line_id is not None:
        outbox.publish(AnswerAsked(merchant_id=merchant_id, line_id=line_id), at=at)
    if not ticket.is_platforms:
        execute(statements.ANSWERED, {"merchant_id": merchant_id, "ticket_id": ticket.id})
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="complaint.refund",
        subject=ticket.number,
        at=at,
        details={"refund": refund},
    )


def _is_to_be_told(merchant_id: int, ticket: Locked) -> bool:
    if not ticket.is_platforms or ticket.kind != Kind.REFUND:
        return False
    said = {
        "merchant_id": merchant_id,
        "ticket_id": ticket.id,
        "since": ticket.settle_by - SETTLE_WITHIN,
    }
    return fetch_one(_Id, AGREED, said) is None
