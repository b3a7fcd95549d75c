"""The platform's X.509 certificate, which merchants of before the public key still verify with."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

# The same at every start, so that a certificate which a shop has kept is still the platform's. The
# real ones last five years.
VALID_FROM = datetime(2024, 1, 1, tzinfo=UTC)
VALID_UNTIL = datetime(2044, 1, 1, tzinfo=UTC)
SERIAL_DIGITS = 40
NAME = x509.Name(
    [
        x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sign"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Simulated Tenpay.com"),
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
    ]
)


@dataclass(frozen=True, kw_only=True)
class PlatformCertificate:
    """What `GET /v3/certificates` tells; `serial` is forty hexadecimal digits in capitals."""

    serial: str
    pem: str


@cache
def certificate_of(key: rsa.RSAPrivateKey) -> PlatformCertificate:
    """The self-signed certificate of the platform's key: one key has one certificate."""
    serial = _serial(key)
    made = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(int(serial, 16))
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_UNTIL)
        .sign(key, SHA256())
    )
    return PlatformCertificate(serial=serial, pem=made.public_bytes(Encoding.PEM).decode())


def _serial(key: rsa.RSAPrivateKey) -> str:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    # It begins with 5: a serial is positive, and libraries drop a leading nought.
    return "5" + hashlib.sha256(public).hexdigest().upper()[: SERIAL_DIGITS - 1]
