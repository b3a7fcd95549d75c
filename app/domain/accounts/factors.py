"""The second factor: six digits of the minute (RFC 6238), or a recovery code."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyotp

from app.domain.accounts import sessions
from app.domain.accounts.errors import CodeWrong, PasswordFirst
from app.domain.accounts.sessions import Signed
from app.kernel import audit, keyring
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound

STEP_SECONDS = 30
CODES, CODE_CHARACTERS = 10, "23456789abcdefghjkmnpqrstuvwxyz"
ISSUER = "卡包"

SET_TOTP = """
UPDATE panel_accounts SET totp_sealed = %(sealed)s, totp_since = %(at)s, totp_step = %(step)s,
  changed_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s
"""
# A code is good once: whoever looks over a shoulder comes too late.
USE_STEP = """
UPDATE panel_accounts SET totp_step = %(step)s
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s AND totp_step < %(step)s
"""
DROP_TOTP = """
UPDATE panel_accounts SET totp_sealed = NULL, totp_since = NULL, changed_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s AND totp_sealed IS NOT NULL
"""
IS_BOUND = """
SELECT staff_id FROM panel_accounts
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s AND totp_sealed IS NOT NULL
"""
DROP_CODES = """
DELETE FROM panel_recovery_codes WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s
"""
ADD_CODES = """
INSERT INTO panel_recovery_codes (merchant_id, staff_id, fingerprint)
SELECT %(merchant_id)s, %(staff_id)s, f FROM unnest(%(prints)s::bytea[]) f
"""
USE_CODE = """
UPDATE panel_recovery_codes SET used_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND staff_id = %(staff_id)s AND fingerprint = %(print)s
  AND used_at IS NULL
"""


@dataclass(frozen=True)
class _Bound:
    staff_id: int


def new_secret() -> str:
    """A secret for an authenticator app, in base32. Kept nowhere until it was proven."""
    return pyotp.random_base32()


def address_of(secret: str, *, login: str, shop: str) -> str:
    """What an authenticator app scans (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=f"{shop}:{login}", issuer_name=ISSUER)


def pending(secret: str, *, merchant_id: int, session_id: int) -> str:
    """A secret that was not proven yet, as its browser may carry it: sealed, for this session."""
    context = _pending_context(merchant_id, session_id)
    return base64.b64encode(keyring.seal(secret, context=context)).decode()


def pending_secret(carried: str, *, merchant_id: int, session_id: int) -> str | None:
    """What `pending` hid; None for anything else."""
    context = _pending_context(merchant_id, session_id)
    try:
        return keyring.unseal(base64.b64decode(carried), context=context)
    except (keyring.CannotOpen, ValueError):
        return None


def begin(
    *, merchant_id: int, signed: Signed, secret: str, digits: str, at: datetime
) -> Sequence[str]:
    """From now on this secret is asked for; the recovery codes, told this once.

    Every other browser of this person is signed out. The caller asked who he is shortly before.
    Raises CodeWrong, PasswordFirst.
    """
    staff_id = signed.staff_id
    step = _step_of(secret, digits, at)
    if step is None:
        raise CodeWrong("验证码不正确，请核对手机时间后重试")
    which = {"merchant_id": merchant_id, "staff_id": staff_id}
    sealed = keyring.seal(secret, context=_context(merchant_id, staff_id))
    if not execute(SET_TOTP, {**which, "sealed": sealed, "step": step, "at": at}):
        raise PasswordFirst("请先设置登录名和密码")
    codes = _new_codes(merchant_id, staff_id)
    sessions.end_others(merchant_id=merchant_id, signed=signed, at=at)
    _record(merchant_id, staff_id, "panel.second_factor", at)
    return codes


def reset(*, merchant_id: int, staff_id: int, by: str, at: datetime) -> None:
    """Somebody lost his phone and his codes: he binds another when he comes in next.

    All his browsers are signed out. Raises NotFound for who has no second factor.
    """
    which: dict[str, object] = {"merchant_id": merchant_id, "staff_id": staff_id}
    if not execute(DROP_TOTP, {**which, "at": at}):
        raise NotFound("There is no second factor to reset.")
    execute(DROP_CODES, which)
    audit.record(
        merchant_id=merchant_id,
        actor=by,
        action="panel.reset_second_factor",
        subject=f"staff:{staff_id}",
        at=at,
    )
    sessions.sign_out(merchant_id=merchant_id, staff_id=staff_id, by=by, at=at)


def has_one(*, merchant_id: int, staff_id: int) -> bool:
    """Whether he comes in with a second factor."""
    which = {"merchant_id": merchant_id, "staff_id": staff_id}
    return fetch_one(_Bound, IS_BOUND, which) is not None


def renew_codes(*, merchant_id: int, staff_id: int, at: datetime) -> Sequence[str]:
    """Other recovery codes; the old ones end. They are told this once. Raises PasswordFirst."""
    if not has_one(merchant_id=merchant_id, staff_id=staff_id):
        raise PasswordFirst("请先绑定动态验证码")
    codes = _new_codes(merchant_id, staff_id)
    _record(merchant_id, staff_id, "panel.recovery_codes", at)
    return codes


def check(*, merchant_id: int, staff_id: int, sealed: bytes, digits: str, at: datetime) -> None:
    """The digits of this minute or a neighbouring one, or a recovery code; each once.

    Raises CodeWrong.
    """
    given = digits.replace(" ", "").replace("-", "").lower()
    which: dict[str, object] = {"merchant_id": merchant_id, "staff_id": staff_id}
    secret = keyring.unseal(sealed, context=_context(merchant_id, staff_id))
    step = _step_of(secret, given, at)
    if step is not None and execute(USE_STEP, {**which, "step": step}):
        return
    if execute(USE_CODE, {**which, "print": _print(merchant_id, given), "at": at}):
        _record(merchant_id, staff_id, "panel.recovery_code_used", at)
        return
    raise CodeWrong("验证码不正确或已使用过")


def _step_of(secret: str, digits: str, at: datetime) -> int | None:
    totp, now = pyotp.TOTP(secret), int(at.timestamp()) // STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if pyotp.utils.strings_equal(totp.generate_otp(step), digits):
            return step
    return None


def _new_codes(merchant_id: int, staff_id: int) -> list[str]:
    codes = ["".join(secrets.choice(CODE_CHARACTERS) for _ in range(10)) for _ in range(CODES)]
    which: dict[str, object] = {"merchant_id": merchant_id, "staff_id": staff_id}
    execute(DROP_CODES, which)
    execute(ADD_CODES, {**which, "prints": [_print(merchant_id, code) for code in codes]})
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _print(merchant_id: int, code: str) -> bytes:
    # Fifty bits are not enough to be left unkeyed.
    return keyring.blind_index(code, context=f"recovery:{merchant_id}")


def _pending_context(merchant_id: int, session_id: int) -> str:
    return f"totp-pending:{merchant_id}:{session_id}"


def _context(merchant_id: int, staff_id: int) -> str:
    return f"totp:{merchant_id}:{staff_id}"


def _record(merchant_id: int, staff_id: int, action: str, at: datetime) -> None:
    actor = f"staff:{staff_id}"
    audit.record(merchant_id=merchant_id, actor=actor, action=action, subject=actor, at=at)
