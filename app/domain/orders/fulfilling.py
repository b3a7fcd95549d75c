"""Handing over what was bought, in the transaction that says it is paid."""

from collections.abc import Sequence
from datetime import datetime

from app.domain import catalog, gifting, merchants, vouchers
from app.domain.gifting import Wrapping
from app.domain.orders import assisting, statements
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
    gift: Wrapping | None = None,
    promised_at: datetime | None,
    at: datetime,
) -> None:
    """Issue the vouchers of a paid order, into a gift when it was bought as one.

    `promised_at`: when it was placed, if a campaign may have promised more with it then. The
    caller has moved the order on, once.
    """
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
    if gift:
        gifting.give_order(
            merchant_id=merchant_id, member_id=member_id, order_id=order_id, wrapping=gift, at=at
        )
    # After the gift: what is locked cannot be given away.
    if promised_at:
        assisting.open_tasks(
            merchant_id=merchant_id,
            order_id=order_id,
            order_number=order_number,
            member_id=member_id,
            lines=lines,
            promised_at=promised_at,
            at=at,
        )


def hand_over_free(
    *,
    merchant_id: int,
    order_id: int,
    order_number: str,
    member_id: int,
    lines: Sequence[Line],
    gift: Wrapping | None = None,
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
        gift=gift,
        promised_at=at,
        at=at,
    )
    publish(OrderPaid(merchant_id=merchant_id, order_id=order_id), at=at)
