"""What nobody asks for any more."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain import accounts, complaints, messaging, stored_value, subscriptions
from app.gateways import gateways
from app.kernel import outbox, request_keys
from app.kernel.db import transaction
from jobs.sweeping import each, until_done

DONE_WORK_KEPT = timedelta(days=14)
# Longer than any caller keeps trying.
REQUEST_KEYS_KEPT = timedelta(days=7)
# Longer than the platform is late in telling of an answer, or of one taken back.
ANSWERS_KEPT = timedelta(days=30)
# Where goods went and what was said of them belongs to the trade, which is kept for three years.
TRADES_KEPT = timedelta(days=3 * 366)
# Who was signed in from where is of use for a while when something went wrong.
PANEL_SESSIONS_KEPT = timedelta(days=90)
PANEL_TICKETS_KEPT = timedelta(days=1)
ROWS_PER_STEP = 1000
TICKETS_PER_PASS = 200
# Whoever has not said by then what the photo is of does not say it any more.
UPLOADS_KEPT = timedelta(days=1)

Forget = Callable[[], int]


def forget_old(*, at: datetime) -> int:
    """Delete what long ago was done, used, counted, sent or settled; how many."""
    steps: tuple[Forget, ...] = (
        lambda: outbox.forget_done(before=at - DONE_WORK_KEPT, limit=ROWS_PER_STEP),
        lambda: request_keys.forget(before=at - REQUEST_KEYS_KEPT, limit=ROWS_PER_STEP),
        lambda: messaging.forget_answers(before=at - ANSWERS_KEPT, limit=ROWS_PER_STEP),
        lambda: stored_value.forget_confirmations(before=at - DONE_WORK_KEPT, limit=ROWS_PER_STEP),
        lambda: subscriptions.forget_old_parcels(
            before=at - TRADES_KEPT, at=at, limit=ROWS_PER_STEP
        ),
    )
    done = sum(until_done(step, full=ROWS_PER_STEP) for step in steps)
    return (
        done
        + _forget_tickets(at)
        + _forget_uploads(before=at - UPLOADS_KEPT)
        + _forget_browsers(at)
    )


def _forget_browsers(at: datetime) -> int:
    """Browsers that are long signed out, and pictures that nobody scanned."""
    with transaction():
        sessions = accounts.forget_sessions(before=at - PANEL_SESSIONS_KEPT)
        old = at - PANEL_TICKETS_KEPT
        return sessions + accounts.forget_tickets(before=old) + accounts.forget_tries(before=old)


def _forget_tickets(at: datetime) -> int:
    """How many merchants had some."""

    def forget(old: complaints.OldTickets) -> None:
        with transaction():
            # The files first: what breaks off in between is found again.
            for key in complaints.list_photos(old):
                gateways().files.delete(key)
            complaints.forget(old, at=at)

    before = at - TRADES_KEPT
    return each(lambda: complaints.list_old(before=before, limit=TICKETS_PER_PASS), forget)


def _forget_uploads(*, before: datetime) -> int:
    """Photos that nobody named."""

    def forget(old: complaints.OldUpload) -> None:
        with transaction():
            for key in complaints.drop_upload(old, before=before):
                gateways().files.delete(key)

    return each(lambda: complaints.list_old_uploads(before=before, limit=ROWS_PER_STEP), forget)
