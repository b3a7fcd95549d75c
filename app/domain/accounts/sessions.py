"""Browsers that are signed in. Asked for on every request, so that an end counts at once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.accounts.models import How
from app.domain.merchants import NotOnDuty, Role
from app.kernel import audit, keyring
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound

IDLE = timedelta(hours=2)
LASTS = timedelta(hours=24)
SURE_FOR = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)

OPEN = """
INSERT INTO panel_sessions (merchant_id, staff_id, fingerprint, epoch, how, agent, address,
  created_at, seen_at, sure_at, ends_at)
SELECT s.merchant_id, s.id, %(print)s, s.session_epoch, %(how)s, %(agent)s, %(address)s::inet,
  %(at)s, %(at)s, %(sure_at)s, %(ends_at)s
FROM staff s
WHERE s.merchant_id = %(merchant_id)s AND s.id = %(staff_id)s AND s.state = 'active'
"""
_STANDS = """
p.merchant_id = %(merchant_id)s AND p.revoked_at IS NULL AND p.ends_at > %(at)s
  AND p.seen_at > %(idle_since)s AND s.state = 'active' AND s.session_epoch = p.epoch
"""
WHO = f"""
SELECT p.id, s.id, s.number, s.name, s.role, p.view_as, p.how,
  (SELECT st.id FROM stores st
   WHERE st.merchant_id = p.merchant_id AND st.id = p.store_id AND st.closed_at IS NULL
     AND (s.role <> 'clerk' OR EXISTS (SELECT FROM staff_stores w
       WHERE w.merchant_id = s.merchant_id AND w.staff_id = s.id AND w.store_id = st.id))),
  p.seen_at, p.sure_at, a.login, a.totp_sealed IS NOT NULL, s.user_id IS NOT NULL
FROM panel_sessions p
JOIN staff s ON s.merchant_id = p.merchant_id AND s.id = p.staff_id
LEFT JOIN panel_accounts a ON a.merchant_id = s.merchant_id AND a.staff_id = s.id
WHERE {_STANDS} AND p.fingerprint = %(print)s
"""  # noqa: S608 - both parts are ours
SEEN = """
UPDATE panel_sessions SET seen_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(session_id)s AND seen_at < %(at)s
"""
LIST = f"""
SELECT p.id, p.how, p.agent, host(p.address), p.created_at, p.seen_at
FROM panel_sessions p JOIN staff s ON s.merchant_id = p.merchant_id AND s.id = p.staff_id
WHERE {_STANDS} AND p.staff_id = %(staff_id)s
ORDER BY p.seen_at DESC, p.id LIMIT 100
"""  # noqa: S608 - both parts are ours
REVOKE = """
UPDATE panel_sessions SET revoked_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s AND revoked_at IS NULL
  AND (%(session_id)s::bigint IS NULL OR id = %(session_id)s)
  AND id IS DISTINCT FROM %(but)s::bigint
"""
_SET = "UPDATE panel_sessions SET {} WHERE merchant_id = %(merchant_id)s AND id = %(session_id)s"
VIEW_AS = _SET.format("view_as = %(role)s")
SURE = _SET.format("sure_at = %(at)s")
# After his rights to come in were renewed, the one browser that asked for it stays.
STAY = """
UPDATE panel_sessions p SET epoch = s.session_epoch FROM staff s
WHERE p.merchant_id = %(merchant_id)s AND p.id = %(session_id)s AND p.revoked_at IS NULL
  AND s.merchant_id = p.merchant_id AND s.id = p.staff_id
