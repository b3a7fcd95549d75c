"""What people do counts towards their tier; tiers, terms and packs come and go in time."""

from collections.abc import Callable
from datetime import datetime

from app.domain import membership, orders, redemption
from app.domain.membership import Due, FeeDue, Growth, Occasion, PackDue, TermDue
from app.domain.orders import GrowthLine
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.money import BASIS_POINTS
from jobs.sweeping import ROWS_PER_PASS, each, each_of_all


def note_purchase(task: outbox.Task) -> None:
    """A paid order: what was spent, and which offers were bought."""
    at = clock.now()
    with transaction():
        if not outbox.finish(task, at=at):
            return
        lines = orders.list_growth(merchant_id=task.merchant_id, order_id=task.payload["order_id"])
        for line in lines:
            _note_line(task.merchant_id, line)
        if lines:
            _settle(task.merchant_id, lines[0].member_id, at=at)


def note_visit(task: outbox.Task) -> None:
    """A redemption: a visit, and the points that it earned."""
    at = clock.now()
    with transaction():
        if not outbox.finish(task, at=at):
            return
        used = redemption.notice_words(
            merchant_id=task.merchant_id, redemption_number=task.payload["redemption_number"]
        )
        for kind, amount in ((Growth.VISIT, 1), (Growth.POINTS, used.points)):
            membership.note_growth(
                merchant_id=task.merchant_id,
                member_id=used.member_id,
                kind=kind,
                amount=amount,
                source=f"redemption:{used.number}",
                at=used.redeemed_at,
            )
        _settle(task.merchant_id, used.member_id, at=at)


def take_visit_back(task: outbox.Task) -> None:
    """A reversed redemption was no visit, and earned nothing."""
    at = clock.now()
    with transaction():
        if not outbox.finish(task, at=at):
            return
        membership.take_growth_back(
            merchant_id=task.merchant_id,
            source=f"redemption:{task.payload['redemption_number']}",
            share_bp=BASIS_POINTS,
            at=at,
        )


def look_again(task: outbox.Task) -> None:
    """What a tier rests on has changed."""
    at = clock.now()
    with transaction():
        if outbox.finish(task, at=at):
            _settle(task.merchant_id, task.payload["member_id"], at=at)


def greet(task: outbox.Task) -> None:
    """What a bought tier gives on arrival."""
    at = clock.now()
    with transaction():
        if outbox.finish(task, at=at):
            membership.greet(
                merchant_id=task.merchant_id,
                member_id=task.payload["member_id"],
                tier=task.payload["tier"],
                at=at,
            )


def take_greeting_back(task: outbox.Task) -> None:
    """A bought tier was given back: so is what it gave, as far as it is unused."""
    at = clock.now()
    with transaction():
        if outbox.finish(task, at=at):
            membership.take_greeting_back(
                merchant_id=task.merchant_id, member_id=task.payload["member_id"], at=at
            )


def evaluate_tiers(*, at: datetime) -> int:
    """Tiers whose period or grace is over, or whose rules are new, and terms that are over."""
    terms = each(lambda: membership.list_terms_due(at=at, limit=ROWS_PER_PASS), _end_term_at(at))
    return terms + each(lambda: membership.list_due(at=at, limit=ROWS_PER_PASS), _settle_at(at))


def warn_of_downgrades(*, at: datetime) -> int:
    """Tell those who would lose their tier soon; how many were looked at."""
    return each(lambda: membership.list_to_warn(at=at, limit=ROWS_PER_PASS), _warn_at(at))


def earn_fees(*, at: datetime) -> int:
    """What bought terms have earned by their days, month by month; how many were looked at."""
    return each(lambda: membership.list_fees_due(at=at, limit=ROWS_PER_PASS), _earn_at(at))


def grant_packs(*, at: datetime) -> int:
    """Monthly and birthday packs that are due; how many were looked at."""
    with transaction():
        shops = membership.list_merchants()
    return sum(
        each_of_all(_packs_due(shop, occasion, at), _give_at(shop, occasion, at))
        for shop in shops
        for occasion in (Occasion.MONTHLY, Occasion.BIRTHDAY)
    )


def _note_line(merchant_id: int, line: GrowthLine) -> None:
    for kind, amount, offer in (
        (Growth.SPEND, line.spent_fen, ""),
        (Growth.PURCHASE, line.quantity, line.offer),
    ):
        membership.note_growth(
            merchant_id=merchant_id,
            member_id=line.member_id,
            kind=kind,
            amount=amount,
            source=f"order:{line.order_number}",
            at=line.paid_at,
            offer=offer,
        )


def _settle(merchant_id: int, member_id: int, *, at: datetime) -> None:
    membership.settle(merchant_id=merchant_id, member_id=member_id, at=at)


def _settle_at(at: datetime) -> Callable[[Due], None]:
    def settle(due: Due) -> None:
        with transaction():
            _settle(due.merchant_id, due.member_id, at=at)

    return settle


def _warn_at(at: datetime) -> Callable[[Due], None]:
    def warn(due: Due) -> None:
        with transaction():
            membership.warn(merchant_id=due.merchant_id, member_id=due.member_id, at=at)

    return warn


def _earn_at(at: datetime) -> Callable[[FeeDue], None]:
    def earn(due: FeeDue) -> None:
        with transaction():
            membership.earn_fee(merchant_id=due.merchant_id, order_id=due.order_id, at=at)

    return earn


def _end_term_at(at: datetime) -> Callable[[TermDue], None]:
    def end(due: TermDue) -> None:
        with transaction():
            membership.end_served_term(merchant_id=due.merchant_id, order_id=due.order_id, at=at)

    return end


def _packs_due(
    merchant_id: int, occasion: Occasion, at: datetime
) -> Callable[[PackDue | None], list[PackDue]]:
    def list_due(last: PackDue | None) -> list[PackDue]:
        return membership.list_packs_due(
            merchant_id=merchant_id, occasion=occasion, after=last, at=at, limit=ROWS_PER_PASS
        )

    return list_due


def _give_at(merchant_id: int, occasion: Occasion, at: datetime) -> Callable[[PackDue], None]:
    def give(due: PackDue) -> None:
        with transaction():
            membership.give_due(
                merchant_id=merchant_id,
                member_id=due.member_id,
                occasion=occasion,
                period=due.period,
                at=at,
            )

    return give
