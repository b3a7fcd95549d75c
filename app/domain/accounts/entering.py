"""Accepting an invitation with a password, and coming in with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import merchants
from app.domain.accounts import factors, passwords, sessions
from app.domain.accounts.errors import CodeWrong, LockedOut, LoginTaken, SignInRefused
from app.domain.accounts.models import How
from app.domain.accounts.sessions import Browser, Signed
from app.kernel import audit
from app.kernel.db import execute, fetch_one
from app.kernel.errors import Invalid

FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
LOGIN_LENGTH = range(2, 41)

FIND = """
SELECT a.staff_id, a.login, a.password_hash, a.totp_sealed, a.failures, a.locked_until
FROM panel_accounts a JOIN staff s ON s.merchant_id = a.merchant_id AND s.id = a.staff_id
WHERE a.merchant_id = %(merchant_id)s AND s.state = 'active'
"""
BY_LOGIN = FIND + " AND a.login = %(login)s FOR UPDATE OF a"
BY_STAFF = FIND + " AND a.staff_id = %(staff_id)s FOR UPDATE OF a"
ADD = """
INSERT INTO panel_accounts (merchant_id, staff_id, login, password_hash, created_at, changed_at)
VALUES (%(merchant_id)s, %(staff_id)s, %(login)s, %(hash)s, %(at)s, %(at)s)
ON CONFLICT DO NOTHING
"""
COUNT = """
UPDATE panel_accounts SET failures = %(failures)s, locked_until = %(until)s
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s
"""
REHASH = """
UPDATE panel_accounts SET password_hash = %(hash)s, changed_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s
"""


@dataclass(frozen=True)
class _Account:
    staff_id: int
    login: str
    password_hash: str
    totp_sealed: bytes | None
    failures: int
    locked_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of one try: a session's token, or why not. Written down either way."""

    token: str | None = None
    refusal: SignInRefused | LockedOut | CodeWrong | None = None


def accept(
    *,
    merchant_id: int,
    token: str,
    login: str,
    password: str,
    browser: Browser,
    at: datetime,
) -> str:
    """An invited person begins to work here, with a name and a password; a session's token.

    Raises InvitationInvalid, LoginTaken, WeakPassword, Invalid.
    """
    name = _login(login)
    hashed = passwords.hashed(password, login=name)
    staff = merchants.begin_work(merchant_id=merchant_id, token=token, at=at)
    which = {"merchant_id": merchant_id, "staff_id": staff.id}
    if not execute(ADD, {**which, "login": name, "hash": hashed, "at": at}):
        raise LoginTaken("这个登录名已被使用")
    return sessions.open_session(**which, how=How.PASSWORD, browser=browser, at=at)


def add_password(
    *, merchant_id: int, signed: Signed, login: str, password: str, at: datetime
) -> None:
    """A password for somebody who came in with WeChat until now. Raises LoginTaken, WeakPassword."""
    name = _login(login)
    hashed = passwords.hashed(password, login=name)
    which = {"merchant_id": merchant_id, "staff_id": signed.staff_id}
    if not execute(ADD, {**which, "login": name, "hash": hashed, "at": at}):
        raise LoginTaken("这个登录名已被使用，或你已有密码")
    _record(merchant_id, signed.staff_id, "panel.password", at)


