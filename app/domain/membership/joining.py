"""Two members turned out to be one person."""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.membership import ruling, settling, statements
from app.domain.membership.events import GrowthChanged
from app.domain.membership.judging import Stand
from app.domain.membership.models import Why
from app.kernel.db import execute, fetch_all
from app.kernel.outbox import publish


@dataclass(frozen=True)
class _Of:
    member_id: int
    tier: str | None
    revision: int | None
    steps: int
    judged_at: datetime | None
    anchor: date | None
    period_ends_at: datetime | None
    warn_at: datetime | None
    grace_ends_at: datetime | None


@dataclass(frozen=True)
class _Source:
    source: str


def take_over(*, merchant_id: int, loser_id: int, winner_id: int, at: datetime) -> None:
    """Growth, terms, packs and birthday move by their rows; the better tier stays. Repeatable.

    Both together may have reached more: a job looks at it.
    """
    pair: dict[str, object] = {
        "merchant_id": merchant_id,
        "loser_id": loser_id,
        "winner_id": winner_id,
    }
    fetch_all(_Source, statements.HOLD_SOURCES_OF, pair)
    for member_id in sorted((loser_id, winner_id)):
        settling.hold_standing(merchant_id=merchant_id, member_id=member_id)
    standings = {row.member_id: row for row in fetch_all(_Of, statements.LOCK_BOTH, pair)}
    _keep_better(merchant_id, loser=standings[loser_id], winner=standings[winner_id], at=at)
    for statement in (
        statements.LEAVE_STANDING,
        statements.TAKE_OVER_GROWTH,
        statements.TAKE_OVER_TERMS,
        statements.TAKE_OVER_GRANTS,
        statements.TAKE_OVER_BIRTHDAY,
    ):
        execute(statement, pair)
    publish(GrowthChanged(merchant_id=merchant_id, member_id=winner_id), at=at)


def _keep_better(merchant_id: int, *, loser: _Of, winner: _Of, at: datetime) -> None:
    book = ruling.in_force(merchant_id=merchant_id)
    if book is None or book.rules.rank_of(loser.tier) <= book.rules.rank_of(winner.tier):
        return
    kept = Stand(
        tier=loser.tier,
        revision=loser.revision,
        steps=winner.steps + 1,
        judged_at=loser.judged_at,
        anchor=loser.anchor,
        period_ends_at=loser.period_ends_at,
        warn_at=loser.warn_at,
        grace_ends_at=loser.grace_ends_at,
    )
    settling.write_standing(merchant_id, winner.member_id, kept, seen_steps=winner.steps)
    settling.note_move(merchant_id, winner.member_id, winner.tier, kept, Why.MERGED, at=at)
