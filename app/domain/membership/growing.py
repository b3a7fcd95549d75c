"""What counts towards tiers is noted once per source, and taken back with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import members, merchants
from app.domain.membership import statements
from app.domain.membership.events import GrowthChanged
from app.domain.membership.models import Growth
from app.domain.membership.rules import Have, window_starts_at
from app.domain.membership.terms import Condition
from app.kernel import calendar
from app.kernel.db import execute, fetch_all, fetch_one, writing
from app.kernel.money import BASIS_POINTS
from app.kernel.outbox import publish


@dataclass(frozen=True)
class _Source:
    returned_bp: int


@dataclass(frozen=True)
class _Concerned:
    member_id: int


@dataclass(frozen=True)
class _Sum:
    member_id: int
    i: int
    amount: int


def note_growth(
    *,
    merchant_id: int,
    member_id: int,
    kind: Growth | str,
    amount: int,
    source: str,
    at: datetime,
    offer: str = "",
) -> None:
    """Fen spent, a visit (1), points earned, or pieces bought of `offer` (its number), once.

    `source` names what it came from, such as "order:O…". The same again changes nothing, and what
    was taken back of the source before is taken back from this, too. Whoever notes calls
    `settle`, so that a tier is reached at once.
    """
    if amount <= 0:
        return
    returned_bp = _hold(merchant_id, source, share_bp=0)
    zone = merchants.profile(merchant_id=merchant_id).zone
    execute(
        statements.NOTE,
        {
            "merchant_id": merchant_id,
            "member_id": members.canonical_id(merchant_id=merchant_id, member_id=member_id),
            "source": source,
            "kind": Growth(kind).value,
            "offer": offer,
            "amount": amount,
            "at": at,
            "day": calendar.day_of(at, zone),
        },
    )
    if returned_bp:
        _return(merchant_id, source, share_bp=returned_bp, at=at)


def take_growth_back(*, merchant_id: int, source: str, share_bp: int, at: datetime) -> None:
    """From now on `share_bp` of all that came from this source does not count.

    The share is that of everything given back so far: 5,000 and then 10,000 takes the whole, the
    same again changes nothing. What is noted later from this source is reduced likewise. The tier
    is looked at by a job of its own.
    """
    if not 0 < share_bp <= BASIS_POINTS:
        raise ValueError("a share that is given back lies above 0 and not above 10,000 bp")
    returned_bp = _hold(merchant_id, source, share_bp=share_bp)
    for member_id in _return(merchant_id, source, share_bp=returned_bp, at=at):
        publish(GrowthChanged(merchant_id=merchant_id, member_id=member_id), at=at)


def sums(
    *,
    merchant_id: int,
    member_id: int | None,
    conditions: Sequence[Condition],
    zone: str,
    at: datetime,
) -> dict[int, Have]:
    """What each member (one, or everybody) has of each condition in its window, by member id.

    Added up in the database. Growth is what was earned, never what is left of it to spend.
    """
    windows = [
        {
            "i": i,
            "kind": one.kind.value,
            "offer": one.offer or "",
            "starts_at": window_starts_at(one, at=at, zone=zone).isoformat(),
        }
        for i, one in enumerate(conditions)
    ]
    rows = fetch_all(
        _Sum,
        statements.SUMS,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "conditions": json.dumps(windows),
            "at": at,
        },
    )
    found: dict[int, dict[Condition, int]] = {}
    for row in rows:
        found.setdefault(row.member_id, {})[conditions[row.i]] = row.amount
    return dict(found)


def _hold(merchant_id: int, source: str, *, share_bp: int) -> int:
    writing()
    held = fetch_one(
        _Source,
        statements.HOLD_SOURCE,
        {"merchant_id": merchant_id, "source": source, "share_bp": share_bp},
    )
    return held.returned_bp if held else 0


def _return(merchant_id: int, source: str, *, share_bp: int, at: datetime) -> set[int]:
    rows = fetch_all(
        _Concerned,
        statements.TAKE_BACK,
        {"merchant_id": merchant_id, "source": source, "share_bp": share_bp, "at": at},
    )
    return {row.member_id for row in rows}
