"""Managers hear of complaints whose time runs out."""

from datetime import datetime

from app.domain import complaints, members
from app.domain.complaints import Kind, State
from app.kernel import clock, outbox
from app.kernel.db import transaction
from jobs import messages, ways

KINDS = {Kind.REFUND: "申请退款", Kind.SERVICE: "服务问题", Kind.OTHER: "其他投诉"}


def tell_manager(task: outbox.Task) -> None:
    """One manager, once for each time that a clock runs out; nothing when it is settled by now."""
    with transaction():
        ticket = complaints.get_ticket(merchant_id=task.merchant_id, number=task.payload["ticket"])
        if ticket.state == State.RESOLVED:
            outbox.finish(task, at=clock.now())
            return
    messages.push(task, lambda task: _news(task, ticket))


def _news(task: outbox.Task, ticket: complaints.TicketView) -> messages.News:
    member_id = members.canonical_id(
        merchant_id=task.merchant_id, member_id=task.payload["member_id"]
    )
    ends_at = datetime.fromisoformat(task.payload["ends_at"])
    return messages.News(
        person=ways.Person(merchant_id=task.merchant_id, member_id=member_id),
        event_key=f"complaint:{ticket.number}:{ends_at.isoformat()}",
        message="complaint_waits",
        words={
            "kind": KINDS[Kind(ticket.kind)],
            "hint": _hint(ticket),
            "ends_at": messages.time_in_shop(task.merchant_id, ends_at),
            "number": ticket.number,
        },
    )


def _hint(ticket: complaints.TicketView) -> str:
    if ticket.waits_now:
        return "顾客正在等待回复"
    return "请回复顾客" if ticket.awaits_us else "请处理完成"
