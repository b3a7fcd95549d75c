"""A merchant's rules, factors and terms as they count now: read rarely, asked at every scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.points.rulings import EarnOn, Factor, FactorTerms, Rule, RuleSource, When
from app.kernel import clock
from app.kernel.calendar import Hours
from app.kernel.db import fetch_one

GOOD_FOR = timedelta(seconds=30)
_MOST_KEPT = 10_000
USUAL_WORTH, USUAL_WARN_DAYS = 100, 7

_LOOK = """
SELECT
  (SELECT coalesce(jsonb_agg(jsonb_build_array(id, name, source, event, points_per_yuan,
      fixed_points, most_per_day, most_in_all, cool_down_minutes) ORDER BY id), '[]')
    FROM point_rules WHERE merchant_id = %(merchant_id)s AND ended_at IS NULL),
  (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'bp', bp, 'source', source,
      'hours', hours, 'days_of_month', days_of_month, 'store_ids', store_ids,
      'starts_at', starts_at, 'ends_at', ends_at) ORDER BY id), '[]')
    FROM point_factors WHERE merchant_id = %(merchant_id)s AND ended_at IS NULL),
  (SELECT jsonb_build_array(pay_bp, worth, warn_days, earn_on, valid_months)
    FROM point_terms WHERE merchant_id = %(merchant_id)s)
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """`pay_bp` of a price may be paid with points (0: none); `worth` points are one yuan.

    Points last `valid_months`; None: as long as the merchant's profile says.
    """

    pay_bp: int = 0
    worth: int = USUAL_WORTH
    warn_days: int = USUAL_WARN_DAYS
    earn_on: EarnOn = EarnOn.REDEMPTION
    valid_months: int | None = None


@dataclass(frozen=True, slots=True)
class Rulebook:
    rules: Sequence[Rule]
    factors: Sequence[FactorTerms]
    terms: Terms

    def rules_for(self, source: RuleSource, *, event: str | None = None) -> list[Rule]:
        if not self.terms.earn_on.pays(source):
            return []
        return [each for each in self.rules if each.source == source and each.event == event]

    def pays_plain(self, source: RuleSource) -> bool:
        """The merchant's plain rate, where no rule of his stands in for it."""
        return source == self.terms.earn_on.plain and not self.rules_for(source)

    def factors_for(self, when: When) -> list[Factor]:
        return [Factor(each.name, each.bp) for each in self.factors if each.applies(when)]


@dataclass(frozen=True)
class _Row:
    rules: list[list[Any]]
    factors: list[dict[str, Any]]
    terms: tuple[int, int, int, str, int | None] | None


_kept: dict[int, tuple[float, Rulebook]] = {}


def rulebook(*, merchant_id: int) -> Rulebook:
    """As it was at most thirty seconds ago, kept in this process."""
    kept = _kept.get(merchant_id)
    if kept is not None and clock.monotonic() < kept[0]:
        return kept[1]
    found = _read(merchant_id)
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[merchant_id] = (clock.monotonic() + GOOD_FOR.total_seconds(), found)
    return found


def forget_rulebook(merchant_id: int) -> None:
    """Whoever changes a merchant's rules is not told the old ones."""
    _kept.pop(merchant_id, None)


def _read(merchant_id: int) -> Rulebook:
    row = fetch_one(_Row, _LOOK, {"merchant_id": merchant_id}) or _Row([], [], None)
    return Rulebook(
        rules=tuple(Rule(*each) for each in row.rules),
        factors=tuple(_factor(each) for each in row.factors),
        terms=_terms(*row.terms) if row.terms else Terms(),
    )


def _terms(pay_bp: int, worth: int, warn_days: int, earn_on: str, months: int | None) -> Terms:
    return Terms(pay_bp, worth, warn_days, EarnOn(earn_on), months)


def _factor(row: dict[str, Any]) -> FactorTerms:
    hours, window = row["hours"], ("starts_at", "ends_at")
    read: dict[str, object] = {"hours": None if hours is None else Hours.from_json(hours)}
    read |= {each: datetime.fromisoformat(row[each]) for each in window if row[each]}
    return FactorTerms(**row | read)
