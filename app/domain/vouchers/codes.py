"""The show code: what the phone shows and the clerk scans, new every thirty seconds.

Eighteen digits: an eleven-digit handle that leads to the voucher, and a seven-digit code. The QR
carries the same handle with a longer code. Both are a MAC over the time step under a key of the
voucher and its holder version: a new holder, or a freeze, ends every older picture.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.vouchers.errors import CodeOutdated, CodeUnknown
from app.kernel import keyring

STEP_SECONDS = 30
SKEW_STEPS = 1
_REMEMBERED_STEPS = 20
_HANDLES = 10**11
# The smallest square that holds every handle: a Feistel network over two numbers below its side.
_SIDE = 316_228
_TURNS = (b"1", b"2", b"3", b"4", b"5", b"6")
_CODE_DIGITS = 7
_CODES = 10**_CODE_DIGITS
_MAC_BYTES = 20
_QR_MAC_BYTES = 12
_DIGITS = re.compile(r"([0-9]{11})([0-9]{7})")
_QR = re.compile(r"KB1([0-9]{11})([0-9A-F]{24})")


@dataclass(frozen=True)
class ShowCode:
    """What to show until `valid_until`: 18 digits for a barcode or a voice, a text for the QR."""

    digits: str
    qr_text: str
    valid_until: datetime


@dataclass(frozen=True)
class ScannedCode:
    """A code as it was scanned or typed, not yet proven."""

    voucher_id: int
    code: str
    handle: str


def show_code(*, merchant_id: int, voucher_id: int, holder_version: int, at: datetime) -> ShowCode:
    step = step_of(at)
    mac = _mac(_key(merchant_id, voucher_id, holder_version), step)
    handle = handle_of(voucher_id)
    ends = datetime.fromtimestamp((step + 1) * STEP_SECONDS, UTC)
    return ShowCode(handle + _short(mac), f"KB1{handle}{_long(mac)}", ends)


def read_code(text: str) -> ScannedCode:
    """Take a scanned QR or typed digits apart; spaces and dashes are the clerk's to add.

    Raises CodeUnknown when it has neither form.
    """
    bare = text.strip().replace(" ", "").replace("-", "")
    match = _DIGITS.fullmatch(bare) or _QR.fullmatch(bare)
    if match is None:
        raise CodeUnknown.told()
    handle, code = match.groups()
    return ScannedCode(id_behind(int(handle)), code, handle)


def check_code(
    scanned: ScannedCode, *, merchant_id: int, holder_version: int, at: datetime
) -> None:
    """The code belongs to this voucher, its present holder, and this very minute.

    One step of clock skew is accepted on either side. Raises CodeOutdated for a picture of the
    last ten minutes, CodeUnknown for anything else.
    """
    key, now = _key(merchant_id, scanned.voucher_id, holder_version), step_of(at)
    for step in (now, now - 1, now + SKEW_STEPS):
        if _matches(scanned.code, _mac(key, step)):
            return
    for step in range(now - _REMEMBERED_STEPS, now - 1):
        if _matches(scanned.code, _mac(key, step)):
            raise CodeOutdated.told()
    raise CodeUnknown.told()


def handle_of(voucher_id: int) -> str:
    """Eleven digits that tell nothing of the id: a keyed permutation of all such numbers."""
    value = _permute(voucher_id)
    while value >= _HANDLES:
        value = _permute(value)
    return f"{value:011d}"


def id_behind(handle: int) -> int:
    """What `handle_of` hid."""
    value = _unpermute(handle)
    while value >= _HANDLES:
        value = _unpermute(value)
    return value


def _permute(value: int) -> int:
    left, right = divmod(value, _SIDE)
    for turn in _TURNS:
        left, right = right, (left + _scramble(turn, right)) % _SIDE
    return left * _SIDE + right


def _unpermute(value: int) -> int:
    left, right = divmod(value, _SIDE)
    for turn in reversed(_TURNS):
        left, right = (right - _scramble(turn, left)) % _SIDE, left
    return left * _SIDE + right


def _scramble(turn: bytes, half: int) -> int:
    key = keyring.derive("voucher-handles")
    return int.from_bytes(
        hashlib.blake2b(half.to_bytes(4), digest_size=8, key=key, person=turn).digest()
    )


def _key(merchant_id: int, voucher_id: int, holder_version: int) -> bytes:
    names = f"{merchant_id}:{voucher_id}:{holder_version}".encode()
    return hashlib.blake2b(names, digest_size=32, key=keyring.derive("show-code")).digest()


def step_of(at: datetime) -> int:
    """Which half minute this is."""
    return int(at.timestamp()) // STEP_SECONDS


def _mac(key: bytes, step: int) -> bytes:
    return hashlib.blake2b(step.to_bytes(8), digest_size=_MAC_BYTES, key=key).digest()


def _short(mac: bytes) -> str:
    return f"{int.from_bytes(mac[:8]) % _CODES:07d}"


def _long(mac: bytes) -> str:
    return mac[-_QR_MAC_BYTES:].hex().upper()


def _matches(code: str, mac: bytes) -> bool:
    expected = _short(mac) if len(code) == _CODE_DIGITS else _long(mac)
    return hmac.compare_digest(code, expected)
