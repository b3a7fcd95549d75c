"""Complaints at WeChat Pay: heard by notice and by asking, answered in writing, watched.

An answer has no number of ours: whoever is not sure whether it arrived reads the history first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from app.domain import complaints
from app.domain.complaints import Outgoing
from app.gateways import gateways
from app.gateways.complaints import Complaints, Step
from app.gateways.errors import Refused
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.errors import Busy
from app.web import complaints as desks
from app.web import tills
from jobs.sweeping import ROWS_PER_PASS, each

BEIJING = ZoneInfo("Asia/Shanghai")
# The list goes back so many days at most, today included.
DAYS_BACK = timedelta(days=29)
# Their clock and ours.
SKEW = timedelta(minutes=5)
SAID, AGREED, SETTLED = "MERCHANT_RESPONSE", "MERCHANT_APPROVE_REFUND", "PROCESSED"

log = structlog.get_logger("jobs")


@dataclass(frozen=True, kw_only=True)
class _Found:
    merchant_id: int
    channel_id: int
    complaint_id: str


def learn(task: outbox.Task) -> None:
    """WeChat told that something happened: ask what it is now."""
    desks.pull(
        merchant_id=task.merchant_id,
        channel_id=task.payload["channel_id"],
        complaint_id=task.payload["complaint_id"],
    )
    with transaction():
        outbox.finish(task, at=clock.now())


def send_answer(task: outbox.Task) -> None:
    """Tell WeChat what staff said; after a failure, first whether it has it already."""
    with transaction():
        line = complaints.to_send(merchant_id=task.merchant_id, line_id=task.payload["line_id"])
    if line.is_waiting:
        _send(task, line)
    with transaction():
        outbox.finish(task, at=clock.now())


def poll_complaints(*, at: datetime) -> int:
    """Ask every pay account for the complaints of the last month; how many were looked at.

    Those that are open, since the list does not tell whether something was said, however old; and
    those that we do not know as they are.
    """
    found: list[_Found] = []
    each(complaints.list_channels, lambda channel: found.extend(_worth_a_look(channel, at=at)))
    return each(lambda: found, _pull)


def fetch_photos(*, at: datetime) -> int:
    """Ask again for pictures that could not be fetched; how many are here now or given up."""
    return each(
        lambda: complaints.list_due_photos(at=at, limit=ROWS_PER_PASS),
        lambda due: _fetch(due, at=at),
    )


def watch_complaints(*, at: datetime) -> int:
    """Say aloud, once, which clocks have little time left."""
    return each(
        lambda: complaints.list_ending(at=at, limit=ROWS_PER_PASS),
        lambda ending: _alarm(ending, at=at),
    )


def _worth_a_look(channel: complaints.Channel, *, at: datetime) -> list[_Found]:
    today = at.astimezone(BEIJING).date()
    keys = tills.channel_of(channel.channel_id, merchant_id=channel.merchant_id)
    told = desks.desk(keys).list_of_days(first=today - DAYS_BACK, last=today)
    with transaction():
        seen = complaints.find_seen(
            merchant_id=channel.merchant_id, platform_ids=[one.complaint_id for one in told]
        )
        # A day more than the list goes back, for a complaint of its first day is in both.
        old = complaints.list_old_open(**vars(channel), before=at - DAYS_BACK)
    changed = [
        one.complaint_id
        for one in told
        if one.state != SETTLED
        or one.complaint_id not in seen
        or not seen[one.complaint_id].fits(desks.told_of(one))
    ]
    return [
        _Found(**vars(channel), complaint_id=number) for number in dict.fromkeys([*changed, *old])
    ]


def _fetch(due: complaints.DuePhoto, *, at: datetime) -> None:
    place = desks.desk(tills.channel_of(due.channel_id, merchant_id=due.merchant_id))
    found = desks.fetch(place, due.address, merchant_id=due.merchant_id)
    which = {"merchant_id": due.merchant_id, "photo_id": due.photo_id}
    with transaction():
        if isinstance(found, str):
            complaints.keep_missing(**which, key=found)
        elif complaints.note_failure(**which, missed=found, at=at):
            log.error("photo of complaint given up", photo=due.photo_id, reason=found.trouble)


def _pull(found: _Found) -> None:
    desks.pull(**vars(found))


def _alarm(ending: complaints.Ending, *, at: datetime) -> None:
    with transaction():
        is_first = complaints.note_alarm(
            merchant_id=ending.merchant_id, ticket_id=ending.ticket_id, at=at
        )
    if is_first:
        log.error(
            "complaint needs a person",
            merchant=ending.merchant_id,
            ticket=ending.number,
            answer=bool(ending.of_answer),
            settlement=bool(ending.of_settlement),
        )


def _send(task: outbox.Task, line: Outgoing) -> None:
    if line.waits_behind:
        raise Busy("Something said before has not arrived yet.")
    keys = tills.channel_of(line.channel_id, merchant_id=task.merchant_id)
    place = desks.desk(keys)
    if task.attempts > 1 and _is_there(task, line, place):
        return
    body = _body(task, line, place)
    try:
        _say(line, place, body)
    except Refused as refusal:
        if refusal.retryable:
            raise
        if line.action == "reply" or not _is_there(task, line, place):
            _refused(task, line, refusal)
        return
    _sent(task, line, log_id=None)


def _say(line: Outgoing, place: Complaints, body: dict[str, Any]) -> None:
    verbs = {"complete": place.complete, "approve": place.agree_to_refund}
    verbs.get(line.action, place.reply)(line.platform_id, body)


def _body(task: outbox.Task, line: Outgoing, place: Complaints) -> dict[str, Any]:
    """The very words, kept before they leave the house; the second time the same ones."""
    if "complainted_mchid" in line.body or "action" in line.body:
        return line.body
    if line.action == "complete":
        body = place.complete_body()
    elif line.action == "approve":
        body = place.agreement_body()
    else:
        photos = [gateways().files.get(key) for key in line.photos]
        media_ids = [place.upload_photo(photo) for photo in photos if photo is not None]
        body = place.reply_body(text=line.text, media_ids=media_ids)
    with transaction():
        complaints.keep_body(merchant_id=task.merchant_id, line_id=line.line_id, body=body)
    return body


def _is_there(task: outbox.Task, line: Outgoing, place: Complaints) -> bool:
    """Whether an earlier try arrived after all; then it is noted."""
    if line.action == "complete":
        if place.look(line.platform_id).state != SETTLED:
            return False
        _sent(task, line, log_id=None)
        return True
    with transaction():
        known = complaints.known_logs(merchant_id=task.merchant_id, platform_id=line.platform_id)
    for step in place.history(line.platform_id):
        if _is_ours(step, line) and step.log_id not in known:
            _sent(task, line, log_id=step.log_id)
            return True
    return False


def _is_ours(step: Step, line: Outgoing) -> bool:
    if step.at < line.at - SKEW:
        return False
    return step.kind == AGREED if line.action == "approve" else _says(step, line)


def _says(step: Step, line: Outgoing) -> bool:
    return step.kind == SAID and step.text == line.text


def _sent(task: outbox.Task, line: Outgoing, *, log_id: str | None) -> None:
    with transaction():
        complaints.mark_sent(
            merchant_id=task.merchant_id, line_id=line.line_id, log_id=log_id, at=clock.now()
        )


def _refused(task: outbox.Task, line: Outgoing, refusal: Refused) -> None:
    log.error("complaint answer refused", ticket=line.ticket_number, reason=refusal.code)
    with transaction():
        complaints.mark_refused(
            merchant_id=task.merchant_id, line_id=line.line_id, trouble=refusal.code
        )
