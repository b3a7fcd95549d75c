"""Everything we know of an order, for whoever has to judge a quarrel about it.

Phones are masked, and openids, keys and codes are left out: the pack may be handed on. Of people
only the buyer is in it; what friends said who came to hold a part of it stays out.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.domain.complaints import evidence_statements as sections
from app.domain.complaints.queries import (
    LineView,
    TicketView,
    lines_of,
    list_of_order,
    masked_phone,
)
from app.kernel import audit
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound

# Zip keeps a time for each file; always the same one makes equal packs equal.
NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of an order by section, and the photos of its complaints by file key."""

    order_number: str
    sections: Mapping[str, Any]
    photos: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    told: dict[str, Any]


@dataclass(frozen=True)
class _Order:
    id: int
    member_id: int


def of_order(*, merchant_id: int, order_id: int) -> dict[str, Any]:
    """The order with its payments, vouchers and redemptions, as the inbox shows it."""
    named = {"merchant_id": merchant_id, "order_id": order_id}
    return {
        "order": _rows(sections.ORDER, named)[0],
        "payments": _rows(sections.PAYMENTS, named),
        "refunds": _rows(sections.REFUNDS, named),
        "vouchers": _rows(sections.VOUCHERS, named),
        "redemptions": _rows(sections.REDEMPTIONS, named),
    }


def collect(*, merchant_id: int, order_number: str, actor: str, at: datetime) -> Evidence:
    """All there is, and a note that somebody took it. Raises NotFound."""
    found = fetch_one(
        _Order,
        "SELECT id, member_id FROM orders WHERE merchant_id = %(merchant_id)s AND number = %(number)s",
        {"merchant_id": merchant_id, "number": order_number},
    )
    if found is None:
        raise NotFound("There is no such order.", number=order_number[:40])
    named = {"merchant_id": merchant_id, "order_id": found.id, "member_id": found.member_id}
    dialogues = [
        (ticket, _lines(merchant_id, ticket))
        for ticket in list_of_order(merchant_id=merchant_id, order_id=found.id)
        if ticket.member_id in {None, found.member_id}
    ]
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="order.evidence",
        subject=order_number,
        at=at,
    )
    return Evidence(
        order_number=order_number,
        sections=of_order(merchant_id=merchant_id, order_id=found.id)
        | {name: _rows(statement, named) for name, statement in sections.MORE.items()}
        | {"complaints": [_dialogue(merchant_id, *each) for each in dialogues]},
        photos=tuple(key for _, lines in dialogues for line in lines for key in line.photos),
    )


def pack(evidence: Evidence, *, photos: Mapping[str, bytes]) -> bytes:
    """One zip: a JSON file for each section, the photos, and a manifest with their SHA-256.

    The same evidence always gives the same bytes.
    """
    files = {f"{name}.json": _as_json(told) for name, told in evidence.sections.items()}
    files |= {f"photos/{key.rpartition('/')[2]}": content for key, content in photos.items()}
    manifest = {
        "order": evidence.order_number,
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in sorted((files | {"manifest.json": _as_json(manifest)}).items()):
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return out.getvalue()


def _lines(merchant_id: int, ticket: TicketView) -> list[LineView]:
    return list(lines_of(merchant_id=merchant_id, ticket_id=ticket.id))


def _dialogue(merchant_id: int, ticket: TicketView, lines: list[LineView]) -> dict[str, Any]:
    hidden = {"id", "order_id", "member_id", "phone_sealed", "urgent_at"}
    told = {name: value for name, value in asdict(ticket).items() if name not in hidden}
    return {
        **told,
        "phone": masked_phone(ticket, merchant_id=merchant_id),
        "dialogue": [asdict(line) for line in lines],
    }


def _rows(statement: str, named: Mapping[str, object]) -> list[dict[str, Any]]:
    return [row.told for row in fetch_all(_Row, statement, named)]


def _as_json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=2, default=str, sort_keys=True).encode()
