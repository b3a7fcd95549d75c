"""What a merchant decides about points. Rules and factors are ended and added anew, not edited."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.domain.points.models import PointFactor, PointRule, PointTerms
from app.domain.points.rulebooks import forget_rulebook
from app.domain.points.rulings import EarnOn, RuleSource
from app.kernel import audit, strict
from app.kernel.calendar import Hours
from app.kernel.db import locked, reading, writing
from app.kernel.errors import Invalid, NotFound
from app.kernel.money import BASIS_POINTS

MOST_OPEN = 20
MOST_BP, LAST_DAY = 100_000, 31
MOST_POINTS = 10_000
MOST_WORTH, LONGEST_WARNING_DAYS, MOST_MONTHS = 1_000_000, 90, 120


def add_rule(
    *,
    merchant_id: int,
    name: str,
    source: RuleSource,
    event: str | None = None,
    points_per_yuan: int | None = None,
    fixed_points: int | None = None,
    most_per_day: int | None = None,
    most_in_all: int | None = None,
    cool_down_minutes: int = 0,
    actor: str,
    at: datetime,
) -> PointRule:
    """From now on points are earned so. Rules of the step that earns stand in for the plain rate.

    Raises Invalid, also for a step of a sale that earns nothing (`set_terms`).
    """
    strict.require(bool(name.strip()), field="name")
    if (points_per_yuan is None) == (fixed_points is None):
        raise Invalid("A rule gives points per yuan or a fixed number, one of the two.")
    for field, value in (
        ("points_per_yuan", points_per_yuan),
        ("fixed_points", fixed_points),
        ("most_per_day", most_per_day),
        ("most_in_all", most_in_all),
    ):
        strict.require(value is None or 0 < value <= MOST_POINTS, field=field)
    strict.require(cool_down_minutes >= 0, field="cool_down_minutes")
    strict.require((source == RuleSource.EVENT) == bool(event), field="event")
    _check_pays(merchant_id, source)
    rule = PointRule(
        merchant_id=merchant_id,
        name=name,
        source=source,
        event=event or None,
        points_per_yuan=points_per_yuan,
        fixed_points=fixed_points,
        most_per_day=most_per_day,
        most_in_all=most_in_all,
        cool_down_minutes=cool_down_minutes,
        added_at=at,
    )
    _add(rule, list_rules(merchant_id=merchant_id), actor=actor, at=at)
    return rule


def add_factor(
    *,
    merchant_id: int,
    name: str,
    bp: int,
    source: RuleSource | None = None,
    hours: Hours | None = None,
    days_of_month: Sequence[int] | None = None,
    store_ids: Sequence[int] | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    actor: str,
    at: datetime,
) -> PointFactor:
    """Multiply what is earned when all its conditions hold; None is no condition.

    A day of the month that a month does not have falls on its last day.

    Raises Invalid.
    """
    strict.require(bool(name.strip()), field="name")
    strict.require(0 <= bp <= MOST_BP, field="bp")
    _check_set(days_of_month, most=LAST_DAY, field="days_of_month")
    _check_set(store_ids, most=None, field="store_ids")
    factor = PointFactor(
        merchant_id=merchant_id,
        name=name,
        bp=bp,
        source=source,
        hours=hours.to_json() if hours else None,
        days_of_month=sorted(days_of_month) if days_of_month else None,
        store_ids=sorted(store_ids) if store_ids else None,
        starts_at=starts_at,
        ends_at=ends_at,
        added_at=at,
    )
    _add(factor, list_factors(merchant_id=merchant_id), actor=actor, at=at)
    return factor


def end_rule(*, merchant_id: int, rule_id: int, actor: str, at: datetime) -> None:
    """It earns no more; what it gave stays. Raises NotFound."""
    which = PointRule.merchant_id == merchant_id, PointRule.id == rule_id
    row = writing().scalar(locked(select(PointRule).where(*which)))
    _end(row, number=rule_id, actor=actor, at=at)


def end_factor(*, merchant_id: int, factor_id: int, actor: str, at: datetime) -> None:
    """It multiplies no more. Raises NotFound."""
    which = PointFactor.merchant_id == merchant_id, PointFactor.id == factor_id
    row = writing().scalar(locked(select(PointFactor).where(*which)))
    _end(row, number=factor_id, actor=actor, at=at)


def set_terms(
    *,
    merchant_id: int,
    pay_bp: int,
    worth: int,
    warn_days: int,
    earn_on: EarnOn | None = None,
    valid_months: int | None = None,
    actor: str,
    at: datetime,
) -> None:
    """What earns points, how much of a price they may pay, what they are worth, how long they last.

    `pay_bp` basis points of a price at most, 0 for none; `worth` points are one yuan; their end is
    announced `warn_days` before, 1 to 90; `valid_months` full months, or as the profile says.
    `earn_on` stays as it was when nothing is said; rules for the other step rest meanwhile.

    Raises Invalid.
    """
    strict.require(0 <= pay_bp <= BASIS_POINTS, field="pay_bp")
    strict.require(0 < worth <= MOST_WORTH, field="worth")
    strict.require(1 <= warn_days <= LONGEST_WARNING_DAYS, field="warn_days")
    strict.require(valid_months is None or 1 <= valid_months <= MOST_MONTHS, field="valid_months")
    terms = writing().scalar(
        locked(select(PointTerms).where(PointTerms.merchant_id == merchant_id))
    )
    before = _told(terms) if terms else {}
    if terms is None:
        terms = PointTerms(merchant_id=merchant_id, earn_on=EarnOn.REDEMPTION)
        writing().add(terms)
    terms.pay_bp, terms.worth, terms.warn_days = pay_bp, worth, warn_days
    terms.earn_on = earn_on or terms.earn_on
    terms.valid_months = valid_months
    writing().flush()
    forget_rulebook(merchant_id)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="points.terms",
        subject=f"merchant:{merchant_id}",
        details={**_told(terms), "before": before, "after": _told(terms)},
        at=at,
    )


def list_rules(*, merchant_id: int) -> Sequence[PointRule]:
    """Those that earn now, the oldest first."""
    open_ones = select(PointRule).where(
        PointRule.merchant_id == merchant_id, PointRule.ended_at.is_(None)
    )
    return reading().scalars(open_ones.order_by(PointRule.id)).all()


def list_factors(*, merchant_id: int) -> Sequence[PointFactor]:
    """Those that multiply now, the oldest first."""
    open_ones = select(PointFactor).where(
        PointFactor.merchant_id == merchant_id, PointFactor.ended_at.is_(None)
    )
    return reading().scalars(open_ones.order_by(PointFactor.id)).all()


def _told(terms: PointTerms) -> dict[str, object]:
    return {
        "pay_bp": terms.pay_bp,
        "worth": terms.worth,
        "warn_days": terms.warn_days,
        "earn_on": terms.earn_on.value,
        "valid_months": terms.valid_months,
    }


def _add(
    row: PointRule | PointFactor,
    others: Sequence[PointRule | PointFactor],
    *,
    actor: str,
    at: datetime,
) -> None:
    if len(others) >= MOST_OPEN:
        raise Invalid(f"A merchant has at most {MOST_OPEN} of these at once.")
    writing().add(row)
    writing().flush()
    _tell(row, "add", actor=actor, at=at)


def _end(row: PointRule | PointFactor | None, *, number: int, actor: str, at: datetime) -> None:
    if row is None or row.ended_at is not None:
        raise NotFound("There is no such rule any more.", id=number)
    row.ended_at = at
    writing().flush()
    _tell(row, "end", actor=actor, at=at)


def _check_pays(merchant_id: int, source: RuleSource) -> None:
    terms = select(PointTerms).where(PointTerms.merchant_id == merchant_id)
    found = reading().scalar(terms)
    earn_on = found.earn_on if found else EarnOn.REDEMPTION
    if not earn_on.pays(source):
        raise Invalid(
            "This step of a sale earns nothing here; set earn_on first.",
            earn_on=earn_on.value,
            source=source.value,
        )


def _check_set(values: Sequence[int] | None, *, most: int | None, field: str) -> None:
    if values is not None:
        strict.require(0 < len(values) == len(set(values)), field=field)
        strict.require(min(values) > 0 and (not most or max(values) <= most), field=field)


def _tell(row: PointRule | PointFactor, what: str, *, actor: str, at: datetime) -> None:
    forget_rulebook(row.merchant_id)
    kind = "rule" if isinstance(row, PointRule) else "factor"
    side = "after" if what == "add" else "before"
    audit.record(
        merchant_id=row.merchant_id,
        actor=actor,
        action=f"points.{kind}.{what}",
        subject=f"{kind}:{row.id}",
        details={"name": row.name, side: _values(row)},
        at=at,
    )


def _values(row: PointRule | PointFactor) -> dict[str, object]:
    """What it says, as far as it says something."""
    names = _RULE if isinstance(row, PointRule) else _FACTOR
    told = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in told.items()
        if value is not None
    }


_RULE = (
    "name",
    "source",
    "event",
    "points_per_yuan",
    "fixed_points",
    "most_per_day",
    "most_in_all",
    "cool_down_minutes",
)
_FACTOR = (
    "name",
    "bp",
    "source",
    "hours",
    "days_of_month",
    "store_ids",
    "starts_at",
    "ends_at",
)
