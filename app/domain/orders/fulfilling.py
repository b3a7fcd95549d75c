"""Handing over what was bought, in the transaction that says it is paid."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import (
    catalog,
    gifting,
    membership,
    merchants,
    pools,
    stored_value,
    subscriptions,
    vouchers,
)
from app.domain.catalog import BenefitKind, OfferKind
from app.domain.gifting import Wrapping
from app.domain.orders import assisting, statements
from app.domain.orders.events import OrderPaid
from app.domain.orders.rules import Line, cards_of
from app.kernel import money
from app.kernel.db import execute
from app.kernel.outbox import publish


@dataclass(frozen=True, kw_only=True)
class Bought:
    """The paid order behind whatever is handed over, and the moment."""

    merchant_id: int
    order_id: int
    order_number: str
    member_id: int
    at: datetime


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
    """Give what was bought: vouchers, into a gift when bought as one, and what its kind promises.

    `promised_at`: when it was placed, if a campaign may have promised more with it then. The
    caller has moved the order on, once.
    """
    bought = Bought(
        merchant_id=merchant_id,
        order_id=order_id,
        order_number=order_number,
        member_id=member_id,
        at=at,
    )
    _issue_vouchers(bought, lines)
    for line in lines:
        if gives := GIVES.get(OfferKind(line.kind)):
            gives(bought, line)
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


def _issue_vouchers(bought: Bought, lines: Sequence[Line]) -> None:
    merchant_id, at = bought.merchant_id, bought.at
    zone = merchants.profile(merchant_id=merchant_id).zone
    revision_ids = {revision for line in lines for revision in line.revision_ids}
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids=revision_ids)
    cards = [
        card for line in lines if line.contents for card in cards_of(line, terms, zone=zone, at=at)
    ]
    if not cards:
        return
    vouchers.issue(
        merchant_id=merchant_id,
        order_id=bought.order_id,
        order_number=bought.order_number,
        member_id=bought.member_id,
        cards=cards,
        at=at,
    )
    for benefit_id in sorted(t.benefit_id for t in terms.values() if t.kind == BenefitKind.CODE):
        pools.fill(merchant_id=merchant_id, benefit_id=benefit_id, at=at)


def _top_up(bought: Bought, line: Line) -> None:
    stored_value.top_up(
        merchant_id=bought.merchant_id,
        member_id=bought.member_id,
        order_id=bought.order_id,
        order_number=bought.order_number,
        paid_fen=line.amount_fen,
        bonus_fen=line.terms["bonus_fen"],
        usage_order=line.terms["usage_order"],
        offer_id=line.offer_id,
        bonus_cap_fen=line.terms["bonus_cap_fen"],
        at=bought.at,
    )


def _hand_out_gift_cards(bought: Bought, line: Line) -> None:
    for paid_fen in money.split(line.amount_fen, [1] * line.quantity):
        stored_value.issue_gift_card(
            merchant_id=bought.merchant_id,
            member_id=bought.member_id,
            order_id=bought.order_id,
            face_fen=line.terms["face_fen"],
            is_named=line.terms["is_named"],
            paid_fen=paid_fen,
            at=bought.at,
        )


def _start_term(bought: Bought, line: Line) -> None:
    membership.start_term(
        merchant_id=bought.merchant_id,
        member_id=bought.member_id,
        order_id=bought.order_id,
        tier_number=line.terms["tier"],
        term_days=line.terms["term_days"],
        # What comes with vouchers is divided among them, and earned with each.
        fee_fen=0 if line.contents else line.amount_fen,
        at=bought.at,
    )


def _start_subscription(bought: Bought, line: Line) -> None:
    subscriptions.start(
        merchant_id=bought.merchant_id,
        member_id=bought.member_id,
        order_id=bought.order_id,
        order_number=bought.order_number,
        paid_fen=line.amount_fen,
        terms=line.terms,
        at=bought.at,
    )


# What a kind of offer brings beside its vouchers.
GIVES: dict[OfferKind, Callable[[Bought, Line], None]] = {
    OfferKind.TOPUP: _top_up,
    OfferKind.GIFT_CARD: _hand_out_gift_cards,
    OfferKind.MEMBERSHIP: _start_term,
    OfferKind.SUBSCRIPTION: _start_subscription,
}


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
