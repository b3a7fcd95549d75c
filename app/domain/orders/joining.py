from app.domain.orders import statements, tender_statements
from app.kernel.db import execute


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> int:
    """One person turned out to be two members: his orders come together; how many. Repeatable.

    The orders go first: whoever closes one holds it while it gives the buyer's share back.
    """
    who: dict[str, object] = {
        "merchant_id": merchant_id,
        "loser_id": loser_id,
        "winner_id": winner_id,
    }
    moved = execute(statements.TAKE_OVER, who)
    execute(statements.TAKE_OVER_BROUGHT, who)
    execute(statements.TAKE_OVER_SHARES, who)
    execute(tender_statements.TAKE_OVER, who)
    return moved
