"""A device's chain: each link names the print of the one before, and is signed.

So nothing can be put in between, changed or reordered without breaking it, and nothing can be
left out but the newest links, which is what not uploading means anyway. The private key is made
in the browser and cannot be taken out of it; we keep the public half.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from app.kernel.errors import Invalid

FIRST = bytes(32)
_VERSION = "kabao-offline-1"
_HALF = 32
_PRINT = re.compile(r"[0-9a-f]{64}")
_ATTEMPT = re.compile(r"[0-9a-f-]{8,64}")
_CODE = re.compile(r"[0-9A-Z]{18,40}")
_MOST_MILLISECONDS = 4_102_444_800_000
_MOST_SPENT_FEN = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Link:
    """One scan as the device signed it. `scanned_ms` since 1970; `attempt` names the request.

    The attempt is that of the counter, in case the network broke after the counter had redeemed.
    """

    device: str
    counter: int
    previous: str
    attempt: str
    code: str
    spend_fen: int | None
    scanned_ms: int
    signature: bytes

    @property
    def words(self) -> bytes:
        """What was signed, line by line. No field can hold a line's end."""
        spend = "" if self.spend_fen is None else self.spend_fen
        lines = (self.counter, self.previous, self.attempt, self.code, spend, self.scanned_ms)
        return "\n".join([_VERSION, self.device, *map(str, lines)]).encode()

    @property
    def print(self) -> bytes:
        """What the next link must name."""
        return hashlib.sha256(self.words).digest()

    @property
    def scanned_at(self) -> datetime:
        return datetime.fromtimestamp(self.scanned_ms / 1000, UTC)


def check_form(link: Link) -> None:
    """Raises Invalid for what no page of ours writes."""
    fits = (
        _PRINT.fullmatch(link.previous)
        and _ATTEMPT.fullmatch(link.attempt)
        and _CODE.fullmatch(link.code)
        and 0 < link.scanned_ms < _MOST_MILLISECONDS
        and (link.spend_fen is None or 0 <= link.spend_fen <= _MOST_SPENT_FEN)
        and link.counter > 0
    )
    if not fits:
        raise Invalid("This is no link of a chain.")


def is_signed(link: Link, public_key: bytes) -> bool:
    """Whether the device's own key signed exactly these words."""
    if len(link.signature) != 2 * _HALF:
        return False
    halves = (link.signature[:_HALF], link.signature[_HALF:])
    signature = encode_dss_signature(*(int.from_bytes(half) for half in halves))
    try:
        read_key(public_key).verify(signature, link.words, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def read_key(der: bytes) -> ec.EllipticCurvePublicKey:
    """A P-256 public key. Raises Invalid."""
    try:
        key = load_der_public_key(der)
    except ValueError as nonsense:
        raise Invalid("This is no public key.") from nonsense
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Invalid("The key of a device is one of P-256.")
    return key
