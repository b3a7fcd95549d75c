"""Third-party codes: who waits gets his when stock comes, and a low pool is told of once."""

from datetime import datetime

import structlog

from app.domain import pools
from app.domain.pools import DuePool
from app.kernel.db import transaction
from jobs.sweeping import ROWS_PER_PASS, each

log = structlog.get_logger("jobs")


def fill_code_pools(*, at: datetime) -> int:
    """Codes to whoever waits, back from whoever never saw his, and the alarms; how many pools."""

    def settle(due: DuePool) -> None:
        with transaction():
            pools.settle(merchant_id=due.merchant_id, benefit_id=due.benefit_id, at=at)

    done = each(lambda: pools.list_due(at=at, limit=ROWS_PER_PASS), settle)
    return done + _ring(at)


def _ring(at: datetime) -> int:
    with transaction():
        alarms = pools.ring(at=at)
    for alarm in alarms:
        say = log.warning if alarm.is_low else log.info
        say(
            "code pool is low" if alarm.is_low else "code pool is filled again",
            merchant=alarm.merchant_id,
            benefit=alarm.benefit_id,
            codes_left=alarm.free,
        )
    return len(alarms)
