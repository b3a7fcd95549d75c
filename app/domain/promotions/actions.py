from datetime import datetime

from sqlalchemy import func, select

from app.domain import merchants, points
from app.domain.promotions import statements
from app.domain.promotions.errors import Finding, PromotionRefused, PromotionState
from app.domain.promotions.events import find_window, lock_event
from app.domain.promotions.examining import Examined, examine
from app.domain.promotions.models import Promotion, State
from app.domain.promotions.queries import get_promotion, window_of
from app.domain.promotions.rules import Window
from app.domain.promotions.selling import follow_all, put_on_sale
from app.domain.promotions.terms import DayRule, Terms, parse
from app.kernel import audit, numbers
from app.kernel.calendar import Hours
from app.kernel.db import execute, locked, writing
from app.kernel.errors import NotFound

MOST_LIVE = 50


def draft(*, merchant_id: int, terms: Terms, actor: str, at: datetime) -> Promotion:
    """Write a campaign down, whatever stands against it. Raises NotFound for what it names."""
    promotion = Promotion(
        merchant_id=merchant_id,
        number=numbers.new(numbers.Kind.CAMPAIGN, merchant_id=merchant_id),
        state=State.DRAFT,
        revisions={},
        created_at=at,
    )
    _write_down(promotion, terms, at=at)
    writing().add(promotion)
    _tell(promotion, "promotion.draft", actor=actor, at=at)
    return promotion


def edit(*, merchant_id: int, number: str, terms: Terms, actor: str, at: datetime) -> Promotion:
    """Other terms for a draft. Raises NotFound, PromotionState."""
    promotion = lock(merchant_id, number, State.DRAFT)
    before = promotion.terms
    _write_down(promotion, terms, at=at)
    after = promotion.terms
    _tell(promotion, "promotion.edit", actor=actor, at=at, before=before, after=after)
    return promotion


def findings(*, merchant_id: int, number: str, at: datetime) -> list[Finding]:
    """What would stand in the way of publishing it now. Raises NotFound."""
    promotion = get_promotion(merchant_id=merchant_id, number=number)
    return list(_examine(promotion, parse(promotion.terms), at=at).findings)


def publish(*, merchant_id: int, number: str, actor: str, at: datetime) -> Promotion:
    """From now on its terms stand, and its offers are on sale in its window and in no other time.

    Drafts among the offers are published with it. Raises NotFound, PromotionState,
    PromotionRefused with every finding, NotPublishable for an offer.
    """
    promotion = lock(merchant_id, number, State.DRAFT)
    terms = parse(promotion.terms)
    if terms.around:
        lock_event(merchant_id=merchant_id, number=terms.around.event)
    seen = _examine(promotion, terms, at=at)
    window = _window(promotion, terms, at=at)
    if seen.findings or window is None:
        raise PromotionRefused(seen.findings)
    _refuse_too_many(merchant_id)
    promotion.state, promotion.published_at = State.PUBLISHED, at
    promotion.opens_at, promotion.closes_at = window.starts_at, window.ends_at
    promotion.revisions = dict(seen.revisions)
    promotion.factor_id = _add_factor(promotion, terms, actor=actor, at=at)
    _tell(promotion, "promotion.publish", actor=actor, at=at)
    _sell(promotion, seen, actor=actor, at=at)
    return promotion


def stop(*, merchant_id: int, number: str, actor: str, at: datetime) -> Promotion:
    """End it by hand: its offers are taken off sale unless another campaign sells them.

    What was ordered or given stays good. Repeatable. Raises NotFound, PromotionState for a draft.
    """
    promotion = lock(merchant_id, number, State.PUBLISHED, State.STOPPED, State.OVER)
    if promotion.state == State.PUBLISHED:
        end(promotion, State.STOPPED, actor=actor, at=at)
    return promotion


