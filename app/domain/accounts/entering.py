"""Accepting an invitation with a password, and coming in with it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import merchants
from app.domain.accounts import factors, known, passwords, sessions, tries
from app.domain.accounts.errors import CodeWrong, LockedOut, LoginTaken, SignInRefused
from app.domain.accounts.models import How
from app.domain.accounts.sessions import Browser, Signed
from app.kernel import audit
from app.kernel.db import execute, fetch_one
from app.kernel.errors import Invalid

LOGIN_LENGTH = range(2, 41)

FIND = """
SELECT a.staff_id, a.login, a.password_hash, a.totp_sealed
FROM panel_accounts a JOIN staff s ON s.merchant_id = a.merchant_id AND s.id = a.staff_id
WHERE a.merchant_id = %(merchant_id)s AND s.state = 'active'
"""
# Not locked: whoever guesses in somebody's name must not keep him waiting.
BY_LOGIN = FIND + " AND a.login = %(login)s"
BY_STAFF = FIND + " AND a.staff_id = %(staff_id)s"
ADD = """
INSERT INTO panel_accounts (merchant_id, staff_id, login, password_hash, created_at, changed_at)
VALUES (%(merchant_id)s, %(staff_id)s, %(login)s, %(hash)s, %(at)s, %(at)s)
ON CONFLICT DO NOTHING
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


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of one try: a session's token, or why not. Written down either way.

    `mark` is for the browser to keep: it is known from now on.
    """

    token: str | None = None
    mark: str | None = None
    refusal: SignInRefused | LockedOut | None = None


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
    # A hash costs a tenth of a second: not for whoever has no invitation.
    staff = merchants.begin_work(merchant_id=merchant_id, token=token, at=at)
    which = {"merchant_id": merchant_id, "staff_id": staff.id}
    _add(which, name, password, at=at)
    return sessions.open_session(**which, how=How.PASSWORD, is_sure=True, browser=browser, at=at)


def add_password(
    *, merchant_id: int, signed: Signed, login: str, password: str, at: datetime
) -> None:
    """A password for somebody who came in with WeChat until now. Raises LoginTaken, WeakPassword.

    His other browsers are signed out. The caller asked his phone shortly before.
    """
    which = {"merchant_id": merchant_id, "staff_id": signed.staff_id}
    _add(which, _login(login), password, at=at)
    sessions.end_others(merchant_id=merchant_id, signed=signed, at=at)
    _record(merchant_id, signed.staff_id, "panel.password", at)


def sign_in(
    *,
    merchant_id: int,
    login: str,
    password: str,
    digits: str | None,
    browser: Browser,
    mark: str = "",
    at: datetime,
) -> Tried:
    """One try with a password, and with six digits where the account asks for them.

    After five wrong tries in a row each further one waits twice as long as the one before, an
    hour at most: for this name from this address, or for the browser that brings its `mark`.
    Nothing is raised, so that what is counted stays counted; and nothing tells what was wrong.
    """
    name = login.strip().lower()[:80]
    account = fetch_one(_Account, BY_LOGIN, {"merchant_id": merchant_id, "login": name})
    known_as = account and known.name_in(mark, merchant_id=merchant_id, staff_id=account.staff_id)
    what = f"browser:{known_as}" if known_as else f"{tries.household(browser.address)}:{name}"
    count = tries.count_of(merchant_id=merchant_id, what=what, at=at)
    if locked := count.refusal():
        return Tried(refusal=locked)
    refusal = _check(merchant_id, account, password, digits, is_known=bool(known_as), at=at)
    if refusal or account is None:
        _note_wrong(merchant_id, account, count)
        return Tried(refusal=refusal)
    count.was_right()
    return _come_in(merchant_id, account, browser, at=at)


def prove(
    *, merchant_id: int, signed: Signed, password: str, digits: str | None, at: datetime
) -> Tried:
    """Somebody who is signed in proves once more who he is, before something dear.

    Counted for this browser alone: whoever tries elsewhere does not stop him here.
    """
    what = f"prove:{signed.session_id}"
    count = tries.count_of(merchant_id=merchant_id, what=what, at=at)
    if locked := count.refusal():
        return Tried(refusal=locked)
    which = {"merchant_id": merchant_id, "staff_id": signed.staff_id}
    account = fetch_one(_Account, BY_STAFF, which)
    refusal = _check(merchant_id, account, password, digits, is_known=True, at=at)
    if refusal:
        _note_wrong(merchant_id, account, count)
        return Tried(refusal=refusal)
    count.was_right()
    sessions.be_sure(merchant_id=merchant_id, session_id=signed.session_id, at=at)
    return Tried(mark=known.mark_for(**which))


def change_password(*, merchant_id: int, signed: Signed, password: str, at: datetime) -> None:
    """Another password; every other browser of this person is signed out. Raises WeakPassword.

    The caller asked for the old one shortly before.
    """
    hashed = passwords.hashed(password, login=signed.login or "")
    which = {"merchant_id": merchant_id, "staff_id": signed.staff_id}
    execute(REHASH, {**which, "hash": hashed, "at": at})
    sessions.end_others(merchant_id=merchant_id, signed=signed, at=at)
    _record(merchant_id, signed.staff_id, "panel.password", at)


def _add(which: dict[str, int], login: str, password: str, *, at: datetime) -> None:
    hashed = passwords.hashed(password, login=login)
    if not execute(ADD, {**which, "login": login, "hash": hashed, "at": at}):
        raise LoginTaken("这个登录名已被使用，或你已有密码")


def _come_in(merchant_id: int, account: _Account, browser: Browser, *, at: datetime) -> Tried:
    which = {"merchant_id": merchant_id, "staff_id": account.staff_id}
    token = sessions.open_session(**which, how=How.PASSWORD, is_sure=True, browser=browser, at=at)
    # Before the second factor there is no second proof that it is his browser.
    is_whole = account.totp_sealed is not None
    return Tried(token=token, mark=known.mark_for(**which) if is_whole else None)


def _check(
    merchant_id: int,
    account: _Account | None,
    password: str,
    digits: str | None,
    *,
    is_known: bool,
    at: datetime,
) -> SignInRefused | None:
    """One hash for everybody, and one answer, whatever was wrong."""
    is_right = passwords.is_right(password, account.password_hash if account else passwords.NOBODYS)
    if account is None or not is_right:
        return _refused()
    if account.totp_sealed is not None and not _is_digits_right(
        merchant_id, account.staff_id, account.totp_sealed, digits or "", is_known=is_known, at=at
    ):
        return _refused()
    _rehash_outdated(merchant_id, account, password, at=at)
    return None


def _is_digits_right(
    merchant_id: int, staff_id: int, sealed: bytes, digits: str, *, is_known: bool, at: datetime
) -> bool:
    """Whoever knows the password guesses digits slowly, from however many addresses.

    Strangers together have one count for that, which does not hold up a known browser.
    """
    count = None
    if not is_known:
        count = tries.count_of(merchant_id=merchant_id, what=f"digits:{staff_id}", at=at)
        if count.refusal():
            return False
    try:
        factors.check(
            merchant_id=merchant_id, staff_id=staff_id, sealed=sealed, digits=digits, at=at
        )
    except CodeWrong:
        if count and digits:
            count.was_wrong()
        return False
    if count:
        count.was_right()
    return True


def _note_wrong(merchant_id: int, account: _Account | None, count: tries.Count) -> None:
    failures = count.was_wrong()
    if account and failures >= tries.FREE_TRIES:
        _record(merchant_id, account.staff_id, "panel.locked_out", count.at, failures=failures)


def _rehash_outdated(merchant_id: int, account: _Account, password: str, *, at: datetime) -> None:
    if passwords.is_outdated(account.password_hash):
        again = passwords.hashed(password, login=account.login)
        which = {"merchant_id": merchant_id, "staff_id": account.staff_id}
        execute(REHASH, {**which, "hash": again, "at": at})


def _login(text: str) -> str:
    login = text.strip().lower()
    if len(login) not in LOGIN_LENGTH or any(letter.isspace() for letter in login):
        raise Invalid("登录名需 2 至 40 个字符，不含空格")
    return login


def _refused() -> SignInRefused:
    return SignInRefused("登录名、密码或动态验证码不正确")


def _record(merchant_id: int, staff_id: int, action: str, at: datetime, **details: object) -> None:
    actor = f"staff:{staff_id}"
    audit.record(
        merchant_id=merchant_id, actor=actor, action=action, subject=actor, details=details, at=at
    )
