r"""WECHATPAY2-SHA256-RSA2048 both ways, and AEAD_AES_256_GCM sealing.

A request is signed over `METHOD\ntarget\ntimestamp\nnonce\nbody\n` by the merchant, an answer
or a notice over `timestamp\nnonce\nbody\n` by the platform, always over the bytes as they travel.
A brand signs its own APIs the same way under another scheme, naming its brand_id. The brand here
is a merchant with a brand_id and has that merchant's key and serial number.
"""

import base64
import binascii
import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

from app.simulator.errors import PayRefused
from app.simulator.platform_certificate import PlatformCertificate, certificate_of
from app.simulator.settings import Merchant

SCHEME = "WECHATPAY2-SHA256-RSA2048"
BRAND_SCHEME = "WECHATPAY-BRAND-SHA256-RSA2048"
WINDOW_SECONDS = 300
SIGNTEST_PREFIX = "WECHATPAY/SIGNTEST/"
_SIGNER = {SCHEME: "mchid", BRAND_SCHEME: "brand_id"}
_PARTS = ("nonce_str", "timestamp", "serial_no", "signature")
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A request as it arrived: the target is path and query exactly as sent.

    `body` is what the signature covers, `scheme` the one that this address asks for.
    """

    method: str
    target: str
    body: bytes
    authorization: str
    scheme: str = SCHEME


class Platform:
    """The platform's signing key, loaded once.

    The same key goes by two names: the public key's id, and its certificate's serial number.
    """

    def __init__(self, *, private_key_pem: str, public_key_id: str) -> None:
        self.public_key_id = public_key_id
        self._key = private_key(private_key_pem)

    @property
    def certificate(self) -> PlatformCertificate:
        """The key as merchants of before the public key know it."""
        return certificate_of(self._key)

    def serial_for(self, merchant: Merchant | None, *, asked: str | None = None) -> str:
        """By which name a merchant is to find the key; `asked` is its own Wechatpay-Serial.

        A merchant with platform certificates is answered by the public key when it asks for it.
        """
        if merchant is None or not merchant.platform_certificate or asked == self.public_key_id:
            return self.public_key_id
        return self.certificate.serial

    def headers(self, body: bytes, *, at: float, serial: str) -> dict[str, str]:
        """The five headers that let a receiver verify `body`."""
        return _headers(body, at=at, serial=serial, key=self._key)

    def forged_headers(self, body: bytes, *, at: float, serial: str) -> dict[str, str]:
        """The same, signed by a key that is not the platform's."""
        return _headers(body, at=at, serial=serial, key=_strangers_key())


def _headers(body: bytes, *, at: float, serial: str, key: rsa.RSAPrivateKey) -> dict[str, str]:
    timestamp, nonce = str(int(at)), nonce_text(32)
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": sign(key, f"{timestamp}\n{nonce}\n".encode() + body + b"\n"),
        "Wechatpay-Signature-Type": SCHEME,
    }


class MerchantKeys:
    """Who may sign requests. Public keys are loaded once."""

    def __init__(self, merchants: tuple[Merchant, ...]) -> None:
        self._merchants = {(SCHEME, each.mchid): each for each in merchants}
        brands = {(BRAND_SCHEME, each.brand_id): each for each in merchants if each.brand_id}
        self._merchants.update(brands)
        self._keys = {each.mchid: public_key(each.public_key_pem) for each in merchants}

    def signer(self, incoming: Incoming, *, clocks: tuple[float, ...]) -> Merchant:
        """The merchant who signed this request within five minutes of one of the clocks.

        Refused with 401 SIGN_ERROR otherwise.
        """
        scheme = incoming.scheme
        claims = _claims(incoming.authorization, scheme=scheme)
        merchant = self._merchants.get((scheme, claims[_SIGNER[scheme]]))
        if merchant is None:
            raise PayRefused("SIGN_ERROR", "签名商户号不存在")
        # Libraries that read it out of the certificate write it in small letters.
        if claims["serial_no"].upper() != merchant.certificate_serial.upper():
            raise PayRefused("SIGN_ERROR", "商户证书序列号有误")
        if not _is_recent(claims["timestamp"], clocks=clocks):
            raise PayRefused(
                "SIGN_ERROR", "Authorization中的timestamp与发起请求的时间不得超过5分钟"
            )
        if not self.has_signed(
            merchant.mchid, _request_text(incoming, claims), claims["signature"]
        ):
            raise PayRefused("SIGN_ERROR", "错误的签名,验签失败")
        return merchant

    def has_signed(self, mchid: str, text: bytes, signature: str) -> bool:
        """Whether this merchant's key made this base64 signature over `text`."""
        return verify(self._keys[mchid], text, signature)


@cache
def private_key(pem: str) -> rsa.RSAPrivateKey:
    """Load a PKCS #8 RSA key."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


@cache
def public_key(pem: str) -> rsa.RSAPublicKey:
    """Load an RSA public key."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("not an RSA key")
    return key


def sign(key: rsa.RSAPrivateKey, text: bytes) -> str:
    """RSA PKCS #1 v1.5 with SHA-256, in base64."""
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), SHA256())).decode()


def verify(key: rsa.RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether `signature` (base64) is this key's over `text`."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def encrypt_for(key: rsa.RSAPublicKey, text: str) -> str:
    """A field for one reader's eyes: RSA-OAEP with SHA-1, in base64."""
    oaep = padding.OAEP(mgf=padding.MGF1(SHA1()), algorithm=SHA1(), label=None)  # noqa: S303  # the platform wants it so
    return base64.b64encode(key.encrypt(text.encode(), oaep)).decode()


def seal(plain: bytes, *, apiv3_key: str, associated_data: str) -> dict[str, str]:
    """The `resource` of a notice: AES-256-GCM under the merchant's APIv3 key."""
    nonce = nonce_text(12)
    sealed = AESGCM(apiv3_key.encode()).encrypt(nonce.encode(), plain, associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


def nonce_text(length: int) -> str:
    """A random text of letters and digits."""
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(length))


def _claims(authorization: str, *, scheme: str) -> Mapping[str, str]:
    given, _, rest = authorization.partition(" ")
    if given != scheme:
        raise PayRefused("SIGN_ERROR", "Http头缺少Authorization或认证类型不正确")
    claims = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    if any(part not in claims for part in (_SIGNER[scheme], *_PARTS)):
        raise PayRefused("SIGN_ERROR", "Http头Authorization值格式错误")
    return claims


def _is_recent(timestamp: str, *, clocks: tuple[float, ...]) -> bool:
    return (
        timestamp.isascii()
        and timestamp.isdigit()
        and any(abs(int(timestamp) - now) <= WINDOW_SECONDS for now in clocks)
    )


def _request_text(incoming: Incoming, claims: Mapping[str, str]) -> bytes:
    lines = (incoming.method, incoming.target, claims["timestamp"], claims["nonce_str"])
    return "".join(f"{line}\n" for line in lines).encode() + incoming.body + b"\n"


@cache
def _strangers_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
