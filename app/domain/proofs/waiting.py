"""What waits at this moment, and since when: cheap enough to be asked every few seconds."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel.db import fetch_all


@dataclass(frozen=True)
class Waiting:
    """How many of one sort have come to no end, and since when the oldest waits."""

    what: str
    count: int
    oldest_at: datetime | None


def waiting_everywhere(*, at: datetime) -> list[Waiting]:
    """What should not stay as it is, across all merchants on purpose."""
    return fetch_all(Waiting, _WAITING, {"at": at})


# Each of them stands in a partial index that holds nothing else.
_WAITING = """
SELECT 'unpaid order past its time', count(*), min(expires_at)
FROM orders WHERE state = 'pending' AND expires_at < %(at)s
UNION ALL
SELECT 'payment without its order', count(*), min(p.received_at)
FROM orders o JOIN payments p ON p.merchant_id = o.merchant_id AND p.order_id = o.id
WHERE o.state = 'pending' AND p.state = 'received'
UNION ALL
SELECT 'refund', count(*), min(asked_at) FROM refunds WHERE state IN ('asked', 'processing')
UNION ALL
SELECT 'transfer', count(*), min(asked_at)
FROM transfers WHERE state IN ('asked', 'waiting', 'moving')
UNION ALL
SELECT 'return', count(*), min(moved_at) FROM returns WHERE state IN ('frozen', 'paying', 'paid')
UNION ALL
SELECT 'notice', count(*), min(received_at) FROM inbox WHERE applied_at IS NULL
UNION ALL
SELECT 'unsealed line', count(*), min(at) FROM audit WHERE seal_no IS NULL
UNION ALL
SELECT 'bill difference', count(*), min(found_at) FROM bill_differences WHERE settled_at IS NULL
"""