def end(promotion: Promotion, state: State, *, actor: str, at: datetime) -> None:
    """The caller holds the row of a published campaign."""
    promotion.state, promotion.ended_at = state, at
    _tell(promotion, f"promotion.{state.value}", actor=actor, at=at)
    if promotion.factor_id is not None:
        _end_factor(promotion, promotion.factor_id, actor=actor, at=at)
    follow_all(merchant_id=promotion.merchant_id, promotion_ids=[promotion.id], actor=actor, at=at)


def lock(merchant_id: int, number: str, *states: State) -> Promotion:
    """Raises NotFound, PromotionState."""
    query = select(Promotion).where(
        Promotion.merchant_id == merchant_id, Promotion.number == number
    )
    found = writing().scalar(locked(query))
    if found is None:
        raise NotFound("There is no such campaign.", number=number[:40])
    if found.state not in states:
        raise PromotionState("活动当前状态不能这样操作", state=found.state.value)
    return found


def _write_down(promotion: Promotion, terms: Terms, *, at: datetime) -> None:
    budget = terms.budget
    promotion.kind, promotion.terms = terms.kind, terms.to_json()
    promotion.most_vouchers = budget.vouchers if budget else None
    promotion.most_fen = budget.cost_fen if budget else None
    around = terms.around
    event = lock_event(merchant_id=promotion.merchant_id, number=around.event) if around else None
    promotion.event_id = event.id if event else None
    _examine(promotion, terms, at=at)


def _examine(promotion: Promotion, terms: Terms, *, at: datetime) -> Examined:
    return examine(
        merchant_id=promotion.merchant_id,
        terms=terms,
        window=_window(promotion, terms, at=at),
        zone=merchants.profile(merchant_id=promotion.merchant_id).zone,
        at=at,
    )


def _window(promotion: Promotion, terms: Terms, *, at: datetime) -> Window | None:
    event = find_window(merchant_id=promotion.merchant_id, event_id=promotion.event_id)
    return window_of(merchant_id=promotion.merchant_id, terms=terms, event=event, at=at)


def _sell(promotion: Promotion, seen: Examined, *, actor: str, at: datetime) -> None:
    named: dict[str, object] = {
        "merchant_id": promotion.merchant_id,
        "promotion_id": promotion.id,
        "offer_ids": list(seen.offer_ids),
    }
    execute(statements.SELL, named)
    put_on_sale(merchant_id=promotion.merchant_id, promotion_ids=[promotion.id], actor=actor, at=at)


def _add_factor(promotion: Promotion, terms: Terms, *, actor: str, at: datetime) -> int | None:
    """Points are multiplied on the member days of its time, to the second, by points themselves."""
    if terms.factor_bp is None or terms.day is None:
        return None
    factor = points.add_factor(
        merchant_id=promotion.merchant_id,
        name=terms.name,
        bp=terms.factor_bp,
        hours=_hours(terms.day),
        days_of_month=[terms.day.of_month] if terms.day.of_month else None,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        actor=actor,
        at=at,
    )
    return factor.id


def _hours(day: DayRule) -> Hours | None:
    return Hours(weekdays=(day.weekday,)) if day.weekday else None


def _end_factor(promotion: Promotion, factor_id: int, *, actor: str, at: datetime) -> None:
    """Somebody may have ended it by hand."""
    merchant_id = promotion.merchant_id
    if factor_id in {each.id for each in points.list_factors(merchant_id=merchant_id)}:
        points.end_factor(merchant_id=merchant_id, factor_id=factor_id, actor=actor, at=at)


def _refuse_too_many(merchant_id: int) -> None:
    live = select(func.count()).where(
        Promotion.merchant_id == merchant_id, Promotion.state == State.PUBLISHED
    )
    if (writing().scalar(live) or 0) >= MOST_LIVE:
        raise PromotionState("同时进行的活动太多", most=MOST_LIVE)


def _tell(promotion: Promotion, action: str, *, actor: str, at: datetime, **more: object) -> None:
    writing().flush()
    audit.record(
        merchant_id=promotion.merchant_id,
        actor=actor,
        action=action,
        subject=promotion.number,
        at=at,
        details={"kind": promotion.kind.value, "name": promotion.terms["name"], **more},
    )
