"""Points earned, pending and held: by the real verbs."""

from datetime import timedelta
from itertools import count

from app.domain import points
from app.domain.points import EarnOn, RuleSource
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, an_order, order_id_of
from tests.builders.transactions import joined

YEAR = timedelta(days=365)
_causes = count(1)


def a_cause(what="earn"):
    return f"{what}:test{next(_causes)}"


def given(shop, member, amount, *, at=NOON, expires_at=NOON + YEAR, cause=None):
    with joined():
        points.earn(
            merchant_id=shop.id,
            member_id=member.id,
            points=amount,
            cause=cause or a_cause(),
            reason="earn",
            expires_at=expires_at,
            at=at,
        )


def pending(shop, member, amount, *, cause=None, matures_at=NOON + timedelta(days=7), at=NOON):
    cause = cause or a_cause("purchase")
    with joined():
        points.earn_pending(
            merchant_id=shop.id,
            member_id=member.id,
            points=amount,
            cause=cause,
            reason="消费奖励",
            matures_at=matures_at,
            expires_at=matures_at + YEAR,
            at=at,
        )
    return cause


# The sweeps' work in the transaction that is open; how many rows were looked at.


def mature_due(*, at, limit=10_000):
    due = points.list_ripe(at=at, after=None, limit=limit)
    for each in due:
        points.mature(merchant_id=each.merchant_id, cause=each.cause, at=at)
    return len(due)


def expire_due(*, at, limit=10_000):
    due = points.list_over(at=at, after=None, limit=limit)
    for who in due:
        points.expire(merchant_id=who.merchant_id, member_id=who.member_id, at=at)
    return len(due)


def notify_due(*, at, limit=10_000):
    due = points.list_ends_to_tell(at=at, after=None, limit=limit)
    for end in due:
        points.announce(end, at=at)
    return len(due)


def an_order_id(shop, member):
    """Of an order that waits for its payment."""
    placed = an_order(shop, buyer=member)
    with joined():
        return order_id_of(shop, placed.order_number)


def held(shop, member, amount, *, at=NOON, order_id=None):
    order_id = order_id or an_order_id(shop, member)
    with joined():
        points.hold(
            merchant_id=shop.id, member_id=member.id, order_id=order_id, points=amount, at=at
        )
    return order_id


def look(shop, member, *, at=NOON):
    with joined():
        return points.balance(merchant_id=shop.id, member_id=member.id, at=at)


def a_rule(shop, *, source=RuleSource.EVENT, at=NOON, **words):
    words = {"name": "完善资料奖励"} | words
    if source == RuleSource.EVENT:
        words = {"event": "profile"} | words
    if "points_per_yuan" not in words:
        words = {"fixed_points": 50} | words
    if source == RuleSource.PURCHASE:
        earn_on(shop, EarnOn.BOTH, at=at)
    with joined():
        return points.add_rule(merchant_id=shop.id, source=source, actor="system", at=at, **words)


def earn_on(shop, step, *, at=NOON):
    """Which step of a sale earns; all else as it is."""
    terms = points.rulebook(merchant_id=shop.id).terms
    said = vars_of(terms) | {"earn_on": step}
    with joined():
        points.set_terms(merchant_id=shop.id, actor="system", at=at, **said)


def vars_of(terms):
    return {name: getattr(terms, name) for name in terms.__slots__}


def a_factor(shop, *, name="会员日", bp=20_000, at=NOON, **words):
    with joined():
        return points.add_factor(
            merchant_id=shop.id, name=name, bp=bp, actor="system", at=at, **words
        )


def an_occasion(shop, member, *, source=None, kind=RuleSource.EVENT, at=NOON, **words):
    if kind == RuleSource.EVENT:
        words = {"event": "profile"} | words
    return points.Occasion(
        merchant_id=shop.id,
        member_id=member.id,
        kind=kind,
        source=source or a_cause("event"),
        at=at,
        **words,
    )


__all__ = [
    "a_buyer",
    "a_cause",
    "a_factor",
    "a_rule",
    "an_occasion",
    "an_order_id",
    "expire_due",
    "given",
    "held",
    "look",
    "mature_due",
    "notify_due",
    "pending",
]
