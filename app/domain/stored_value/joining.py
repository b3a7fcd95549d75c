"""One person turned out to be two members: his stored value comes together, by postings."""

from datetime import datetime

from app.domain import ledger
from app.domain.ledger import Posting
from app.domain.stored_value import adjusting_sql, statements
from app.domain.stored_value.lots import lock_wallets
from app.domain.stored_value.queries import balance
from app.domain.stored_value.rules import LotKind, member_value
from app.kernel.db import execute


def take_over(*, merchant_id: int, loser_id: int, winner_id: int, at: datetime) -> None:
    """The winner has the loser's stored value, credits and gift cards. Repeatable.

    What is frozen stays frozen. Together they may be above the cap: nothing is lost by it.
    """
    wallets = lock_wallets(merchant_id, [loser_id, winner_id])
    pair = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    has = balance(merchant_id=merchant_id, member_id=loser_id)
    _post(pair, {LotKind.PAID: has.paid_fen, LotKind.BONUS: has.bonus_fen}, at=at)
    execute(statements.TAKE_OVER_CREDITS, pair)
    execute(statements.TAKE_OVER_CARDS, pair)
    execute(adjusting_sql.LIVE_ADJUSTMENT, pair | {"at": at})
    loser, winner = wallets[loser_id], wallets[winner_id]
    if loser.frozen_at and not winner.frozen_at:
        frozen: dict[str, object] = {
            "merchant_id": merchant_id,
            "member_id": winner_id,
            "frozen_at": loser.frozen_at,
            "reason": loser.frozen_reason,
        }
        execute(adjusting_sql.SET_FROZEN, frozen)


def _post(pair: dict[str, int], has: dict[LotKind, int], *, at: datetime) -> None:
    loser_id, winner_id = pair["loser_id"], pair["winner_id"]
    postings = [
        Posting(
            source=member_value(loser_id, kind),
            destination=member_value(winner_id, kind),
            amount=amount,
        )
        for kind, amount in has.items()
        if amount
    ]
    if postings:
        cause = f"value_merge:{loser_id}:{winner_id}:{at.isoformat()}"
        ledger.post(merchant_id=pair["merchant_id"], cause=cause, postings=postings, at=at)
