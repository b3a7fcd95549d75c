"""Money that goes back: what it comes to, and the verbs that send it."""

from app.domain import aftersales, complaints, subscriptions
from app.domain.approvals import statements
from app.domain.approvals.actions import (
    AgreeToRefund,
    By,
    Done,
    PaidByHand,
    Price,
    RefundOrder,
    RefundParcel,
)
from app.domain.approvals.reading import member_of


def lock_order(wanted: RefundOrder, by: By) -> None:
    aftersales.hold_for_return(merchant_id=by.merchant_id, number=wanted.order_number)


def price_order(wanted: RefundOrder, by: By) -> Price:
    chosen = aftersales.quote_chosen(
        merchant_id=by.merchant_id,
        order_number=wanted.order_number,
        vouchers=wanted.vouchers,
        at=by.at,
    )
    buyer = member_of(statements.BUYER, by, number=wanted.order_number)
    return Price(amount_fen=chosen.back_fen, member_id=buyer)


def refund_order(wanted: RefundOrder, by: By) -> Done:
    """The order before its ticket, as everybody else does who changes both."""
    made = aftersales.ask_for_buyer(
        merchant_id=by.merchant_id,
        wanted=aftersales.Wanted(
            order_number=wanted.order_number, reason=by.reason, vouchers=wanted.vouchers
        ),
        actor=by.actor,
        at=by.at,
    )
    _note_in_ticket(wanted, by, refund=made)
    return Done(result=made, amount_fen=_moved(by, made))


def _note_in_ticket(wanted: RefundOrder, by: By, *, refund: str) -> None:
    """The complaint's dialogue names the return; WeChat is told where it asked for the money."""
    ticket, mine = wanted.ticket_number, by.merchant_id
    if ticket is None:
        return
    if complaints.order_to_refund(merchant_id=mine, number=ticket) != wanted.order_number:
        return
    complaints.note_refund(merchant_id=mine, number=ticket, refund=refund, actor=by.actor, at=by.at)


def lock_return(wanted: AgreeToRefund | PaidByHand, by: By) -> None:
    aftersales.hold_return(merchant_id=by.merchant_id, number=wanted.refund_number)


def price_return(wanted: AgreeToRefund | PaidByHand, by: By) -> Price:
    found = aftersales.get_return(merchant_id=by.merchant_id, number=wanted.refund_number)
    buyer = member_of(statements.BUYER, by, number=found.order_number)
    return Price(amount_fen=found.amount_fen, member_id=buyer)


def agree(wanted: AgreeToRefund, by: By) -> Done:
    aftersales.approve(
        merchant_id=by.merchant_id,
        number=wanted.refund_number,
        reason=by.reason,
        actor=by.actor,
        at=by.at,
    )
    return Done(result=wanted.refund_number, amount_fen=_moved(by, wanted.refund_number))


def require_unpaid(wanted: PaidByHand, by: By) -> None:
    aftersales.require_unpaid(merchant_id=by.merchant_id, number=wanted.refund_number)


def say_paid(wanted: PaidByHand, by: By) -> Done:
    aftersales.paid_by_hand(
        merchant_id=by.merchant_id,
        number=wanted.refund_number,
        how=wanted.how,
        actor=by.actor,
        at=by.at,
    )
    return Done(result=wanted.refund_number)


def lock_parcel(wanted: RefundParcel, by: By) -> None:
    aftersales.hold_order(merchant_id=by.merchant_id, number=_worth(wanted, by).order_number)


def price_parcel(wanted: RefundParcel, by: By) -> Price:
    worth = _worth(wanted, by)
    buyer = member_of(statements.BUYER, by, number=worth.order_number)
    return Price(amount_fen=worth.allocated_fen, member_id=buyer)


def refund_parcel(wanted: RefundParcel, by: By) -> Done:
    """Without money in it there is no return: then the parcel is what was dealt with."""
    made = aftersales.refund_parcel(
        merchant_id=by.merchant_id,
        number=wanted.parcel_number,
        reason=by.reason,
        actor=by.actor,
        at=by.at,
    )
    return Done(result=made or wanted.parcel_number)


def about_parcel(wanted: RefundParcel, by: By) -> tuple[str, ...]:
    return (wanted.parcel_number, _worth(wanted, by).order_number)


def _worth(wanted: RefundParcel, by: By) -> subscriptions.Worth:
    return subscriptions.worth_of(merchant_id=by.merchant_id, number=wanted.parcel_number)


def _moved(by: By, number: str) -> int:
    return aftersales.get_return(merchant_id=by.merchant_id, number=number).amount_fen
