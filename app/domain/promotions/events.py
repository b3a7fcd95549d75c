"""The calendar of events. Moving one moves the sales that are tied to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from app.domain.promotions.errors import AtOdds
from app.domain.promotions.models import Promotion, PromotionEvent, State
from app.domain.promotions.rules import Window, whole_window
from app.domain.promotions.selling import follow_all
from app.domain.promotions.terms import parse, refuse_far_away
from app.kernel import audit, numbers
from app.kernel.db import locked, reading, writing
from app.kernel.errors import NotFound

LONGEST_NAME = 40


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The event, and the numbers of the campaigns that moved with it."""

    event: PromotionEvent
    campaigns: list[str]


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A campaign that follows an event: from when to when. `now` None: it would have no time."""

    number: str
    name: str
    was: Window
    now: Window | None


def get_event(*, merchant_id: int, number: str) -> PromotionEvent:
    """Raises NotFound."""
    found = reading().scalar(_select(merchant_id, number))
    if found is None:
        raise NotFound("There is no such event.", number=number[:40])
    return found


def foresee_move(
    *, merchant_id: int, number: str, starts_at: datetime, ends_at: datetime
) -> list[Shift]:
    """The published campaigns that `move_event` would move with it. Raises NotFound, AtOdds."""
    _refuse_odd(starts_at, ends_at)
    event = get_event(merchant_id=merchant_id, number=number)
    moved = Window(starts_at, ends_at)
    return [
        Shift(
            number=each.number,
            name=each.terms["name"],
            was=Window(each.opens_at, each.closes_at),
            now=whole_window(parse(each.terms), event=moved),
        )
        for each in reading().scalars(_around(event))
        if each.opens_at and each.closes_at
    ]


def add_event(
    *,
    merchant_id: int,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    actor: str,
    at: datetime,
) -> PromotionEvent:
    """Something that campaigns may refer to. Raises AtOdds."""
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise AtOdds(f"名称须有1至{LONGEST_NAME}个字")
    _refuse_odd(starts_at, ends_at)
    event = PromotionEvent(
        merchant_id=merchant_id,
        number=numbers.new(numbers.Kind.EVENT, merchant_id=merchant_id),
        name=name.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=at,
    )
    writing().add(event)
    writing().flush()
    _tell(event, "event.add", actor=actor, at=at, now=_ends(starts_at, ends_at))
    return event


def move_event(
    *,
    merchant_id: int,
    number: str,
    starts_at: datetime,
    ends_at: datetime,
    actor: str,
    at: datetime,
) -> Moved:
    """It takes place then; published campaigns around it, and their offers, follow.

    The same time again changes nothing. What is over by the new time is taken off sale, and what
    was ordered stays ordered. Raises NotFound; AtOdds, also for a time that leaves one of the
    campaigns no window.
    """
    _refuse_odd(starts_at, ends_at)
    event = lock_event(merchant_id=merchant_id, number=number)
    was = event.starts_at, event.ends_at
    if was == (starts_at, ends_at):
        return Moved(event=event, campaigns=[])
    event.starts_at, event.ends_at = starts_at, ends_at
    writing().flush()
    campaigns = _lock_around(event)
    for campaign in campaigns:
        _move(campaign, Window(starts_at, ends_at), actor=actor, at=at)
    ids = [campaign.id for campaign in campaigns]
    follow_all(merchant_id=merchant_id, promotion_ids=ids, actor=actor, at=at)
    moved = [campaign.number for campaign in campaigns]
    now = _ends(starts_at, ends_at)
    _tell(event, "event.move", actor=actor, at=at, was=_ends(*was), now=now, campaigns=moved)
    return Moved(event=event, campaigns=moved)


def list_events(*, merchant_id: int, since: datetime) -> Sequence[PromotionEvent]:
    """Those that are not over by then, in order."""
    query = select(PromotionEvent).where(
        PromotionEvent.merchant_id == merchant_id, PromotionEvent.ends_at > since
    )
    return reading().scalars(query.order_by(PromotionEvent.starts_at, PromotionEvent.id)).all()


def lock_event(*, merchant_id: int, number: str) -> PromotionEvent:
    """Raises NotFound."""
    found = writing().scalar(locked(_select(merchant_id, number)))
    if found is None:
        raise NotFound("There is no such event.", number=number[:40])
    return found


def find_window(*, merchant_id: int, event_id: int | None) -> Window | None:
    """When an event takes place."""
    query = select(PromotionEvent.starts_at, PromotionEvent.ends_at).where(
        PromotionEvent.merchant_id == merchant_id, PromotionEvent.id == event_id
    )
    found = reading().execute(query).first() if event_id is not None else None
    return Window(*found) if found else None


def _lock_around(event: PromotionEvent) -> Sequence[Promotion]:
    return writing().scalars(locked(_around(event))).all()


def _around(event: PromotionEvent) -> Select[Promotion]:
    query = select(Promotion).where(
        Promotion.merchant_id == event.merchant_id,
        Promotion.event_id == event.id,
        Promotion.state == State.PUBLISHED,
    )
    return query.order_by(Promotion.id)


def _select(merchant_id: int, number: str) -> Select[PromotionEvent]:
    return select(PromotionEvent).where(
        PromotionEvent.merchant_id == merchant_id, PromotionEvent.number == number
    )


def _move(campaign: Promotion, event: Window, *, actor: str, at: datetime) -> None:
    window = whole_window(parse(campaign.terms), event=event)
    if window is None:
        raise AtOdds(f"按这个时间，活动{campaign.number}在开始之前就结束了")
    was = [campaign.opens_at, campaign.closes_at]
    campaign.opens_at, campaign.closes_at = window.starts_at, window.ends_at
    writing().flush()
    audit.record(
        merchant_id=campaign.merchant_id,
        actor=actor,
        action="promotion.move",
        subject=campaign.number,
        at=at,
        details={"was": _ends(*was), "now": _ends(window.starts_at, window.ends_at)},
    )


def _refuse_odd(starts_at: datetime, ends_at: datetime) -> None:
    refuse_far_away(starts_at, ends_at)
    if starts_at >= ends_at:
        raise AtOdds("ends_at 须晚于 starts_at")


def _ends(*ends: datetime | None) -> list[str | None]:
    return [end.isoformat() if end else None for end in ends]


def _tell(event: PromotionEvent, action: str, *, actor: str, at: datetime, **more: object) -> None:
    audit.record(
        merchant_id=event.merchant_id,
        actor=actor,
        action=action,
        subject=event.number,
        at=at,
        details={"name": event.name, **more},
    )
