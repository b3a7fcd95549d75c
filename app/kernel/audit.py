"""Who did what, append-only, and sealed afterwards into one hash chain per merchant.

Rows go in unchained, so that no transaction waits for another's hash; a job seals them in
batches. The chain follows the order of sealing, not of ids, since a slow transaction may commit
a smaller id late.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, OwnedByMerchant, execute, fetch_all, fetch_one

_START = b"\x00" * 32
_PIECE = 5000


class AuditRow(OwnedByMerchant, Base):
    __tablename__ = "audit"
    __table_args__ = (
        Index(
            "uq_audit_seal_no",
            "merchant_id",
            "seal_no",
            unique=True,
            postgresql_where=text("seal_no IS NOT NULL"),
        ),
        Index("ix_audit_unsealed", "merchant_id", "id", postgresql_where=text("seal_no IS NULL")),
        Index("ix_audit_subject", "merchant_id", "subject"),
        # Whoever looks something up has the newest first: of one person, of one kind, of some time.
        # Every redemption pays for these twice, when it is written and when it is sealed, so only
        # the first holds them. Without any of these: by the key, from its end.
        Index("ix_audit_actor", "merchant_id", "actor", "id"),
        Index(
            "ix_audit_action",
            "merchant_id",
            "action",
            "id",
            postgresql_where=text("action <> 'voucher.redeem'"),
        ),
        # Of one kind by one of the staff. He may never have done it, and have done much else.
        Index(
            "ix_audit_deed",
            "merchant_id",
            "actor",
            "action",
            "id",
            postgresql_where=text("starts_with(actor, 'staff:') AND action <> 'voucher.redeem'"),
        ),
        Index(
            "ix_audit_at",
            "at",
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        ),
    )

    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seal_no: Mapped[int | None]
    seal: Mapped[bytes | None]


class AuditChain(Base):
    __tablename__ = "audit_chains"

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seal_no: Mapped[int]
    seal: Mapped[bytes]


RECORD = """
INSERT INTO audit (merchant_id, at, actor, action, subject, details)
VALUES (%(merchant_id)s, %(at)s, %(actor)s, %(action)s, %(subject)s, %(details)s::jsonb)
"""


def record(
    *,
    merchant_id: int,
    actor: str,
    action: str,
    subject: str,
    at: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Add a line in the transaction that does the thing.

    `actor` reads like "staff:12", "member:5", "api_key:3" or "system"; `action` like
    "voucher.redeem"; `subject` is a public number. Details hold no secret and no phone.
    """
    execute(
        RECORD,
        {
            "merchant_id": merchant_id,
            "at": at,
            "actor": actor,
            "action": action,
            "subject": subject,
            "details": json.dumps(details or {}, ensure_ascii=False),
        },
    )


@dataclass(frozen=True)
class _Line:
    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]


@dataclass(frozen=True)
class _Head:
    seal_no: int
    seal: bytes


def list_unsealed_merchants(*, before: datetime) -> list[int]:
    """Merchants with lines written before that instant and not sealed yet."""
    rows = fetch_all(
        _Merchant,
        "SELECT DISTINCT merchant_id FROM audit WHERE seal_no IS NULL AND at < %(before)s",
        {"before": before},
    )
    return [row.merchant_id for row in rows]


@dataclass(frozen=True)
class _Merchant:
    merchant_id: int


def seal(*, merchant_id: int, before: datetime, limit: int = 500) -> int:
    """Chain the merchant's unsealed lines older than `before`; how many were sealed."""
    head = _lock_head(merchant_id)
    lines = fetch_all(
        _Line,
        """SELECT id, at, actor, action, subject, details FROM audit
        WHERE merchant_id = %(merchant_id)s AND seal_no IS NULL AND at < %(before)s
        ORDER BY id LIMIT %(limit)s""",
        {"merchant_id": merchant_id, "before": before, "limit": limit},
    )
    number, chained = head.seal_no, bytes(head.seal)
    sealed: list[tuple[int, int, bytes]] = []
    for line in lines:
        number, chained = number + 1, _next_seal(chained, line)
        sealed.append((line.id, number, chained))
    _write_seals(merchant_id, sealed)
    return len(sealed)


