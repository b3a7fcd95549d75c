"""A card stands still, by its owner's wish or by the shop's, and goes on."""

from datetime import datetime

from app.domain import merchants
from app.domain.subscriptions import statements
from app.domain.subscriptions.cards import Card, lock_by_number, lock_own, periods_of, waiting
from app.domain.subscriptions.changing import move, next_period
from app.domain.subscriptions.errors import NothingAhead, NotPaused, PausedByShop
from app.domain.subscriptions.models import CardState
from app.domain.subscriptions.rules import months_to_move
from app.kernel import audit
from app.kernel.db import execute


def pause(*, merchant_id: int, member_id: int, number: str, at: datetime) -> None:
    """No period begins until he goes on; none is lost. Repeatable.

    Raises NotFound, NothingAhead, PeriodLocked while a period is about to begin.
    """
    card = lock_own(merchant_id=merchant_id, member_id=member_id, number=number)
    if card.stands(CardState.PAUSED):
        return
    next_period(merchant_id, card, at=at)
    _pause(merchant_id, card, actor=f"member:{member_id}", at=at)


def resume(*, merchant_id: int, member_id: int, number: str, at: datetime) -> None:
    """Go on. Periods whose day went by move as many months as it takes, the rest with them.

    Raises NotFound, NotPaused, PausedByShop.
    """
    card = lock_own(merchant_id=merchant_id, member_id=member_id, number=number)
    if card.is_paused_by_shop:
        raise PausedByShop("月卡已由商家暂停，请联系商家")
    _resume(merchant_id, card, actor=f"member:{member_id}", at=at)


def pause_for_shop(*, merchant_id: int, number: str, reason: str, actor: str, at: datetime) -> None:
    """The shop holds it, also while its owner has paused it, until the shop lets it go on.

    Also a period that is about to begin waits then. Repeatable. Raises NotFound, NothingAhead.
    """
    card = lock_by_number(merchant_id=merchant_id, number=number)
    if card.is_paused_by_shop:
        return
    if not waiting(periods_of(merchant_id=merchant_id, subscription_id=card.id)):
        raise NothingAhead("这张月卡没有未开始的期数了")
    _pause(merchant_id, card, actor=actor, at=at, reason=reason)


def resume_for_shop(
    *, merchant_id: int, number: str, reason: str, actor: str, at: datetime
) -> None:
    """Go on, whoever paused it. Raises NotFound, NotPaused."""
    card = lock_by_number(merchant_id=merchant_id, number=number)
    _resume(merchant_id, card, actor=actor, at=at, reason=reason)


def _pause(merchant_id: int, card: Card, *, actor: str, at: datetime, reason: str = "") -> None:
    which = {"merchant_id": merchant_id, "id": card.id}
    execute(statements.PAUSE, {**which, "actor": actor, "at": at})
    _note(merchant_id, card, "subscription.pause", actor=actor, at=at, reason=reason)


def _resume(merchant_id: int, card: Card, *, actor: str, at: datetime, reason: str = "") -> None:
    if not card.stands(CardState.PAUSED):
        raise NotPaused("月卡没有暂停")
    ahead = waiting(periods_of(merchant_id=merchant_id, subscription_id=card.id))
    if ahead and ahead[0].locks_at <= at:
        moved = months_to_move(
            card.anchor_on,
            ahead[0].month,
            lock_days=card.plan.lock_days,
            zone=merchants.profile(merchant_id=merchant_id).zone,
            at=at,
        )
        move(merchant_id, card, by=moved)
    execute(statements.RESUME, {"merchant_id": merchant_id, "id": card.id})
    _note(merchant_id, card, "subscription.resume", actor=actor, at=at, reason=reason)


def _note(
    merchant_id: int, card: Card, action: str, *, actor: str, at: datetime, reason: str
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=card.number,
        at=at,
        details={"reason": reason} if reason else {},
    )
