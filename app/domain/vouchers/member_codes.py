"""The code of a member himself: one picture at the counter for whatever he holds.

Twenty digits, so that no till takes it for a voucher's eighteen: an eleven-digit handle and a
nine-digit code. The key is made of the member and the version of his codes, which a freeze ends.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.vouchers import codes
from app.domain.vouchers.codes import SKEW_STEPS, STEP_SECONDS, ShowCode
from app.domain.vouchers.errors import CodeOutdated, CodeUnknown
from app.kernel import keyring
from app.kernel.db import fetch_one

_CODE_DIGITS = 9
_CODES = 10**_CODE_DIGITS
_DIGITS = re.compile(r"([0-9]{11})([0-9]{9})")
_QR = re.compile(r"KB2([0-9]{11})([0-9A-F]{24})")
_REMEMBERED_STEPS = 20
# The same permutation as a voucher's, moved, so that equal ids have unlike handles.
_SHIFT = 10**10

VERSION = """
SELECT code_version, codes_frozen_at IS NOT NULL FROM members
WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s AND state = 'active'
  AND merged_into IS NULL
"""


@dataclass(frozen=True)
class ScannedMember:
    """A member's code as it was scanned or typed, not yet proven."""

    member_id: int
    code: str
    handle: str


@dataclass(frozen=True)
class _Version:
    number: int
    is_frozen: bool


def show_member_code(*, merchant_id: int, member_id: int, version: int, at: datetime) -> ShowCode:
    """What the phone shows until the step is over; `version` is members.code_state's."""
    step = codes.step_of(at)
    mac = _mac(merchant_id, member_id, version, step)
    handle = codes.handle_of(member_id + _SHIFT)
    ends = datetime.fromtimestamp((step + 1) * STEP_SECONDS, UTC)
    return ShowCode(handle + _short(mac), f"KB2{handle}{_long(mac)}", ends)


def read_member_code(text: str) -> ScannedMember:
    """Take a scanned QR or typed digits apart. Raises CodeUnknown when it has neither form."""
    bare = text.strip().replace(" ", "").replace("-", "")
    match = _DIGITS.fullmatch(bare) or _QR.fullmatch(bare)
    if match is None:
        raise CodeUnknown.told()
    handle, code = match.groups()
    member_id = codes.id_behind(int(handle)) - _SHIFT
    if member_id <= 0:
        raise CodeUnknown.told()
    return ScannedMember(member_id, code, handle)


def prove_member(scanned: ScannedMember, *, merchant_id: int, at: datetime) -> int:
    """The member whose code this is, now. Raises CodeUnknown, CodeOutdated.

    A frozen member has no code that counts.
    """
    found = fetch_one(
        _Version, VERSION, {"merchant_id": merchant_id, "member_id": scanned.member_id}
    )
    if found is None or found.is_frozen:
        raise CodeUnknown.told()
    now = codes.step_of(at)
    for step in (now, now - 1, now + SKEW_STEPS):
        if _fits(scanned, merchant_id, found.number, step):
            return scanned.member_id
    for step in range(now - _REMEMBERED_STEPS, now - 1):
        if _fits(scanned, merchant_id, found.number, step):
            raise CodeOutdated.told()
    raise CodeUnknown.told()


def _fits(scanned: ScannedMember, merchant_id: int, version: int, step: int) -> bool:
    mac = _mac(merchant_id, scanned.member_id, version, step)
    expected = _short(mac) if len(scanned.code) == _CODE_DIGITS else _long(mac)
    return hmac.compare_digest(scanned.code, expected)


def _mac(merchant_id: int, member_id: int, version: int, step: int) -> bytes:
    names = f"{merchant_id}:{member_id}:{version}:{step}".encode()
    key = keyring.derive("member-code")
    return hashlib.blake2b(names, digest_size=20, key=key).digest()


def _short(mac: bytes) -> str:
    return f"{int.from_bytes(mac[:8]) % _CODES:09d}"


def _long(mac: bytes) -> str:
    return mac[-12:].hex().upper()
