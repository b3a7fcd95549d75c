"""What WeChat Pay tells of a complaint becomes ours: by notice or by asking, once either way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.complaints import statements
from app.domain.complaints.missing import Missed, note_missed
from app.domain.complaints.rules import ANSWER_WITHIN, SETTLE_WITHIN, Kind, State, Who
from app.domain.complaints.tickets import Locked, NewLine, add_line, lock_by
from app.kernel import keyring, numbers
from app.kernel.db import execute, fetch_all

KINDS = {"REFUND": Kind.REFUND, "SERVICE_NOT_WORK": Kind.SERVICE}
STATES = {
    "PENDING": State.OPEN,
    "PROCESSING": State.PROCESSING,
    "PROCESSED": State.RESOLVED,
}
OPENED = {"USER_CREATE_COMPLAINT", "USER_CONTINUE_COMPLAINT"}
# Our own words as they come back.
OURS = {
    "MERCHANT_RESPONSE": "reply",
    "MERCHANT_CONFIRM_COMPLETE": "complete",
    "MERCHANT_APPROVE_REFUND": "approve",
}
SPEAKERS = {"USER": Who.MEMBER, "MERCHANT": Who.STAFF, "PLATFORM": Who.PLATFORM}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A complaint as WeChat Pay tells it; `state` and `problem` are its words."""

    platform_id: str
    state: str
    problem: str
    phone: str | None = field(repr=False)
    payment_number: str | None
    asked_fen: int | None
    is_refunded: bool
    awaits_us: bool
    answer_at_once: bool
    with_platform: bool
    times: int
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of its history; `photos` are keys of our files, `missed` what could not be had."""

    log_id: str
    kind: str
    operator: str
    text: str
    at: datetime
    photos: Sequence[str] = ()
    missed: Sequence[Missed] = ()


@dataclass(frozen=True)
class _Log:
    log_id: str


@dataclass(frozen=True)
class Seen:
    """How a complaint stood when we looked last."""

    platform_id: str
    state: str
    awaits_us: bool
    answer_at_once: bool
    with_platform: bool
    is_refunded: bool
    times: int

    def fits(self, told: Told) -> bool:
        """Whether nothing has happened since."""
        return (
            self.state == STATES.get(told.state)
            and self.times == told.times
            and (self.awaits_us, self.answer_at_once) == (told.awaits_us, told.answer_at_once)
            and (self.with_platform, self.is_refunded) == (told.with_platform, told.is_refunded)
        )


def find_seen(*, merchant_id: int, platform_ids: Sequence[str]) -> dict[str, Seen]:
    """By WeChat's number, those of them that we know."""
    rows = fetch_all(
        Seen,
        statements.SEEN,
        {"merchant_id": merchant_id, "platform_ids": list(platform_ids)},
    )
    return {row.platform_id: row for row in rows}


def known_logs(*, merchant_id: int, platform_id: str) -> set[str]:
    """Entries of the history that we have already."""
    rows = fetch_all(
        _Log,
        """SELECT l.log_id FROM complaint_lines l JOIN complaint_tickets t
          ON t.merchant_id = l.merchant_id AND t.id = l.ticket_id
        WHERE l.merchant_id = %(merchant_id)s AND t.platform_id = %(platform_id)s
          AND l.log_id IS NOT NULL""",
        {"merchant_id": merchant_id, "platform_id": platform_id},
    )
    return {row.log_id for row in rows}


def absorb(
    *, merchant_id: int, channel_id: int, told: Told, history: Sequence[Entry], at: datetime
) -> str:
    """Join it to what is known; the ticket's number. The same again changes nothing.

    A look that is older than what is known already (a shorter history) is not believed.
    """
    _meet(merchant_id, channel_id, told)
    named = {"merchant_id": merchant_id, "platform_id": told.platform_id}
    ticket = lock_by(statements.LOCK_PLATFORM, named)
    known = _known(merchant_id, ticket.id)
    entries = sorted(history, key=lambda entry: entry.at)
    for entry in entries:
        if entry.log_id not in known:
            _add(merchant_id, ticket, entry, at=at)
    if known <= {entry.log_id for entry in entries}:
        _follow(merchant_id, ticket, told, entries, at=at)
    return ticket.number


def _meet(merchant_id: int, channel_id: int, told: Told) -> None:
    sealed = keyring.seal(told.phone, context=phone_context(merchant_id)) if told.phone else None
    execute(
        statements.MEET,
        {
            "merchant_id": merchant_id,
            "number": numbers.new(numbers.Kind.TICKET, merchant_id=merchant_id),
            "kind": KINDS.get(told.problem, Kind.OTHER).value,
            "platform_id": told.platform_id,
            "channel_id": channel_id,
            "payment_number": told.payment_number,
            "asked_fen": told.asked_fen,
            "answer_at_once": told.answer_at_once,
            "phone_sealed": sealed,
            "opened_at": told.opened_at,
            "answer_by": told.opened_at + ANSWER_WITHIN,
            "settle_by": told.opened_at + SETTLE_WITHIN,
        },
    )


def _known(merchant_id: int, ticket_id: int) -> set[str]:
    named = {"merchant_id": merchant_id, "ticket_id": ticket_id}
    return {row.log_id for row in fetch_all(_Log, statements.KNOWN_LOGS, named)}


def _add(merchant_id: int, ticket: Locked, entry: Entry, *, at: datetime) -> None:
    action = OURS.get(entry.kind)
    if action and execute(
        statements.RECOGNISE,
        {
            "merchant_id": merchant_id,
            "ticket_id": ticket.id,
            "log_id": entry.log_id,
            "action": action,
            "text": entry.text,
        },
    ):
        return
    line = NewLine(
        who=SPEAKERS.get(entry.kind.partition("_")[0], Who.SYSTEM),
        actor=f"wechat:{entry.operator}",
        action=entry.kind.lower(),
        text=entry.text,
        photos=entry.photos,
        log_id=entry.log_id,
    )
    line_id = add_line(merchant_id=merchant_id, ticket_id=ticket.id, line=line, at=entry.at)
    if line_id is not None:
        note_missed(merchant_id=merchant_id, line_id=line_id, missed=entry.missed, at=at)


def _follow(
    merchant_id: int, ticket: Locked, told: Told, entries: Sequence[Entry], *, at: datetime
) -> None:
    state = STATES.get(told.state, State.PROCESSING)
    awaits_us = told.awaits_us and state is not State.RESOLVED
    asked_at = _last(entries, {entry.kind for entry in entries if entry.kind.startswith("USER_")})
    opened_at = _last(entries, OPENED) or told.opened_at
    execute(
        statements.FOLLOW,
        {
            "merchant_id": merchant_id,
            "ticket_id": ticket.id,
            "state": state.value,
            "awaits_us": awaits_us,
            "answer_at_once": told.answer_at_once,
            "with_platform": told.with_platform,
            "is_refunded": told.is_refunded,
            "times": told.times,
            "answer_by": (asked_at or told.opened_at) + ANSWER_WITHIN if awaits_us else None,
            "settle_by": opened_at + SETTLE_WITHIN,
            "at": at,
        },
    )


def _last(entries: Sequence[Entry], kinds: set[str]) -> datetime | None:
    return max((entry.at for entry in entries if entry.kind in kinds), default=None)


def phone_context(merchant_id: int) -> str:
    """What a payer's phone is bound to, so that it does not open at another merchant."""
    return f"complaints.phone:{merchant_id}"
