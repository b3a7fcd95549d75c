"""What a manager chose of an order, as a sum that he reads before it is asked for."""

from collections.abc import Collection
from datetime import datetime

from app.domain import gifting
from app.domain.aftersales.quoting import find_order, quote
from app.domain.aftersales.rules import Asker, Quote, choose


def quote_chosen(
    *, merchant_id: int, order_number: str, vouchers: Collection[str], at: datetime
) -> Quote:
    """The sum of these vouchers alone; without any, of everything that can go back.

    Nothing is written. Raises NotFound, OrderNotRefundable, GiftWaiting, NotRefundable,
    NothingToRefund.
    """
    whole = quote(
        merchant_id=merchant_id,
        member_id=None,
        order_number=order_number,
        asker=Asker.MERCHANT,
        at=at,
    )
    if waits_for_friend(whole, vouchers):
        order = find_order(merchant_id=merchant_id, number=order_number)
        gifting.refuse_if_waiting(merchant_id=merchant_id, order_id=order.id)
    return choose(whole, vouchers or None, asker=Asker.MERCHANT)


def waits_for_friend(whole: Quote, vouchers: Collection[str]) -> bool:
    """Whether any of what is meant lies in a gift: his or the giver's to decide about."""
    meant = [line for line in whole.lines if not vouchers or line.voucher in vouchers]
    return any(line.reason == "gift_waiting" for line in meant)
