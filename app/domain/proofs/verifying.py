from collections.abc import Iterator
from datetime import datetime, timedelta

from app.domain.proofs import counts, passing, standing, vouchers
from app.kernel.promises import Finding, check, sentences

CHECKS = {**vouchers.CHECKS, **passing.CHECKS, **counts.CHECKS}


def findings() -> Iterator[Finding]:
    """Where each voucher is and why, over the whole database, across all merchants on purpose."""
    return check(CHECKS)


def unfinished(*, at: datetime, patience: timedelta) -> Iterator[Finding]:
    """What had been begun before `at - patience` and has come to no end."""
    before = at - patience
    which = {
        "before": before,
        "refunds_before": before - standing.REFUND_TAKES,
        "slot": standing.SLOT,
    }
    return check(standing.CHECKS, which)


def verify() -> list[str]:
    """Every voucher that is not where its story says, a sentence each; an empty list is the proof."""
    return sentences(findings())
