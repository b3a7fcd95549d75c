"""Request keys: the caller names his attempt, so that a lost answer can be asked for again.

The answer is stored in the transaction that did the work. Only successes are kept: a refusal
changed nothing, and asking again is then the right thing to do.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, execute, fetch_one
from app.kernel.errors import DomainError, Invalid

_FORM = re.compile(r"[\x21-\x7e]{8,128}")


class KeyReused(DomainError):
    """The same key came with another body: a program error of the caller, never a retry."""

    code, status = "request_key_reused", 422


class RequestKeyRow(Base):
    __tablename__ = "request_keys"
    __table_args__ = (Index("ix_request_keys_created_at", "created_at"),)

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]


@dataclass(frozen=True, kw_only=True)
class RequestKey:
    """Whose attempt (merchant, actor), its name, and what was asked."""

    merchant_id: int
    actor: str
    key: str
    body_hash: bytes

    @classmethod
    def of(
        cls, *, merchant_id: int, actor: str, key: str, operation: str, body: bytes
    ) -> "RequestKey":
        """Raises Invalid unless the key is 8 to 128 visible ASCII characters."""
        if not _FORM.fullmatch(key):
            raise Invalid("An Idempotency-Key is 8 to 128 visible ASCII characters.")
        asked = hashlib.sha256(operation.encode() + b"\n" + body).digest()
        return cls(merchant_id=merchant_id, actor=actor, key=key, body_hash=asked)


@dataclass(frozen=True)
class Answer:
    """What the first attempt was answered."""

    status: int
    body: dict[str, Any]


@dataclass(frozen=True)
class _Found:
    body_hash: bytes
    status: int
    answer: dict[str, Any]


def find_answer(key: RequestKey) -> Answer | None:
    """The stored answer of this attempt. Raises KeyReused when another body came with the key."""
    found = fetch_one(
        _Found,
        """SELECT body_hash, status, answer FROM request_keys
        WHERE merchant_id = %(merchant_id)s AND actor = %(actor)s AND key = %(key)s""",
        _named(key),
    )
    if found is None:
        return None
    return check(key, body_hash=found.body_hash, status=found.status, body=found.answer)


def check(key: RequestKey, *, body_hash: bytes, status: int, body: dict[str, Any]) -> Answer:
    """The stored answer, if it was given to this very body. Raises KeyReused."""
    if bytes(body_hash) != key.body_hash:
        raise KeyReused("This Idempotency-Key was used for another request.", key=key.key)
    return Answer(status, body)


# The work of a claimed key is done, and nobody has said yet what was answered.
UNTOLD = 0
STORE = """
INSERT INTO request_keys (merchant_id, actor, key, body_hash, status, answer, created_at)
VALUES (%(merchant_id)s, %(key_actor)s, %(key)s, %(key_hash)s, %(key_status)s,
        %(key_answer)s::jsonb, %(at)s)
"""


def store(key: RequestKey, *, status: int, body_json: str, at: datetime) -> None:
    """Keep the answer with the work. A second attempt at once fails on the primary key."""
    execute(
        STORE,
        {
            "merchant_id": key.merchant_id,
            "key_actor": key.actor,
            "key": key.key,
            "key_hash": key.body_hash,
            "key_status": status,
            "key_answer": body_json,
            "at": at,
        },
    )


def claim(key: RequestKey, *, at: datetime) -> bool:
    """Take the key with the work, its answer to follow; False when somebody has it already.

    Waits for whoever is taking it at this moment.
    """
    return bool(
        execute(
            STORE + "ON CONFLICT DO NOTHING",
            {
                "merchant_id": key.merchant_id,
                "key_actor": key.actor,
                "key": key.key,
                "key_hash": key.body_hash,
                "key_status": UNTOLD,
                "key_answer": "{}",
                "at": at,
            },
        )
    )


def tell(key: RequestKey, *, status: int, body_json: str) -> None:
    """The answer of a claimed key."""
    execute(
        """UPDATE request_keys SET status = %(status)s, answer = %(answer)s::jsonb
        WHERE merchant_id = %(merchant_id)s AND actor = %(actor)s AND key = %(key)s""",
        {**_named(key), "status": status, "answer": body_json},
    )


def drop(key: RequestKey) -> None:
    """The attempt came to nothing that is worth keeping: it may be made again."""
    execute(
        """DELETE FROM request_keys
        WHERE merchant_id = %(merchant_id)s AND actor = %(actor)s AND key = %(key)s""",
        _named(key),
    )


def _named(key: RequestKey) -> dict[str, object]:
    return {"merchant_id": key.merchant_id, "actor": key.actor, "key": key.key}


def forget(*, before: datetime, limit: int) -> int:
    """Delete keys older than that, at most `limit`; how many went."""
    return execute(
        """DELETE FROM request_keys WHERE (merchant_id, actor, key) IN (
             SELECT merchant_id, actor, key FROM request_keys
             WHERE created_at < %(before)s LIMIT %(limit)s)""",
        {"before": before, "limit": limit},
    )
