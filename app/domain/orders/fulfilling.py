"""Handing over what was bought, in the transaction that says it is paid."""

from collections.abc import Sequence
from datetime import datetime

from app.domain import catalog, merchants, vouchers
from app.domain.orders import statements
from app.domain.orders.events import OrderPaid
from app.domain.orders.rules import Line, cards_of
from app.kernel.db import execute
from app.kernel.outbox import publish


def hand_over(
    *,
    merchant_id: int,
    order_id: int,
    order_number: str,
    member_id: int,
    lines: Sequence[Line],
    at: datetime,
) -> None:
    """Issue the vouchers of a paid order. The caller has moved the order on, once."""
    zone = merchants.profile(merchant_id=merchant_id).zone
    revision_ids = {revision for line in lines for revision in line.revision_ids}
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids=revision_ids)
    cards = [card for line in lines for card in cards_of(line, terms, zone=zone, at=at)]
    vouchers.issue(
        merchant_id=merchant_id,
        order_id=order_id,
        order_number=order_number,
        member_id=member_id,
        cards=cards,
        at=at,
    )


def hand_over_free(
    *,
    merchant_id: int,
    order_id: int,
    order_number: str,
    member_id: int,
    lines: Sequence[Line],
    at: datetime,
) -> None:
    """An order of zero fen needs no payment: it is fulfilled with its placing."""
    execute(statements.FULFIL_FREE, {"merchant_id": merchant_id, "order_id": order_id, "at": at})
    hand_over(
        merchant_id=merchant_id,
        order_id=order_id,
        order_number=order_number,
        member_id=member_id,
        lines=lines,
        at=at,
    )
    publish(OrderPaid(merchant_id=merchant_id, order_id=order_id), at=at)
