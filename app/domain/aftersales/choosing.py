"""What a manager chose of an order, as a sum that he reads before it is asked for."""

from collections.abc import Collection
from datetime import datetime

from app.domain.aftersales.quoting import quote
from app.domain.aftersales.rules import Asker, Quote, choose


def quote_chosen(
    *, merchant_id: int, order_number: str, vouchers: Collection[str], at: datetime
) -> Quote:
    """The sum of these vouchers alone; without any, of everything that can go back.

    Nothing is written. Raises NotFound, OrderNotRefundable, NotRefundable, NothingToRefund.
    """
    whole = quote(
        merchant_id=merchant_id,
        member_id=None,
        order_number=order_number,
        asker=Asker.MERCHANT,
        at=at,
    )
    return choose(whole, vouchers or None, asker=Asker.MERCHANT)
