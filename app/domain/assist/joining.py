from dataclasses import dataclass
from datetime import datetime

from app.domain import vouchers
from app.domain.assist import statements
from app.domain.vouchers import Move
from app.kernel.db import execute, fetch_all


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Retired:
    reward_card: str | None


def take_over(*, merchant_id: int, loser_id: int, winner_id: int, at: datetime) -> int:
    """One person turned out to be two members: he helps once per campaign, and never himself.

    Of two helps the earlier counts; the later one's reward goes back while it is unused. What was
    unlocked stays so. Returns how many helps were retired. Repeatable. Call it before the vouchers
    come together: whoever helps holds a task before its voucher.
    """
    pair: dict[str, object] = {
        "merchant_id": merchant_id,
        "loser_id": loser_id,
        "winner_id": winner_id,
    }
    fetch_all(_Id, statements.TASKS_OF_PEOPLE, pair)
    retired = fetch_all(_Retired, statements.RETIRE_HELPS, pair)
    cards = [row.reward_card for row in retired if row.reward_card]
    for unused in fetch_all(_Id, statements.REWARDS_UNUSED, {**pair, "cards": cards}):
        vouchers.move(
            merchant_id=merchant_id,
            voucher_id=unused.id,
            what=Move.CANCEL,
            actor="system",
            at=at,
            reason="account_merged",
        )
    execute(statements.TAKE_OVER_HELPS, pair)
    execute(statements.TAKE_OVER_TASKS, pair)
    return len(retired)
