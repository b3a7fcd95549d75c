"""What nobody asks for any more."""

from datetime import datetime, timedelta

from app.domain import messaging, stored_value
from app.kernel import outbox, request_keys
from jobs.sweeping import until_done

DONE_WORK_KEPT = timedelta(days=14)
# Longer than any caller keeps trying.
REQUEST_KEYS_KEPT = timedelta(days=7)
# Longer than the platform is late in telling of an answer, or of one taken back.
ANSWERS_KEPT = timedelta(days=30)
ROWS_PER_STEP = 1000


def forget_old(*, at: datetime) -> int:
    """Delete finished outbox rows, used request keys and counted answers of long ago; how many."""
    work = until_done(
        lambda: outbox.forget_done(before=at - DONE_WORK_KEPT, limit=ROWS_PER_STEP),
        full=ROWS_PER_STEP,
    )
    keys = until_done(
        lambda: request_keys.forget(before=at - REQUEST_KEYS_KEPT, limit=ROWS_PER_STEP),
        full=ROWS_PER_STEP,
    )
    answers = until_done(
        lambda: messaging.forget_answers(before=at - ANSWERS_KEPT, limit=ROWS_PER_STEP),
        full=ROWS_PER_STEP,
    )
    confirmed = until_done(
        lambda: stored_value.forget_confirmations(before=at - DONE_WORK_KEPT, limit=ROWS_PER_STEP),
        full=ROWS_PER_STEP,
    )
    return work + keys + answers + confirmed
