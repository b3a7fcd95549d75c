"""What an order brought beside vouchers: its part of the sum, and how it is taken back.

A table from the kind of offer to three verbs: what it would give back, what is taken before the
money goes (so that nobody spends it meanwhile), and what ends when the money is back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import membership, stored_value, subscriptions
from app.domain.aftersales.rules import REASONS, QuoteLine
from app.domain.catalog import OfferKind
from app.domain.stored_value import GiftCardState, RefundBasis
from app.kernel.money import yuan


@dataclass(frozen=True, kw_only=True)
class Goods:
    """The line of an order that brought more than vouchers. `paid_fen`: its part of the money."""

    merchant_id: int
    order_id: int
    kind: OfferKind
    title: str
    paid_fen: int
    terms: Mapping[str, Any]


def quote_goods(goods: Goods, *, at: datetime) -> QuoteLine | None:
    """Its line in the sum; None for a kind that is vouchers and nothing else."""
    find = _QUOTES.get(goods.kind)
    # All that was paid may lie in its vouchers, which then stand for it.
    return find(goods, at) if find and goods.paid_fen else None


def was_used(goods: Goods) -> bool:
    """Whether something that came with it beside its days was used, so that days do not say all."""
    return goods.kind is OfferKind.MEMBERSHIP and membership.pack_was_used(
        merchant_id=goods.merchant_id, order_id=goods.order_id
    )


def take_goods(goods: Goods, *, cause: str, at: datetime) -> int:
    """Take away what could be used up meanwhile; what it gives back, in fen, from now on."""
    take = _TAKE.get(goods.kind)
    return take(goods, cause, at) if take else 0


def end_goods(goods: Goods, *, at: datetime) -> None:
    """The money is back: end what it bought."""
    if goods.kind is OfferKind.MEMBERSHIP:
        membership.end_term(merchant_id=goods.merchant_id, order_id=goods.order_id, at=at)


def _quote_topup(goods: Goods, at: datetime) -> QuoteLine:
    found = stored_value.topup_refund_quote(
        merchant_id=goods.merchant_id, order_id=goods.order_id, at=at
    )
    agreed = next(case for case in found.cases if case.basis is RefundBasis.AGREED)
    shown = "，".join(
        f"{line.words} {yuan(line.amount_fen)}元" if line.amount_fen else line.words
        for line in agreed.lines
    )
    return _line(goods, found.refundable_fen, shown, nothing_left="spent")


def _quote_plan(goods: Goods, at: datetime) -> QuoteLine:
    left = subscriptions.unserved(merchant_id=goods.merchant_id, order_id=goods.order_id, at=at)
    return _line(goods, left.amount_fen, left.formula, nothing_left="served")


def _quote_term(goods: Goods, at: datetime) -> QuoteLine:
    left = membership.term_left(merchant_id=goods.merchant_id, order_id=goods.order_id, at=at)
    return _line(goods, left.amount_fen, left.formula, nothing_left="served")


def _quote_gift_cards(goods: Goods, _at: datetime) -> QuoteLine:
    cards = stored_value.cards_of_order(merchant_id=goods.merchant_id, order_id=goods.order_id)
    free = [card.paid_fen for card in cards if card.state == GiftCardState.SOLD]
    shown = f"{len(free)}张礼品卡无人领取，实付{yuan(sum(free))}元"
    return _line(goods, sum(free), shown, nothing_left="claimed")


def _line(goods: Goods, back_fen: int, shown: str, *, nothing_left: str) -> QuoteLine:
    reason = None if back_fen else nothing_left
    return QuoteLine(
        title=goods.title,
        voucher=None,
        paid_fen=goods.paid_fen,
        back_fen=back_fen,
        reason=reason,
        words=REASONS[reason] if reason else shown,
    )


def _take_topup(goods: Goods, cause: str, at: datetime) -> int:
    return stored_value.refund_topup(
        merchant_id=goods.merchant_id, order_id=goods.order_id, cause=cause, at=at
    )


def _take_gift_cards(goods: Goods, cause: str, at: datetime) -> int:
    return stored_value.refund_gift_cards(
        merchant_id=goods.merchant_id, order_id=goods.order_id, cause=cause, at=at
    )


def _take_plan(goods: Goods, _cause: str, at: datetime) -> int:
    stopped = subscriptions.stop(merchant_id=goods.merchant_id, order_id=goods.order_id, at=at)
    return stopped.amount_fen


def _take_term(goods: Goods, _cause: str, at: datetime) -> int:
    return membership.give_term_back(merchant_id=goods.merchant_id, order_id=goods.order_id, at=at)


_QUOTES: Mapping[OfferKind, Callable[[Goods, datetime], QuoteLine]] = {
    OfferKind.TOPUP: _quote_topup,
    OfferKind.SUBSCRIPTION: _quote_plan,
    OfferKind.MEMBERSHIP: _quote_term,
    OfferKind.GIFT_CARD: _quote_gift_cards,
}
_TAKE: Mapping[OfferKind, Callable[[Goods, str, datetime], int]] = {
    OfferKind.TOPUP: _take_topup,
    OfferKind.SUBSCRIPTION: _take_plan,
    OfferKind.MEMBERSHIP: _take_term,
    OfferKind.GIFT_CARD: _take_gift_cards,
}
