"""Keys of cashier systems. The text is shown once; afterwards only its fingerprint is known."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.merchants.models import ApiKey, Scope
from app.kernel import audit, keyring
from app.kernel.db import execute, fetch_one, writing
from app.kernel.errors import Invalid, NotFound

PREFIX = "kbk_"
_SECRET_BYTES = 32  # 43 signs

FIND = """
SELECT k.id, k.store_id, st.name, k.scopes
FROM api_keys k JOIN stores st ON st.merchant_id = k.merchant_id AND st.id = k.store_id
WHERE k.merchant_id = %(merchant_id)s AND k.fingerprint = %(fingerprint)s
  AND k.revoked_at IS NULL AND st.closed_at IS NULL
"""

_STORE_IS_OPEN = """
SELECT id FROM stores
WHERE merchant_id = %(merchant_id)s AND id = %(store_id)s AND closed_at IS NULL
"""

_REVOKE = """
UPDATE api_keys SET revoked_at = coalesce(revoked_at, %(at)s)
WHERE merchant_id = %(merchant_id)s AND id = %(key_id)s
"""


@dataclass(frozen=True, kw_only=True)
class NewApiKey:
    key_id: int
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class KeyOnDuty:
    """A cashier system that may work right now, at its store, within its scopes."""

    key_id: int
    store_id: int
    store_name: str
    scopes: frozenset[Scope]


@dataclass(frozen=True)
class _Row:
    key_id: int
    store_id: int
    store_name: str
    scopes: list[str]


@dataclass(frozen=True)
class _Id:
    id: int


def add_api_key(
    *,
    merchant_id: int,
    store_id: int,
    name: str,
    scopes: Collection[Scope],
    actor: str,
    at: datetime,
) -> NewApiKey:
    """Make a key for one store. Raises NotFound for no open store, Invalid without a scope."""
    allowed = _known(scopes)
    if not fetch_one(_Id, _STORE_IS_OPEN, {"merchant_id": merchant_id, "store_id": store_id}):
        raise NotFound("There is no such store.")
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    key = ApiKey(
        merchant_id=merchant_id,
        name=name,
        store_id=store_id,
        fingerprint=keyring.fingerprint(secret),
        scopes=allowed,
        created_at=at,
    )
    writing().add(key)
    writing().flush()
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="api_key.add",
        subject=f"api_key:{key.id}",
        at=at,
        details={"name": name, "scopes": allowed, "store": store_id},
    )
    return NewApiKey(key_id=key.id, secret=secret)


def find_api_key(*, merchant_id: int, secret: str) -> KeyOnDuty | None:
    """The key, unless it is unknown or revoked or its store has closed."""
    fingerprint = keyring.fingerprint(secret)
    row = fetch_one(_Row, FIND, {"merchant_id": merchant_id, "fingerprint": fingerprint})
    if row is None:
        return None
    return KeyOnDuty(
        key_id=row.key_id,
        store_id=row.store_id,
        store_name=row.store_name,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
    )


def revoke_api_key(*, merchant_id: int, key_id: int, actor: str, at: datetime) -> None:
    """The key does not work any more. Raises NotFound."""
    if not execute(_REVOKE, {"merchant_id": merchant_id, "key_id": key_id, "at": at}):
        raise NotFound("There is no such key.")
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="api_key.revoke",
        subject=f"api_key:{key_id}",
        at=at,
    )


def _known(scopes: Collection[Scope]) -> list[str]:
    try:
        known = sorted({Scope(scope).value for scope in scopes})
    except ValueError as unknown:
        raise Invalid("A key may quote, redeem, reverse or report.") from unknown
    if not known:
        raise Invalid("A key that may do nothing opens nothing.")
    return known
