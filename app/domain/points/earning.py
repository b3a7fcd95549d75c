"""What an occasion earns by the merchant's rules, and giving it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import msgspec

from app.domain import merchants
from app.domain.points import workings_sql
from app.domain.points.actions import earn, lock_member, take_back
from app.domain.points.pending import earn_pending
from app.domain.points.rulebooks import rulebook
from app.domain.points.rulings import (
    NOTHING_USED,
    Earning,
    Factor,
    Rule,
    RuleSource,
    Used,
    When,
    multiply,
    points_for,
    within_limits,
)
from app.kernel import calendar
from app.kernel.db import execute, fetch_all

PLAIN_RATES = {RuleSource.PURCHASE: "消费奖励", RuleSource.REDEMPTION: "核销奖励"}


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Something that may earn points: what it was, whose, worth how many fen, and where.

    `source` names this one occasion for ever ("redemption:D…"), so that no rule pays it twice.
    `promised` points were sold with what brings them, as `promised_name`: no factor changes them.
    """

    merchant_id: int
    member_id: int
    kind: RuleSource
    source: str
    at: datetime
    value_fen: int = 0
    event: str | None = None
    store_id: int | None = None
    promised: int = 0
    promised_name: str = ""


@dataclass(frozen=True)
class _UsedOfRule:
    rule_id: int
    today: int
    in_all: int
    last_at: datetime


@dataclass(frozen=True)
class _Paid:
    member_id: int
    points: int


def work_out(
    occasion: Occasion, *, factors: Sequence[Factor] = (), promised: bool = True
) -> list[Earning]:
    """What the occasion earns, rule by rule; `factors` come on top of the merchant's own.

    Nothing is written. When points are `promised`, the member is locked before his limits are
    counted, so that what is worked out can be given. Where no rule says anything, the step of a
    sale that earns here earns the plain rate; nothing else does.
    """
    book = rulebook(merchant_id=occasion.merchant_id)
    rules = book.rules_for(occasion.kind, event=occasion.event)
    plain = book.pays_plain(occasion.kind)
    if not rules and not plain:
        return _promised(occasion)
    profile = merchants.profile(merchant_id=occasion.merchant_id)
    when = When(occasion.kind, occasion.at, profile.zone, occasion.store_id)
    found = [*factors, *book.factors_for(when)]
    if plain:
        base = points_for(occasion.value_fen, points_per_yuan=profile.points_per_yuan)
        return [_earning(None, PLAIN_RATES[occasion.kind], base, found)]
    by_rules = _by_rules(occasion, rules, found, zone=profile.zone, promised=promised)
    return [*_promised(occasion), *by_rules]


def earn_by_rules(occasion: Occasion, *, factors: Sequence[Factor] = ()) -> int:
    """Give what the occasion earns, once; the points. A second time gives nothing more."""
    earnings = _unpaid(occasion, factors)
    points = sum(each.points for each in earnings)
    if points:
        _remember(occasion, earnings)
        earn(
            merchant_id=occasion.merchant_id,
            member_id=occasion.member_id,
            points=points,
            cause=occasion.source,
            reason=earnings[0].name,
            expires_at=expiry_of(merchant_id=occasion.merchant_id, day_of=occasion.at),
            at=occasion.at,
        )
    return points


def earn_pending_by_rules(
    occasion: Occasion, *, matures_at: datetime, factors: Sequence[Factor] = ()
) -> int:
    """The same, to be spent from `matures_at` on; they last as long as if earned then."""
    earnings = _unpaid(occasion, factors)
    points = sum(each.points for each in earnings)
    if points:
        _remember(occasion, earnings)
        earn_pending(
            merchant_id=occasion.merchant_id,
            member_id=occasion.member_id,
            points=points,
            cause=occasion.source,
            reason=earnings[0].name,
            matures_at=matures_at,
            expires_at=expiry_of(
                merchant_id=occasion.merchant_id, day_of=max(matures_at, occasion.at)
            ),
            at=occasion.at,
        )
    return points


def undo(*, merchant_id: int, earned_by: str, cause: str, at: datetime) -> int:
    """Take back what an occasion earned at once, and free its limits. Repeatable; the points."""
    which: dict[str, object] = {"merchant_id": merchant_id, "cause": earned_by}
    paid = fetch_all(_Paid, workings_sql.OF_CAUSE, which)
    points = sum(each.points for each in paid)
    if not points:
        return 0
    lock_member(merchant_id=merchant_id, member_id=paid[0].member_id)
    if forget(merchant_id=merchant_id, earned_by=earned_by, at=at):
        take_back(
            merchant_id=merchant_id,
            member_id=paid[0].member_id,
            points=points,
            earned_by=earned_by,
            cause=cause,
            at=at,
        )
    return points


