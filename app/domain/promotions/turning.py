"""Campaigns whose window is over: the next member day, or the end. Due at a time, done once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.promotions import statements
from app.domain.promotions.actions import end
from app.domain.promotions.events import find_window
from app.domain.promotions.models import Promotion, State
from app.domain.promotions.queries import window_of
from app.domain.promotions.selling import follow_all
from app.domain.promotions.terms import parse
from app.kernel.db import fetch_all, locked, writing

ACTOR = "system"


@dataclass(frozen=True)
class Due:
    """A campaign to look at, as it was seen without locks."""

    merchant_id: int
    promotion_id: int


def list_turns_due(*, at: datetime, limit: int) -> list[Due]:
    """Published campaigns of every merchant whose window is over."""
    return fetch_all(Due, statements.TURNS_DUE, {"at": at, "limit": limit})


def turn(*, merchant_id: int, promotion_id: int, at: datetime) -> bool:
    """Its next window, or its end; False when there is nothing to do (any more)."""
    query = select(Promotion).where(
        Promotion.merchant_id == merchant_id,
        Promotion.id == promotion_id,
        Promotion.state == State.PUBLISHED,
        Promotion.closes_at <= at,
    )
    promotion = writing().scalar(locked(query, skip=True))
    if promotion is None:
        return False
    event = find_window(merchant_id=merchant_id, event_id=promotion.event_id)
    terms = parse(promotion.terms)
    window = window_of(merchant_id=merchant_id, terms=terms, event=event, at=at)
    if window is None:
        end(promotion, State.OVER, actor=ACTOR, at=at)
        return True
    promotion.opens_at, promotion.closes_at = window.starts_at, window.ends_at
    writing().flush()
    follow_all(merchant_id=merchant_id, promotion_ids=[promotion.id], actor=ACTOR, at=at)
    return True
