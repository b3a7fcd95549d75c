"""Words about stored value and gift cards. All amounts are fen."""

from datetime import datetime

from app.domain import stored_value
from app.domain.stored_value import (
    CreditView,
    GiftCardView,
    Receipt,
    RefundQuote,
    SpendLimits,
    ValueBalance,
    ValueLine,
)
from app.kernel.paging import Page
from app.web.words import Told

GIFT_CARD_PAGE = "pages/gift-card/take"
"""Where the mini-program lets a friend claim it."""


class StoredValue(Told):
    """`held_fen` waits with unpaid orders; `parked_fen` is paid and waits for room under the cap.

    A spending above `confirm_above_fen` wants a confirmation, and so does one that lifts the day's
    sum of those without one above `confirm_day_above_fen`: one up to `free_fen` wants none now.
    `family_pays`: I may spend a family's beside my own.
    """

    paid_fen: int
    bonus_fen: int
    total_fen: int
    held_fen: int
    parked_fen: int
    frozen: bool
    confirm_above_fen: int
    confirm_day_above_fen: int
    free_fen: int
    cap_fen: int
    family_pays: bool


class ValueEntry(Told):
    at: datetime
    paid_change: int
    bonus_change: int
    order: str | None
    reason: str


class ValueEntries(Told):
    items: list[ValueEntry]
    next_cursor: str | None


class ValueCreditTold(Told):
    """`kind`: topup, gift_card or adjustment. `order` only of a top-up."""

    kind: str
    state: str
    order: str | None
    paid_fen: int
    bonus_fen: int
    paid_rest: int
    bonus_rest: int
    usage_order: str
    made_at: datetime


class ValueCreditPage(Told):
    items: list[ValueCreditTold]
    next_cursor: str | None


class LotPaidTold(Told):
    """`order` by which this top-up was bought; null of a gift card or a correction."""

    kind: str
    order: str | None
    made_at: datetime
    usage_order: str
    paid_fen: int
    bonus_fen: int


class ValueReceipt(Told):
    """Which of my top-ups paid, and how much of paid and bonus money."""

    order: str
    state: str
    paid_fen: int
    bonus_fen: int
    returned_fen: int
    at: datetime
    lots: list[LotPaidTold]


class SumTold(Told):
    words: str
    amount_fen: int


class RefundCase(Told):
    """`why_not` says why this rule does not apply. `clawback_fen` is unspent bonus taken back."""

    basis: str
    refund_fen: int
    kept_fen: int
    clawback_fen: int
    why_not: str | None
    lines: list[SumTold]


class TopUpRefundQuote(Told):
    refundable_fen: int
    clawback_fen: int
    cases: list[RefundCase]


class ConfirmationTold(Told):
    """Send the token with the order that spends up to `amount_fen`."""

    token: str
    amount_fen: int
    ends_at: datetime


class GiftCardTold(Told):
    """`state`: sold, claimed or refunded. A named card has no `valid_until`."""

    gift_card: str
    state: str
    face_fen: int
    is_named: bool
    sold_at: datetime
    valid_until: datetime | None


class GiftCardPage(Told):
    items: list[GiftCardTold]
    next_cursor: str | None


class GiftCardBehindLink(Told):
    state: str
    face_fen: int
    is_named: bool
    valid_until: datetime | None


class GiftCardLink(Told):
    """`path` is for onShareAppMessage."""

    gift_card: str
    token: str
    path: str


class GiftCardClaimed(Told):
    gift_card: str
    face_fen: int


def present_value(
    found: ValueBalance, *, limits: SpendLimits, unconfirmed_fen: int, family_pays: bool
) -> StoredValue:
    return StoredValue(
        paid_fen=found.paid_fen,
        bonus_fen=found.bonus_fen,
        total_fen=found.paid_fen + found.bonus_fen,
        held_fen=found.held_fen,
        parked_fen=found.parked_fen,
        frozen=found.frozen,
        confirm_above_fen=limits.order_fen,
        confirm_day_above_fen=limits.day_fen,
        free_fen=max(0, min(limits.order_fen, limits.day_fen - unconfirmed_fen)),
        cap_fen=stored_value.NAMED_CAP_FEN,
        family_pays=family_pays,
    )


def present_history(page: Page[ValueLine]) -> ValueEntries:
    items = [
        ValueEntry(
            at=line.at,
            paid_change=line.paid_change,
            bonus_change=line.bonus_change,
            order=line.order_number,
            reason=line.reason,
        )
        for line in page.items
    ]
    return ValueEntries(items=items, next_cursor=page.next_cursor)


def present_credits(page: Page[CreditView]) -> ValueCreditPage:
    items = [_present_credit(credit) for credit in page.items]
    return ValueCreditPage(items=items, next_cursor=page.next_cursor)


def present_receipt(found: Receipt, *, order: str) -> ValueReceipt:
    lots = [
        LotPaidTold(
            kind=lot.kind,
            order=_order_of(lot.reference),
            made_at=lot.made_at,
            usage_order=lot.usage_order,
            paid_fen=lot.paid_fen,
            bonus_fen=lot.bonus_fen,
        )
        for lot in found.lots
    ]
    return ValueReceipt(
        order=order,
        state=found.state,
        paid_fen=found.paid_fen,
        bonus_fen=found.bonus_fen,
        returned_fen=found.returned_fen,
        at=found.held_at,
        lots=lots,
    )


def present_quote(quote: RefundQuote) -> TopUpRefundQuote:
    cases = [
        RefundCase(
            basis=case.basis.value,
            refund_fen=case.refund_fen,
            kept_fen=case.kept_fen,
            clawback_fen=case.clawback_fen,
            why_not=case.why_not,
            lines=[SumTold(words=line.words, amount_fen=line.amount_fen) for line in case.lines],
        )
        for case in quote.cases
    ]
    return TopUpRefundQuote(
        refundable_fen=quote.refundable_fen, clawback_fen=quote.clawback_fen, cases=cases
    )


def present_gift_card(card: GiftCardView) -> GiftCardTold:
    return GiftCardTold(
        gift_card=card.number,
        state=card.state,
        face_fen=card.face_fen,
        is_named=card.is_named,
        sold_at=card.sold_at,
        valid_until=card.valid_until,
    )


def present_behind_link(card: GiftCardView) -> GiftCardBehindLink:
    return GiftCardBehindLink(
        state=card.state,
        face_fen=card.face_fen,
        is_named=card.is_named,
        valid_until=card.valid_until,
    )


def _present_credit(credit: CreditView) -> ValueCreditTold:
    return ValueCreditTold(
        kind=credit.kind,
        state=credit.state,
        order=_order_of(credit.reference),
        paid_fen=credit.paid_fen,
        bonus_fen=credit.bonus_fen,
        paid_rest=credit.paid_rest,
        bonus_rest=credit.bonus_rest,
        usage_order=credit.usage_order,
        made_at=credit.made_at,
    )


def _order_of(reference: str) -> str | None:
    kind, _, number = reference.partition(":")
    return number if kind == "topup" else None
