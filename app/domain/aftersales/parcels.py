"""A parcel that never arrives: it is given up, and its part of the money goes back."""

from datetime import datetime

from app.domain import subscriptions
from app.domain.aftersales.asking import ask_for_part
from app.domain.aftersales.rules import QuoteLine
from app.domain.subscriptions import Worth


def refund_parcel(
    *, merchant_id: int, number: str, reason: str, actor: str, at: datetime
) -> str | None:
    """Money back instead of sending it; the return's number, None where it held no money.

    Raises NotFound, ParcelMoved unless it waits to be sent or has failed; RefundUnderWay,
    OrderNotRefundable.
    """
    worth = subscriptions.worth_of(merchant_id=merchant_id, number=number)
    made = None
    if worth.allocated_fen:
        made = ask_for_part(
            merchant_id=merchant_id,
            order_number=worth.order_number,
            part=_line(worth),
            reason=reason,
            actor=actor,
            at=at,
        )
    subscriptions.give_up(merchant_id=merchant_id, number=number, reason=reason, actor=actor, at=at)
    return made


def _line(worth: Worth) -> QuoteLine:
    return QuoteLine(
        title=f"{worth.title}·第{worth.period}期",
        voucher=None,
        paid_fen=worth.allocated_fen,
        back_fen=worth.allocated_fen,
        reason=None,
        words=worth.formula,
    )