"""
AT_STORE = _SET.format("store_id = %(store_id)s")
FORGET = "DELETE FROM panel_sessions WHERE ends_at < %(before)s"

_RANK = {Role.CLERK: 0, Role.MANAGER: 1, Role.OWNER: 2}


@dataclass(frozen=True)
class Signed:
    """Somebody in front of a browser. `role` is what he is, `acts_as` what he may do now.

    `store_id` is the store that this browser chose, while he may work there.
    """

    session_id: int
    staff_id: int
    number: str
    name: str
    _role: str
    _view_as: str | None
    how: str
    store_id: int | None
    seen_at: datetime
    sure_at: datetime | None
    login: str | None
    has_second_factor: bool
    is_linked: bool

    @property
    def role(self) -> Role:
        return Role(self._role)

    @property
    def acts_as(self) -> Role:
        """Never more than he is, whatever was chosen before he became less."""
        seen = Role(self._view_as) if self._view_as else self.role
        return min(seen, self.role, key=_RANK.__getitem__)

    @property
    def actor(self) -> str:
        return f"staff:{self.staff_id}"

    def is_at_least(self, role: Role) -> bool:
        return _RANK[self.acts_as] >= _RANK[role]

    def is_sure(self, at: datetime) -> bool:
        """Proved within the last ten minutes who he is."""
        return self.sure_at is not None and at - self.sure_at <= SURE_FOR

    @property
    def has_password(self) -> bool:
        """Then only the password proves who he is; else his phone does."""
        return self.login is not None


@dataclass(frozen=True)
class SessionLine:
    id: int
    how: str
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class Browser:
    """What a person recognises his own browsers by."""

    agent: str = ""
    address: str = field(repr=False, default="0.0.0.0")  # noqa: S104 - the word for unknown


def open_session(
    *,
    merchant_id: int,
    staff_id: int,
    how: How,
    browser: Browser,
    at: datetime,
    is_sure: bool = False,
) -> str:
    """The token for the browser; we keep its fingerprint. Raises NotOnDuty.

    `is_sure`: he has just proved who he is. A scan alone does not: the phone may have been shown
    somebody else's picture.
    """
    token = secrets.token_urlsafe(32)
    opened = execute(
        OPEN,
        {
            "merchant_id": merchant_id,
            "staff_id": staff_id,
            "print": keyring.fingerprint(token),
            "how": how.value,
            "agent": browser.agent[:200],
            "address": browser.address,
            "at": at,
            "sure_at": at if is_sure else None,
            "ends_at": at + LASTS,
        },
    )
    if not opened:
        raise NotOnDuty("该账号已停用，请联系店主")
    _record(merchant_id, staff_id, "panel.sign_in", at, how=how.value)
    return token


def who(*, merchant_id: int, token: str, at: datetime) -> Signed | None:
    """Whose token this is, if it still stands: 24 hours at most, two without a request."""
    return fetch_one(
        Signed,
        WHO,
        {
            "merchant_id": merchant_id,
            "print": keyring.fingerprint(token),
            "at": at,
            "idle_since": at - IDLE,
        },
    )


def note_seen(*, merchant_id: int, signed: Signed, at: datetime) -> None:
    """He is still there; written once a minute."""
    if at - signed.seen_at >= SEEN_EVERY:
        execute(SEEN, {"merchant_id": merchant_id, "session_id": signed.session_id, "at": at})


def list_sessions(*, merchant_id: int, staff_id: int, at: datetime) -> Sequence[SessionLine]:
    """Where this person is signed in, the last seen first."""
    return fetch_all(
        SessionLine,
        LIST,
        {
            "merchant_id": merchant_id,
            "staff_id": staff_id,
            "at": at,
            "idle_since": at - IDLE,
        },
    )


def sign_out(
    *,
    merchant_id: int,
    staff_id: int,
    at: datetime,
    session_id: int | None = None,
    but: int | None = None,
    by: str | None = None,
) -> int:
    """End one session of this person, or all `but` one; how many ended. `by`: himself or another."""
    ended = execute(
        REVOKE,
        {
            "merchant_id": merchant_id,
            "staff_id": staff_id,
            "session_id": session_id,
            "but": but,
            "at": at,
        },
    )
    if ended:
        audit.record(
            merchant_id=merchant_id,
            actor=by or f"staff:{staff_id}",
            action="panel.sign_out",
            subject=f"staff:{staff_id}",
            details={"sessions": ended},
            at=at,
        )
    return ended


def view_as(*, merchant_id: int, signed: Signed, role: Role | None, at: datetime) -> None:
    """See the panel with the rights of a lesser role; None ends it. Raises NotFound."""
    if role is not None and _RANK[role] >= _RANK[signed.role]:
        raise NotFound("There is no lesser role of this name.", role=role.value)
    which = {"merchant_id": merchant_id, "session_id": signed.session_id}
    execute(VIEW_AS, {**which, "role": role.value if role else None})
    _record(merchant_id, signed.staff_id, "panel.view_as", at, role=role.value if role else None)


def end_others(*, merchant_id: int, signed: Signed, at: datetime) -> int:
    """Sign this person out everywhere but here."""
    return sign_out(merchant_id=merchant_id, staff_id=signed.staff_id, but=signed.session_id, at=at)


def be_sure(*, merchant_id: int, session_id: int, at: datetime) -> None:
    """He has just proved who he is."""
    execute(SURE, {"merchant_id": merchant_id, "session_id": session_id, "at": at})


def stay(*, merchant_id: int, session_id: int) -> None:
    """The browser that asked for a renewal outlives it."""
    execute(STAY, {"merchant_id": merchant_id, "session_id": session_id})


def work_at(*, merchant_id: int, signed: Signed, store_id: int) -> None:
    """The store behind whose counter this browser stands; the caller knows that he may."""
    which = {"merchant_id": merchant_id, "session_id": signed.session_id}
    execute(AT_STORE, {**which, "store_id": store_id})


def forget_sessions(*, before: datetime) -> int:
    """Sessions that ended before that instant; how many were forgotten. Across merchants."""
    return execute(FORGET, {"before": before})


def _record(merchant_id: int, staff_id: int, action: str, at: datetime, **details: object) -> None:
    actor = f"staff:{staff_id}"
    audit.record(
        merchant_id=merchant_id, actor=actor, action=action, subject=actor, details=details, at=at
    )