def forget(*, merchant_id: int, earned_by: str, at: datetime) -> bool:
    """What was earned so no longer counts against any limit; whether it did.

    The caller has locked the member and takes the points back.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "cause": earned_by, "at": at}
    return execute(workings_sql.UNDO, which) > 0


def expiry_of(*, merchant_id: int, day_of: datetime) -> datetime:
    """When points earned then end: with the last day of a month, some months later."""
    profile = merchants.profile(merchant_id=merchant_id)
    months = rulebook(merchant_id=merchant_id).terms.valid_months or profile.points_valid_months
    day = calendar.day_of(day_of, profile.zone)
    last_day = calendar.end_of_month_after(day, months=months)
    return calendar.end_of(last_day, profile.zone)


def workings_json(earnings: Sequence[Earning]) -> str | None:
    """As a statement takes them; None when there is nothing to remember: the plain rate alone."""
    if all(each.rule_id is None and not each.factors for each in earnings):
        return None
    return _to_json(earnings)


def _to_json(earnings: Sequence[Earning]) -> str:
    return msgspec.json.encode([asdict(each) for each in earnings if each.points]).decode()


def _hold_limits(occasion: Occasion) -> None:
    """What does not exist cannot be locked: a newcomer's first account is opened for it."""
    who: dict[str, object] = {
        "merchant_id": occasion.merchant_id,
        "member_id": occasion.member_id,
    }
    execute(workings_sql.OPEN_ACCOUNT, who)
    lock_member(merchant_id=occasion.merchant_id, member_id=occasion.member_id)


def _unpaid(occasion: Occasion, factors: Sequence[Factor]) -> list[Earning]:
    """Locked first: two at once must not both find it unpaid."""
    _hold_limits(occasion)
    earnings = work_out(occasion, factors=factors)
    if not earnings:
        return []
    which = {"merchant_id": occasion.merchant_id, "source": occasion.source}
    # One occasion is one entry: a rule that was added since does not pay it as well.
    paid = fetch_all(_Paid, workings_sql.PAID_BEFORE, which)
    return [] if paid else [each for each in earnings if each.points]


def _remember(occasion: Occasion, earnings: Sequence[Earning]) -> None:
    execute(
        workings_sql.ADD,
        {
            "merchant_id": occasion.merchant_id,
            "member_id": occasion.member_id,
            "source": occasion.source,
            "cause": occasion.source,
            "workings": _to_json(earnings),
            "at": occasion.at,
        },
    )


def _by_rules(
    occasion: Occasion,
    rules: Sequence[Rule],
    factors: Sequence[Factor],
    *,
    zone: str,
    promised: bool,
) -> list[Earning]:
    used = _used(occasion, [each for each in rules if each.has_limits], zone, promised=promised)
    earnings = []
    for rule in rules:
        earned = _earning(rule.id, rule.name, rule.base(occasion.value_fen), factors)
        used_so_far = used.get(rule.id, NOTHING_USED)
        points = within_limits(rule, earned.points, used_so_far, at=occasion.at)
        earnings.append(replace(earned, points=points))
    return earnings


def _used(
    occasion: Occasion, rules: Sequence[Rule], zone: str, *, promised: bool
) -> dict[int, Used]:
    if not rules:
        return {}
    if promised:
        _hold_limits(occasion)
    rows = fetch_all(
        _UsedOfRule,
        workings_sql.USED,
        {
            "merchant_id": occasion.merchant_id,
            "member_id": occasion.member_id,
            "rules": [each.id for each in rules],
            "day_began": calendar.start_of_day(calendar.day_of(occasion.at, zone), zone),
        },
    )
    return {row.rule_id: Used(row.today, row.in_all, row.last_at) for row in rows}


def _promised(occasion: Occasion) -> list[Earning]:
    given = occasion.promised
    return [Earning(None, occasion.promised_name, given, given)] if given else []


def _earning(rule_id: int | None, name: str, base: int, factors: Sequence[Factor]) -> Earning:
    points, lines = multiply(base, factors)
    return Earning(rule_id, name, base, points, tuple(lines))
