from datetime import datetime, timedelta

from app.kernel import audit
from jobs.sweeping import each, until_done

# Lines of transactions that are still open come a little late; most are in by then.
SETTLED_AFTER = timedelta(seconds=5)
LINES_PER_STEP = 500


def seal_audit(*, at: datetime) -> int:
    """Chain each merchant's new audit lines; how many merchants had some."""
    before = at - SETTLED_AFTER
    return each(
        lambda: audit.list_unsealed_merchants(before=before), lambda one: _seal(one, before=before)
    )


def _seal(merchant_id: int, *, before: datetime) -> None:
    until_done(
        lambda: audit.seal(merchant_id=merchant_id, before=before, limit=LINES_PER_STEP),
        full=LINES_PER_STEP,
    )
