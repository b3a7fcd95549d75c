"""What follows for points: purchases and visits earn, time ripens and ends, people are told."""

from collections.abc import Callable
from datetime import datetime

from app.domain import aftersales, members, membership, orders, points, redemption
from app.domain.membership import Growth
from app.domain.points import EndDue, Factor, LotsDue, Occasion, PendingDue, RuleSource
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.money import BASIS_POINTS
from jobs import ways
from jobs.messages import News, push, time_in_shop
from jobs.sweeping import ROWS_PER_PASS, each_of_all


def expire_points(*, at: datetime) -> int:
    """Take points off whose time is over; how many members were looked at."""
    return each_of_all(
        lambda last: points.list_over(at=at, after=last, limit=ROWS_PER_PASS), _expire_at(at)
    )


def mature_points(*, at: datetime) -> int:
    """Points of purchases that can no longer be given back may be spent; how many earnings."""
    return each_of_all(
        lambda last: points.list_ripe(at=at, after=last, limit=ROWS_PER_PASS), _mature_at(at)
    )


def remind_of_points(*, at: datetime) -> int:
    """Have members told whose points end soon; how many ends."""
    return each_of_all(
        lambda last: points.list_ends_to_tell(at=at, after=last, limit=ROWS_PER_PASS),
        _announce_at(at),
    )


def tell_expiring(task: outbox.Task) -> None:
    """So many of your points end then."""
    push(task, _expiring)


def earn_for_purchase(task: outbox.Task) -> None:
    """A paid order earns what the merchant's rules say, once it cannot be given back."""
    at = clock.now()
    with transaction():
        if not outbox.finish(task, at=at):
            return
        bought = orders.purchase_of(merchant_id=task.merchant_id, order_id=task.payload["order_id"])
        undone = aftersales.undone_bp(
            merchant_id=task.merchant_id, order_id=task.payload["order_id"]
        )
        if bought and bought.spent_fen > 0 and undone < BASIS_POINTS:
            occasion = _purchase(task.merchant_id, bought)
            earned = points.earn_pending_by_rules(
                occasion,
                matures_at=bought.refundable_until,
                factors=_tier_factors(occasion),
            )
            # A return may have been quicker; those that come later take their own share.
            points.cancel_pending(
                merchant_id=task.merchant_id,
                earned_by=occasion.source,
                share_bp=undone,
                cause=f"{occasion.source}:undone",
                at=at,
            )
            _note_growth(occasion, earned, source=f"order:{bought.number}", at=at)


def earn_for_visit(task: outbox.Task) -> None:
    """Whoever used a voucher was there; the limits of a rule say how often that counts."""
    at, number = clock.now(), task.payload["redemption_number"]
    with transaction():
        if not outbox.finish(task, at=at):
            return
        visit = redemption.visit_of(merchant_id=task.merchant_id, redemption_number=number)
        if visit:
            occasion = _visit(task.merchant_id, number, visit)
            earned = points.earn_by_rules(occasion, factors=_tier_factors(occasion))
            _note_growth(occasion, earned, source=occasion.source, at=at)


def undo_visit(task: outbox.Task) -> None:
    """What was reversed was no visit."""
    at, number = clock.now(), task.payload["redemption_number"]
    with transaction():
        if outbox.finish(task, at=at):
            points.undo(
                merchant_id=task.merchant_id,
                earned_by=f"visit:{number}",
                cause=f"reversal:{number}:visit",
                at=at,
            )
            membership.take_growth_back(
                merchant_id=task.merchant_id,
                source=f"visit:{number}",
                share_bp=BASIS_POINTS,
                at=at,
            )


def _expire_at(at: datetime) -> Callable[[LotsDue], None]:
    def expire(due: LotsDue) -> None:
        with transaction():
            points.expire(merchant_id=due.merchant_id, member_id=due.member_id, at=at)

    return expire


def _mature_at(at: datetime) -> Callable[[PendingDue], None]:
    def mature(due: PendingDue) -> None:
        with transaction():
            points.mature(merchant_id=due.merchant_id, cause=due.cause, at=at)

    return mature


def _announce_at(at: datetime) -> Callable[[EndDue], None]:
    def announce(due: EndDue) -> None:
        with transaction():
            points.announce(due, at=at)

    return announce


def _purchase(merchant_id: int, bought: orders.Purchase) -> Occasion:
    return Occasion(
        merchant_id=merchant_id,
        member_id=members.canonical_id(merchant_id=merchant_id, member_id=bought.member_id),
        kind=RuleSource.PURCHASE,
        source=f"purchase:{bought.number}",
        value_fen=bought.spent_fen,
        at=bought.bought_at,
    )


def _visit(merchant_id: int, number: str, visit: redemption.Visit) -> Occasion:
    return Occasion(
        merchant_id=merchant_id,
        member_id=members.canonical_id(merchant_id=merchant_id, member_id=visit.member_id),
        kind=RuleSource.VISIT,
        source=f"visit:{number}",
        store_id=visit.store_id,
        at=visit.at,
    )


def _note_growth(occasion: Occasion, earned: int, *, source: str, at: datetime) -> None:
    """Points that were earned count towards tiers, whatever becomes of them."""
    membership.note_growth(
        merchant_id=occasion.merchant_id,
        member_id=occasion.member_id,
        kind=Growth.POINTS,
        amount=earned,
        source=source,
        at=occasion.at,
    )
    membership.settle(merchant_id=occasion.merchant_id, member_id=occasion.member_id, at=at)


def _tier_factors(occasion: Occasion) -> list[Factor]:
    tier = membership.tier_of(
        merchant_id=occasion.merchant_id, member_id=occasion.member_id, at=occasion.at
    )
    return [Factor(tier.name, tier.points_multiplier_bp)] if tier else []


def _expiring(task: outbox.Task) -> News:
    member_id, ends_at = task.payload["member_id"], task.payload["expires_at"]
    ends = datetime.fromisoformat(ends_at)
    ending = points.ending(merchant_id=task.merchant_id, member_id=member_id, expires_at=ends)
    return News(
        person=ways.Person(merchant_id=task.merchant_id, member_id=member_id),
        event_key=f"points:{ends_at}",
        message="points_expiring",
        words={
            "points": str(ending),
            "ends_at": time_in_shop(task.merchant_id, ends),
            "hint": "到期未使用将自动清零",
        },
    )
