"""What other rules would have earned: the sales of the last days, worked out both ways."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain import merchants
from app.domain.points.rulebooks import Rulebook, rulebook
from app.domain.points.rulings import (
    FEN_PER_YUAN,
    EarnOn,
    Rule,
    RuleSource,
    When,
    multiply,
    points_for,
)
from app.kernel import strict
from app.kernel.db import fetch_all

MOST_SALES = 20_000
_STEPS = (RuleSource.PURCHASE, RuleSource.REDEMPTION)

# Money that tops up or buys a gift card earns when it is spent.
_PURCHASES = """
SELECT o.fulfilled_at, o.total_fen, NULL::bigint FROM orders o
WHERE o.merchant_id = %(merchant_id)s AND o.fulfilled_at >= %(since)s AND o.total_fen > 0
  AND NOT EXISTS (SELECT FROM order_lines l WHERE l.merchant_id = o.merchant_id
    AND l.order_id = o.id AND l.kind IN ('topup', 'gift_card'))
ORDER BY o.fulfilled_at DESC LIMIT %(limit)s
"""
_REDEMPTIONS = """
SELECT r.redeemed_at, r.value_fen, r.store_id FROM redemptions r
WHERE r.merchant_id = %(merchant_id)s AND r.redeemed_at >= %(since)s AND r.reversed_at IS NULL
ORDER BY r.redeemed_at DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class IdeaOfRule:
    """A rule as it might be: points a yuan, or a fixed number."""

    source: RuleSource
    points_per_yuan: int | None
    fixed_points: int | None


@dataclass(frozen=True)
class Idea:
    """Which step of a sale might earn, and by which rules instead of those that count now."""

    earn_on: EarnOn
    rules: Sequence[IdeaOfRule]


@dataclass(frozen=True)
class StepTried:
    """So many sales of a step, worth so many fen, and their points now and by the idea."""

    step: RuleSource
    sales: int
    value_fen: int
    points_now: int
    points_then: int


@dataclass(frozen=True)
class Tried:
    """`cost_fen`: what the difference is worth as part payment. `is_cut`: there were more sales."""

    since: datetime
    steps: list[StepTried]
    cost_fen: int
    is_cut: bool


@dataclass(frozen=True)
class _Sale:
    at: datetime
    value_fen: int
    store_id: int | None


def dry_run(*, merchant_id: int, idea: Idea, days: int, at: datetime) -> Tried:
    """Work out the sales of the last days by both. Nothing is written.

    Factors of day, hours and store count; tiers and limits per member do not. Raises Invalid.
    """
    for rule in idea.rules:
        strict.require((rule.points_per_yuan is None) != (rule.fixed_points is None), field="rules")
    now, since = rulebook(merchant_id=merchant_id), at - timedelta(days=days)
    then = _imagine(now, idea)
    steps, is_cut = [], False
    for step, query in zip(_STEPS, (_PURCHASES, _REDEMPTIONS), strict=True):
        which = {"merchant_id": merchant_id, "since": since, "limit": MOST_SALES + 1}
        sales = fetch_all(_Sale, query, which)
        is_cut = is_cut or len(sales) > MOST_SALES
        steps.append(_try(merchant_id, step, sales[:MOST_SALES], now, then))
    more = sum(each.points_then - each.points_now for each in steps)
    return Tried(since, steps, more * FEN_PER_YUAN // now.terms.worth, is_cut)


def _imagine(book: Rulebook, idea: Idea) -> Rulebook:
    rules = [
        Rule(0, "", each.source, None, each.points_per_yuan, each.fixed_points, None, None, 0)
        for each in idea.rules
    ]
    return replace(book, rules=rules, terms=replace(book.terms, earn_on=idea.earn_on))


def _try(
    merchant_id: int, step: RuleSource, sales: Sequence[_Sale], now: Rulebook, then: Rulebook
) -> StepTried:
    profile = merchants.profile(merchant_id=merchant_id)

    def by(book: Rulebook) -> int:
        plain, zone = profile.points_per_yuan, profile.zone
        return sum(_earned(book, step, each, zone=zone, plain=plain) for each in sales)

    value_fen = sum(each.value_fen for each in sales)
    return StepTried(step, len(sales), value_fen, by(now), by(then))


def _earned(book: Rulebook, step: RuleSource, sale: _Sale, *, zone: str, plain: int) -> int:
    bases = [rule.base(sale.value_fen) for rule in book.rules_for(step)]
    if book.pays_plain(step):
        bases = [points_for(sale.value_fen, points_per_yuan=plain)]
    factors = book.factors_for(When(step, sale.at, zone, sale.store_id)) if bases else []
    return sum(multiply(base, factors)[0] for base in bases)
