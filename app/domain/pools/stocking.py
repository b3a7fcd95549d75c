"""Filling a pool: a dry run tells of every line that would be left out, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import merchants
from app.domain.catalog import BenefitKind
from app.domain.pools import statements
from app.domain.pools.assigning import fill
from app.domain.pools.errors import NotACodeBenefit
from app.domain.pools.rules import FreshCode, LineRefusal, known_before, read_lines
from app.kernel import audit, keyring, strict
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound

MOST_LOW = 1_000_000


@dataclass(frozen=True)
class Stockable:
    id: int
    number: str
    name: str
    kind: str | None


@dataclass(frozen=True, kw_only=True)
class Imported:
    """`added` codes are (or, in a dry run, would be) in the pool; the others were left out."""

    added: int
    refused: list[LineRefusal]
    is_dry_run: bool


@dataclass(frozen=True)
class _Index:
    value: bytes


def import_codes(
    *,
    merchant_id: int,
    benefit_number: str,
    lines: Sequence[str],
    is_dry_run: bool,
    actor: str,
    at: datetime,
) -> Imported:
    """Put codes into a benefit's pool; whoever waited for one gets his at once.

    The same file again adds nothing. Raises NotFound, NotACodeBenefit, Invalid.
    """
    benefit = _stockable(merchant_id, benefit_number)
    zone = merchants.profile(merchant_id=merchant_id).zone
    fresh, refused = read_lines(lines, zone=zone, at=at)
    by_index = {_index(merchant_id, benefit.id, each.code): each for each in fresh}
    added = _known_or_new(merchant_id, benefit.id, by_index, is_dry_run=is_dry_run, at=at)
    refused += [known_before(each.line) for index, each in by_index.items() if index not in added]
    refused.sort(key=lambda each: each.line)
    if not is_dry_run:
        _tell(merchant_id, benefit, len(added), len(refused), actor=actor, at=at)
        fill(merchant_id=merchant_id, benefit_id=benefit.id, at=at)
    return Imported(added=len(added), refused=refused, is_dry_run=is_dry_run)


def watch(*, merchant_id: int, benefit_number: str, low_at: int, actor: str, at: datetime) -> None:
    """Tell somebody when fewer than `low_at` codes are left. Raises NotFound, Invalid."""
    strict.require(0 <= low_at <= MOST_LOW, field="low_at")
    benefit = _stockable(merchant_id, benefit_number)
    _open(merchant_id, benefit.id, low_at=low_at)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="pool.watch",
        subject=benefit.number,
        at=at,
        details={"low_at": low_at},
    )


def _stockable(merchant_id: int, number: str) -> Stockable:
    which = {"merchant_id": merchant_id, "number": number}
    found = fetch_one(Stockable, statements.BENEFIT, which)
    if found is None:
        raise NotFound("There is no such benefit.", number=number[:40])
    if found.kind != BenefitKind.CODE:
        raise NotACodeBenefit("该权益不是第三方兑换码，没有兑换码库存")
    return found


def _known_or_new(
    merchant_id: int,
    benefit_id: int,
    by_index: dict[bytes, FreshCode],
    *,
    is_dry_run: bool,
    at: datetime,
) -> set[bytes]:
    """The indexes that were new."""
    which = {"merchant_id": merchant_id, "benefit_id": benefit_id, "indexes": list(by_index)}
    if is_dry_run:
        known = {each.value for each in fetch_all(_Index, statements.KNOWN, which)}
        return by_index.keys() - known
    _open(merchant_id, benefit_id, low_at=None)
    context = seal_context(merchant_id, benefit_id)
    rows = {
        **which,
        "sealed": [keyring.seal(each.code, context=context) for each in by_index.values()],
        "expires": [each.expires_at for each in by_index.values()],
        "at": at,
    }
    return {each.value for each in fetch_all(_Index, statements.IMPORT, rows)}


def _open(merchant_id: int, benefit_id: int, *, low_at: int | None) -> None:
    pool = {"merchant_id": merchant_id, "benefit_id": benefit_id, "low_at": low_at}
    execute(statements.OPEN, pool)


def _index(merchant_id: int, benefit_id: int, code: str) -> bytes:
    context = f"pool-code:{merchant_id}"
    return keyring.blind_index(f"{benefit_id}:{code}", context=context)


def seal_context(merchant_id: int, benefit_id: int) -> str:
    return f"pool-code:{merchant_id}:{benefit_id}"


def _tell(
    merchant_id: int, benefit: Stockable, added: int, refused: int, *, actor: str, at: datetime
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="pool.import",
        subject=benefit.number,
        at=at,
        details={"added": added, "refused": refused},
    )
