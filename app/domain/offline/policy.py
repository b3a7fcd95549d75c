from dataclasses import asdict, dataclass
from datetime import datetime

from app.domain.offline import statements
from app.kernel import audit
from app.kernel.db import execute, fetch_one
from app.kernel.errors import Invalid

LONGEST_MINUTES, MOST_SCANS, MOST_VALUE_FEN = 720, 500, 1_000_000_00


@dataclass(frozen=True)
class Rules:
    """Whether vouchers are taken without network, and how much may go wrong.

    A scan is uploaded within `most_minutes`. One person takes `most_scans` vouchers a day, worth
    `most_value_fen` together, whatever browsers he does it with; so does one browser in its time.
    """

    is_on: bool = False
    most_minutes: int = 120
    most_scans: int = 30
    most_value_fen: int = 50_000


def get_rules(*, merchant_id: int) -> Rules:
    """Off, until somebody takes the risk."""
    return fetch_one(Rules, statements.RULES, {"merchant_id": merchant_id}) or Rules()


def set_rules(*, merchant_id: int, rules: Rules, actor: str, at: datetime) -> None:
    """Take the risk, bound it, or stop taking it. Raises Invalid."""
    if not (
        1 <= rules.most_minutes <= LONGEST_MINUTES
        and 1 <= rules.most_scans <= MOST_SCANS
        and 0 <= rules.most_value_fen <= MOST_VALUE_FEN
    ):
        raise Invalid("时限为 1–720 分钟，次数为 1–500 次，金额不超过 100 万元")
    which = {"merchant_id": merchant_id}
    before = fetch_one(Rules, statements.LOCK_RULES, which) or Rules()
    if before == rules:
        return
    execute(statements.SET_RULES, {**which, **asdict(rules), "at": at})
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="offline.rules",
        subject="offline",
        details={"before": asdict(before), "after": asdict(rules)},
        at=at,
    )
