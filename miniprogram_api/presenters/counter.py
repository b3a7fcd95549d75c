from collections.abc import Sequence
from datetime import datetime

from app.domain import redemption
from app.web.words import Told
from miniprogram_api.presenters.points import WorkingView, present_working


class QuoteView(Told):
    """What a redemption now would give. Nothing is held. `workings` as in the verdict.

    `face`: what it is worth at the till, in words. `value_fen`: what was paid for it; 0: nothing.
    """

    voucher: str
    benefit_name: str
    hand_over: str
    face: str
    value_fen: int
    points: int
    workings: list[WorkingView]
    valid_until: datetime


class RedeemedView(Told):
    """Hand over what `hand_over` says. `replayed`: this scan had been answered before.

    `workings`: how the points came about, rule by rule; empty where it is the plain rate.
    """

    redemption: str
    voucher: str
    benefit_name: str
    hand_over: str
    value_fen: int
    points: int
    workings: list[WorkingView]
    points_balance: int
    store_name: str
    redeemed_at: datetime
    replayed: bool


class ReversedView(Told):
    """The voucher is usable again; points that were spent meanwhile are owed."""

    redemption: str
    voucher: str
    points_taken_back: int
    points_debt: int


class TodayItem(Told):
    """`by` is "staff" or "api_key"; `is_mine`: it was you."""

    redemption: str
    voucher: str
    benefit_name: str
    value_fen: int
    points: int
    by: str
    is_mine: bool
    redeemed_at: datetime
    reversed_at: datetime | None


class Totals(Told):
    """Reversed ones are counted apart and in no sum."""

    redeemed: int
    reversed: int
    value_fen: int
    points: int


class Today(Told):
    store_name: str
    items: list[TodayItem]
    totals: Totals


def present_quote(quote: redemption.Quote) -> QuoteView:
    return QuoteView(
        voucher=quote.voucher_number,
        benefit_name=quote.benefit_name,
        hand_over=quote.hand_over,
        face=quote.face_text,
        value_fen=quote.value_fen,
        points=quote.points,
        workings=[present_working(each) for each in quote.workings],
        valid_until=quote.valid_until,
    )


def present_redeemed(verdict: redemption.Redeemed) -> RedeemedView:
    return RedeemedView(
        redemption=verdict.number,
        voucher=verdict.voucher_number,
        benefit_name=verdict.benefit_name,
        hand_over=verdict.hand_over,
        value_fen=verdict.value_fen,
        points=verdict.points,
        workings=[present_working(each) for each in verdict.workings],
        points_balance=verdict.points_balance,
        store_name=verdict.store_name,
        redeemed_at=verdict.redeemed_at,
        replayed=verdict.replayed,
    )


def present_reversed(undone: redemption.Reversed) -> ReversedView:
    return ReversedView(
        redemption=undone.number,
        voucher=undone.voucher_number,
        points_taken_back=undone.points_taken_back,
        points_debt=undone.points_debt,
    )


def present_today(
    lines: Sequence[redemption.TodayLine],
    totals: redemption.TodayTotals,
    *,
    store_name: str,
    me: str,
) -> Today:
    return Today(
        store_name=store_name,
        items=[_line(line, me=me) for line in lines],
        totals=Totals(
            redeemed=totals.redeemed,
            reversed=totals.reversed,
            value_fen=totals.value_fen,
            points=totals.points,
        ),
    )


def _line(line: redemption.TodayLine, *, me: str) -> TodayItem:
    return TodayItem(
        redemption=line.number,
        voucher=line.voucher_number,
        benefit_name=line.benefit_name,
        value_fen=line.value_fen,
        points=line.points,
        by=line.actor.partition(":")[0],
        is_mine=line.actor == me,
        redeemed_at=line.redeemed_at,
        reversed_at=line.reversed_at,
    )
