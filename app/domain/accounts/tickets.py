"""Pictures on the panel's screen that a phone scans with WeChat: to come in, to link, to prove.

One phone, once, within two minutes. The phone is told what is asked for, by which browser, from
where; and its person types two digits that stand on the screen. Whoever is shown somebody else's
picture so learns that it is not his own browser that asks.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain import merchants
from app.domain.accounts import sessions
from app.domain.accounts.errors import TicketOver
from app.domain.accounts.models import How, TicketKind
from app.domain.accounts.sessions import Browser, Signed
from app.kernel import audit, keyring
from app.kernel.db import execute, fetch_one
from app.kernel.errors import Invalid

GOOD_FOR = timedelta(minutes=2)
MOST_TRIES = 3

ADD = """
INSERT INTO panel_tickets (merchant_id, kind, fingerprint, browser, digits, agent, address,
  staff_id, session_id, asked_at, ends_at)
VALUES (%(merchant_id)s, %(kind)s, %(print)s, %(browser)s, %(digits)s, %(agent)s,
  %(address)s::inet, %(staff_id)s, %(session_id)s, %(at)s, %(ends_at)s)
"""
# What belongs to a session ends with it.
_OPEN = """
SELECT t.id, t.kind, t.digits, t.staff_id, t.session_id, t.agent, host(t.address), t.asked_at,
  (SELECT w.name FROM staff w WHERE w.merchant_id = t.merchant_id AND w.id = t.staff_id)
FROM panel_tickets t
WHERE t.merchant_id = %(merchant_id)s AND t.fingerprint = %(print)s AND t.confirmed_at IS NULL
  AND t.taken_at IS NULL AND t.ends_at > %(at)s AND t.tries < %(most)s
  AND (t.session_id IS NULL OR EXISTS (SELECT FROM panel_sessions p
    JOIN staff s ON s.merchant_id = p.merchant_id AND s.id = p.staff_id
    WHERE p.merchant_id = t.merchant_id AND p.id = t.session_id AND p.revoked_at IS NULL
      AND p.ends_at > %(at)s AND p.seen_at > %(idle_since)s AND s.state = 'active'
      AND s.session_epoch = p.epoch))
"""
LOCK = _OPEN + "FOR UPDATE OF t"
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
SELECT ends_at > %(at)s AND tries < %(most)s, confirmed_at IS NOT NULL FROM panel_tickets
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
class Asked:
    """What a phone would say yes to, and which browser asks from where."""

    id: int
    _kind: str
    digits: str = field(repr=False)
    staff_id: int | None
    session_id: int | None
    agent: str
    address: str
    asked_at: datetime
    person: str | None

    @property
    def kind(self) -> TicketKind:
        return TicketKind(self._kind)


@dataclass(frozen=True)
class _Staff:
    staff_id: int


@dataclass(frozen=True)
class Standing:
    """Whether a phone may still say yes, and whether one did."""

    is_good: bool
    is_confirmed: bool


def offer(
    *,
    merchant_id: int,
    kind: TicketKind,
    browser: Browser,
    at: datetime,
    signed: Signed | None = None,
) -> Ticket:
    """A picture for the screen of `browser`. To link and to prove it belongs to who is `signed`.

    Raises Invalid: whoever has a password proves who he is with that.
    """
    if kind == TicketKind.PROVE and (signed is None or signed.has_password):
        raise Invalid("请用密码验证身份")
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
            "agent": browser.agent[:200],
            "address": browser.address,
            "staff_id": signed.staff_id if signed else None,
            "session_id": signed.session_id if signed else None,
            "at": at,
            "ends_at": at + GOOD_FOR,
        },
    )
    return ticket


def look(*, merchant_id: int, token: str, at: datetime) -> Asked | None:
    """What a phone would say yes to; None for a picture that is over. Nothing is written."""
    return fetch_one(Asked, _OPEN, _which(merchant_id, token, at))


def confirm(
    *, merchant_id: int, token: str, digits: str, user_id: int, at: datetime
) -> TicketOver | None:
    """The phone of `user_id` says yes, with the digits that stand on the screen.

    A refusal is returned, not raised, so that a wrong try stays counted.
    """
    found = fetch_one(Asked, LOCK, _which(merchant_id, token, at))
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


def standing(*, merchant_id: int, token: str, browser_key: str, at: datetime) -> Standing:
    """How this browser's picture stands; of none, that it is over."""
    which = {"merchant_id": merchant_id, **_prints(token, browser_key)}
    found = fetch_one(Standing, STANDS, {**which, "at": at, "most": MOST_TRIES})
    return found or Standing(is_good=False, is_confirmed=False)


def forget_tickets(*, before: datetime) -> int:
    """Tickets that ended before that instant; how many were forgotten. Across merchants."""
    return execute(FORGET, {"before": before})


def _person(merchant_id: int, ticket: Asked, user_id: int, *, at: datetime) -> int | None:
    """Who works here under this WeChat account, if he is the one whom the picture is for."""
    if ticket.kind == TicketKind.LINK:
        return _link(merchant_id, ticket, user_id, at=at)
    staff = merchants.find_staff_of_user(merchant_id=merchant_id, user_id=user_id)
    if staff is None:
        return None
    if ticket.kind == TicketKind.PROVE:
        return _prove(merchant_id, ticket, staff.id, at=at)
    return staff.id


def _link(merchant_id: int, ticket: Asked, user_id: int, *, at: datetime) -> int | None:
    if ticket.staff_id is None or ticket.session_id is None:
        return None
    merchants.link_user(merchant_id=merchant_id, staff_id=ticket.staff_id, user_id=user_id, at=at)
    sessions.stay(merchant_id=merchant_id, session_id=ticket.session_id)
    _record(merchant_id, ticket.staff_id, "panel.link", at)
    return ticket.staff_id


def _prove(merchant_id: int, ticket: Asked, staff_id: int, *, at: datetime) -> int | None:
    if staff_id != ticket.staff_id or ticket.session_id is None:
        return None
    sessions.be_sure(merchant_id=merchant_id, session_id=ticket.session_id, at=at)
    return staff_id


def _which(merchant_id: int, token: str, at: datetime) -> dict[str, object]:
    return {
        "merchant_id": merchant_id,
        "print": keyring.fingerprint(token),
        "at": at,
        "idle_since": at - sessions.IDLE,
        "most": MOST_TRIES,
    }


def _prints(token: str, browser_key: str) -> dict[str, object]:
    return {
        "print": keyring.fingerprint(token),
        "browser": keyring.fingerprint(browser_key),
    }


def _record(merchant_id: int, staff_id: int, action: str, at: datetime) -> None:
    actor = f"staff:{staff_id}"
    audit.record(merchant_id=merchant_id, actor=actor, action=action, subject=actor, at=at)