def _lock_head(merchant_id: int) -> _Head:
    execute(
        """INSERT INTO audit_chains (merchant_id, seal_no, seal)
        VALUES (%(merchant_id)s, 0, %(start)s) ON CONFLICT DO NOTHING""",
        {"merchant_id": merchant_id, "start": _START},
    )
    head = fetch_one(
        _Head,
        "SELECT seal_no, seal FROM audit_chains WHERE merchant_id = %(merchant_id)s FOR UPDATE",
        {"merchant_id": merchant_id},
    )
    return head or _Head(0, _START)


def _write_seals(merchant_id: int, sealed: list[tuple[int, int, bytes]]) -> None:
    if not sealed:
        return
    execute(
        """UPDATE audit SET seal_no = given.seal_no, seal = given.seal
        FROM unnest(%(ids)s::bigint[], %(numbers)s::bigint[], %(seals)s::bytea[])
          AS given (id, seal_no, seal)
        WHERE merchant_id = %(merchant_id)s AND audit.id = given.id""",
        {
            "merchant_id": merchant_id,
            "ids": [row[0] for row in sealed],
            "numbers": [row[1] for row in sealed],
            "seals": [row[2] for row in sealed],
        },
    )
    execute(
        """UPDATE audit_chains SET seal_no = %(number)s, seal = %(seal)s
        WHERE merchant_id = %(merchant_id)s""",
        {"merchant_id": merchant_id, "number": sealed[-1][1], "seal": sealed[-1][2]},
    )


@dataclass(frozen=True)
class _Sealed(_Line):
    seal_no: int
    seal: bytes


def verify(*, merchant_id: int, most: int | None = None) -> list[str]:
    """Walk the sealed chain; each broken link in words, or an empty list.

    `most`: so many of the newest lines, on the word of the one before them.
    """
    head = _head(merchant_id)
    start = _start(merchant_id, 0 if most is None else max(0, head.seal_no - most))
    number, chained = start.seal_no, bytes(start.seal)
    for row in _sealed(merchant_id, after=number, upto=head.seal_no):
        number, chained = number + 1, _next_seal(chained, row)
        if row.seal_no != number or bytes(row.seal) != chained:
            return [f"audit line {row.id} of merchant {merchant_id} does not fit its seal"]
    is_whole = number == head.seal_no and chained == bytes(head.seal)
    if is_whole and not _goes_on(merchant_id):
        return []
    return [f"the audit chain of merchant {merchant_id} ends elsewhere than its head says"]


def _head(merchant_id: int) -> _Head:
    return fetch_one(
        _Head,
        "SELECT seal_no, seal FROM audit_chains WHERE merchant_id = %(merchant_id)s",
        {"merchant_id": merchant_id},
    ) or _Head(0, _START)


def _start(merchant_id: int, seal_no: int) -> _Head:
    """The line behind which a walk begins; the beginning, if there is none."""
    return fetch_one(
        _Head,
        """SELECT seal_no, seal FROM audit
        WHERE merchant_id = %(merchant_id)s AND seal_no = %(seal_no)s""",
        {"merchant_id": merchant_id, "seal_no": seal_no},
    ) or _Head(0, _START)


def _sealed(merchant_id: int, *, after: int, upto: int) -> Iterator[_Sealed]:
    """In the order of sealing, a piece at a time: a chain may be longer than memory."""
    while after < upto:
        rows = fetch_all(
            _Sealed,
            """SELECT id, at, actor, action, subject, details, seal_no, seal FROM audit
            WHERE merchant_id = %(merchant_id)s AND seal_no > %(after)s AND seal_no <= %(upto)s
            ORDER BY seal_no LIMIT %(limit)s""",
            {"merchant_id": merchant_id, "after": after, "upto": upto, "limit": _PIECE},
        )
        yield from rows
        after = rows[-1].seal_no if rows else upto


def _goes_on(merchant_id: int) -> bool:
    """Whether a line is sealed behind the head; both as they stand at one instant."""
    found = fetch_one(
        _Head,
        """SELECT a.seal_no, a.seal FROM audit a
        WHERE a.merchant_id = %(merchant_id)s AND a.seal_no > coalesce((
          SELECT c.seal_no FROM audit_chains c WHERE c.merchant_id = %(merchant_id)s), 0)
        LIMIT 1""",
        {"merchant_id": merchant_id},
    )
    return found is not None


def _next_seal(previous: bytes, line: _Line) -> bytes:
    words = [line.id, line.at.isoformat(), line.actor, line.action, line.subject, line.details]
    told = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + told.encode()).digest()
