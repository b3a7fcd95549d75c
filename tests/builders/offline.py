"""A browser that takes scans without network, with a key of its own."""

import secrets
from datetime import timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.domain import accounts, offline
from app.domain.accounts import How
from app.domain.offline import Link, Rules
from tests.builders.moments import NOON
from tests.builders.transactions import joined

BEFORE = NOON + timedelta(minutes=30)


class Signer:
    """A key pair, as WebCrypto makes one; `chain` continues where it stopped."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.handle, self.counter, self.previous = "", 0, offline.FIRST.hex()

    @property
    def public(self):
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, words):
        halves = decode_dss_signature(self.key.sign(words, ec.ECDSA(hashes.SHA256())))
        return b"".join(half.to_bytes(32) for half in halves)

    def link(self, code, *, at, **changes):
        """The next link of the chain."""
        said = {
            "device": self.handle,
            "counter": self.counter + 1,
            "previous": self.previous,
            "attempt": secrets.token_hex(16),
            "code": code,
            "spend_fen": None,
            "scanned_ms": int(at.timestamp() * 1000),
        } | changes
        words = Link(**said, signature=b"").words
        made = Link(**said, signature=self.sign(words))
        self.counter, self.previous = made.counter, made.print.hex()
        return made


def rules_on(merchant_id, *, at=NOON, **changes):
    with joined():
        offline.set_rules(
            merchant_id=merchant_id,
            rules=Rules(**({"is_on": True} | changes)),
            actor="system",
            at=at,
        )


def a_session(merchant_id, hired, *, at=BEFORE):
    """The id of a browser's session, and its token."""
    with joined():
        token = accounts.open_session(
            merchant_id=merchant_id,
            staff_id=hired.staff_id,
            how=How.WECHAT,
            browser=accounts.Browser(agent="Firefox", address="192.0.2.7"),
            at=at,
        )
        signed = accounts.who(merchant_id=merchant_id, token=token, at=at)
    return signed.session_id


def a_device(merchant_id, store, hired, *, session_id=None, at=BEFORE):
    """Enrolled while online."""
    signer = Signer()
    session_id = session_id or a_session(merchant_id, hired, at=at)
    with joined():
        enrolled = offline.enrol(
            merchant_id=merchant_id,
            staff_id=hired.staff_id,
            store_id=store.id,
            session_id=session_id,
            public_key=signer.public,
            agent="Firefox",
            at=at,
        )
    signer.handle = enrolled.handle
    signer.session_id = session_id
    return signer