def sign_in(
    *,
    merchant_id: int,
    login: str,
    password: str,
    digits: str | None,
    browser: Browser,
    at: datetime,
) -> Tried:
    """One try with a password, and with six digits where the account asks for them.

    After five wrong tries in a row each further one waits twice as long as the one before, an
    hour at most. Nothing is raised, so that what is counted stays counted.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "login": login.strip().lower()[:80]}
    account = fetch_one(_Account, BY_LOGIN, which)
    if account is None:
        passwords.is_right(password, passwords.NOBODYS)
        return Tried(refusal=_refused())
    refusal = _try(merchant_id, account, password, digits, at=at)
    if refusal:
        return Tried(refusal=refusal)
    return Tried(
        token=sessions.open_session(
            merchant_id=merchant_id,
            staff_id=account.staff_id,
            how=How.PASSWORD,
            browser=browser,
            at=at,
        )
    )


def prove(
    *, merchant_id: int, signed: Signed, password: str, digits: str | None, at: datetime
) -> Tried:
    """Somebody who is signed in proves once more who he is, before something dear."""
    which = {"merchant_id": merchant_id, "staff_id": signed.staff_id}
    account = fetch_one(_Account, BY_STAFF, which)
    refusal = _try(merchant_id, account, password, digits, at=at) if account else _refused()
    if refusal is None:
        sessions.be_sure(merchant_id=merchant_id, signed=signed, at=at)
    return Tried(refusal=refusal)


def change_password(*, merchant_id: int, signed: Signed, password: str, at: datetime) -> None:
    """Another password; every other browser of this person is signed out. Raises WeakPassword.

    The caller asked for the old one shortly before.
    """
    hashed = passwords.hashed(password, login=signed.login or "")
    which = {"merchant_id": merchant_id, "staff_id": signed.staff_id}
    execute(REHASH, {**which, "hash": hashed, "at": at})
    sessions.sign_out(
        merchant_id=merchant_id, staff_id=signed.staff_id, but=signed.session_id, at=at
    )
    _record(merchant_id, signed.staff_id, "panel.password", at)


def _try(
    merchant_id: int, account: _Account, password: str, digits: str | None, *, at: datetime
) -> SignInRefused | LockedOut | CodeWrong | None:
    if account.locked_until and at < account.locked_until:
        wait = int((account.locked_until - at).total_seconds()) + 1
        return LockedOut("尝试次数过多，请稍后再试", retry_after_seconds=wait)
    if not passwords.is_right(password, account.password_hash):
        return _count_failure(merchant_id, account, _refused(), at=at)
    if account.totp_sealed is not None:
        try:
            factors.check(
                merchant_id=merchant_id,
                staff_id=account.staff_id,
                sealed=account.totp_sealed,
                digits=digits or "",
                at=at,
            )
        except CodeWrong as wrong:
            # Who left the field empty has guessed nothing yet.
            return _count_failure(merchant_id, account, wrong, at=at) if digits else wrong
    _forgive(merchant_id, account, password, at=at)
    return None


def _count_failure(
    merchant_id: int,
    account: _Account,
    refusal: SignInRefused | CodeWrong,
    *,
    at: datetime,
) -> SignInRefused | CodeWrong:
    failures = account.failures + 1
    which = {"merchant_id": merchant_id, "staff_id": account.staff_id}
    wait = wait_after(failures)
    until = at + wait if wait else None
    execute(COUNT, {**which, "failures": failures, "until": until})
    if until:
        _record(merchant_id, account.staff_id, "panel.locked_out", at, failures=failures)
    return refusal


def wait_after(failures: int) -> timedelta | None:
    """How long the next try waits after so many wrong ones in a row."""
    if failures < FREE_TRIES:
        return None
    return min(FIRST_WAIT * (1 << min(failures - FREE_TRIES, 10)), LONGEST_WAIT)


def _forgive(merchant_id: int, account: _Account, password: str, *, at: datetime) -> None:
    which: dict[str, object] = {"merchant_id": merchant_id, "staff_id": account.staff_id}
    if account.failures:
        execute(COUNT, {**which, "failures": 0, "until": None})
    if passwords.is_outdated(account.password_hash):
        again = passwords.hashed(password, login=account.login)
        execute(REHASH, {**which, "hash": again, "at": at})


def _login(text: str) -> str:
    login = text.strip().lower()
    if len(login) not in LOGIN_LENGTH or any(letter.isspace() for letter in login):
        raise Invalid("登录名需 2 至 40 个字符，不含空格")
    return login


def _refused() -> SignInRefused:
    return SignInRefused("登录名或密码不正确")


def _record(merchant_id: int, staff_id: int, action: str, at: datetime, **details: object) -> None:
    actor = f"staff:{staff_id}"
    audit.record(
        merchant_id=merchant_id, actor=actor, action=action, subject=actor, details=details, at=at
    )
