"""A certificate authority of one run: the platform's names over TLS, and merchants' certificates."""

import ipaddress
import secrets
import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from app.kernel.clock import now

HOSTS = (
    "api.weixin.qq.com",
    "mp.weixin.qq.com",
    "open.weixin.qq.com",
    "file.api.weixin.qq.com",
    "api.mch.weixin.qq.com",
)
LIFE = timedelta(days=2)


class Authority:
    """Signs for this run only; its key stays in memory."""

    def __init__(self) -> None:
        self._key = _new_key()
        self._name = _name("Kabao SDK run")
        basic = x509.BasicConstraints(ca=True, path_length=0)
        builder = _builder(self._name, self._name, self._key.public_key())
        made = builder.add_extension(basic, critical=True).sign(self._key, SHA256())
        self.pem = made.public_bytes(Encoding.PEM)

    def server(self, folder: Path) -> ssl.SSLContext:
        """TLS under the platform's names and 127.0.0.1."""
        key = _new_key()
        names = [x509.DNSName(each) for each in HOSTS]
        loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = _builder(_name(HOSTS[0]), self._name, key.public_key())
        with_names = builder.add_extension(
            x509.SubjectAlternativeName([*names, loopback]), critical=False
        )
        made = with_names.sign(self._key, SHA256())
        chain = folder / "server.pem"
        _keep(chain, _private(key) + made.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def merchant_certificate(self, *, private_key_pem: str, serial: int) -> str:
        """A merchant's API certificate, as the platform would have issued it."""
        key = load_pem_private_key(private_key_pem.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("not an RSA key")
        builder = _builder(_name("merchant"), self._name, key.public_key(), serial=serial)
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM).decode()


def new_serial() -> str:
    """A certificate's number in forty hexadecimal digits; a certificate's is positive."""
    return "4" + secrets.token_hex(20).upper()[1:]


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, *, serial: int = 0
) -> x509.CertificateBuilder:
    at = now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(at - LIFE)
        .not_valid_after(at + LIFE)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _keep(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
