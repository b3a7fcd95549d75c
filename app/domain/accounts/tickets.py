"""Signing in by scanning with WeChat: a picture, two digits, one phone, two minutes."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain import merchants
from app.domain.accounts import sessions
from app.domain.accounts.errors import TicketOver
from app.domain.accounts.models import How, TicketKind
from app.domain.accounts.sessions import Browser
from app.kernel import audit, keyring
from app.kernel.db import execute, fetch_one

GOOD_FOR = timedelta(minutes=2)
MOST_TRIES = 3

ADD = """
INSERT INTO panel_tickets (merchant_id, kind, fingerprint, browser, digits, staff_id, ends_at)
VALUES (%(merchant_id)s, %(kind)s, %(print)s, %(browser)s, %(digits)s, %(staff_id)s, %(ends_at)s)
"""
LOCK = """
SELECT id, kind, digits, staff_id FROM panel_tickets
WHERE merchant_id = %(merchant_id)s AND fingerprint = %(print)s AND confirmed_at IS NULL
  AND taken_at IS NULL AND ends_at > %(at)s AND tries < %(most)s
FOR UPDATE
"""
WRONG = """
UPDATE panel_tickets SET tries = tries + 1 WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""
CONFIRM = """
UPDATE panel_tickets SET confirmed_at = %(at)s, staff_id = %(staff_id)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""
TAKE = """
UPDATE panel_tickets SET taken_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND fingerprint = %(print)s AND browser = %(browser)s
  AND kind = 'sign_in' AND confirmed_at IS NOT NULL AND taken_at IS NULL AND ends_at > %(at)s
RETURNING staff_id
"""
STANDS = """
SELECT ends_at > %(at)s AND tries < %(most)s FROM panel_tickets
WHERE merchant_id = %(merchant_id)s AND fingerprint = %(print)s AND browser = %(browser)s
"""
FORGET = "DELETE FROM panel_tickets WHERE ends_at < %(before)s"


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """`token` goes into the picture, `browser` into the cookie, `digits` onto the screen."""

    token: str = field(repr=False)
    browser: str = field(repr=False)
    digits: str


@dataclass(frozen=True)
class _Open:
    id: int
    kind: str
    digits: str
    staff_id: int | None


@dataclass(frozen=True)
class _Staff:
    staff_id: int


@dataclass(frozen=True)
class _Standing:
    is_good: bool


def offer(
    *, merchant_id: int, kind: TicketKind, at: datetime, staff_id: int | None = None
) -> Ticket:
    """A picture for the screen. To link a WeChat account it belongs to whoever is signed in."""
    ticket = Ticket(
        token=secrets.token_urlsafe(24),
        browser=secrets.token_urlsafe(24),
        digits=f"{secrets.randbelow(100):02d}",
    )
    execute(
        ADD,
        {
            "merchant_id": merchant_id,
            "kind": kind.value,
            "print": keyring.fingerprint(ticket.token),
            "browser": keyring.fingerprint(ticket.browser),
            "digits": ticket.digits,
            "staff_id": staff_id,
            "ends_at": at + GOOD_FOR,
        },
    )
    return ticket


def kind_of(*, merchant_id: int, token: str, at: datetime) -> TicketKind | None:
    """What a phone would say yes to; None for a picture that is over. Nothing is written."""
    which = {"merchant_id": merchant_id, "print": keyring.fingerprint(token)}
    found = fetch_one(_Open, LOCK, {**which, "at": at, "most": MOST_TRIES})
    return TicketKind(found.kind) if found else None


def confirm(
    *, merchant_id: int, token: str, digits: str, user_id: int, at: datetime
) -> TicketOver | None:
    """The phone of `user_id` says yes, with the digits that stand on the screen.

    A refusal is returned, not raised, so that a wrong try stays counted.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "print": keyring.fingerprint(token)}
    found = fetch_one(_Open, LOCK, {**which, "at": at, "most": MOST_TRIES})
    if found is None:
        return TicketOver("二维码已失效，请刷新页面")
    row: dict[str, object] = {"merchant_id": merchant_id, "id": found.id}
    if not secrets.compare_digest(found.digits.encode(), digits.encode()):
        execute(WRONG, row)
        return TicketOver("数字不一致，请核对屏幕上的数字")
    staff_id = _person(merchant_id, found, user_id, at=at)
    if staff_id is None:
        return TicketOver("该微信未绑定员工账号")
    execute(CONFIRM, {**row, "staff_id": staff_id, "at": at})
    return None


def take(
    *, merchant_id: int, token: str, browser_key: str, browser: Browser, at: datetime
) -> str | None:
    """The session's token, for the browser that shows the picture, once; None while it waits."""
    which = {"merchant_id": merchant_id, **_prints(token, browser_key)}
    found = fetch_one(_Staff, TAKE, {**which, "at": at})
    if found is None:
        return None
    return sessions.open_session(
        merchant_id=merchant_id,
        staff_id=found.staff_id,
        how=How.WECHAT,
        browser=browser,
        at=at,
    )


def is_waiting(*, merchant_id: int, token: str, browser_key: str, at: datetime) -> bool:
    """Whether a phone may still say yes to this browser's picture."""
    which = {"merchant_id": merchant_id, **_prints(token, browser_key)}
    found = fetch_one(_Standing, STANDS, {**which, "at": at, "most": MOST_TRIES})
    return found is not None and found.is_good


def forget_tickets(*, before: datetime) -> int:
    """Tickets that ended before that instant; how many were forgotten. Across merchants."""
    return execute(FORGET, {"before": before})


def _person(merchant_id: int, ticket: _Open, user_id: int, *, at: datetime) -> int | None:
    """Who works here under this WeChat account; a ticket to link makes it so."""
    if ticket.kind == TicketKind.LINK and ticket.staff_id:
        merchants.link_user(
            merchant_id=merchant_id, staff_id=ticket.staff_id, user_id=user_id, at=at
        )
        actor = f"staff:{ticket.staff_id}"
        audit.record(
            merchant_id=merchant_id, actor=actor, action="panel.link", subject=actor, at=at
        )
        return ticket.staff_id
    staff = merchants.find_staff_of_user(merchant_id=merchant_id, user_id=user_id)
    return staff.id if staff else None


def _prints(token: str, browser_key: str) -> dict[str, object]:
    return {
        "print": keyring.fingerprint(token),
        "browser": keyring.fingerprint(browser_key),
    }
