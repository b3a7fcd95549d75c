from collections.abc import Sequence
from datetime import datetime

from app.domain.pools import Imported, PoolView, Revealed
from app.web.words import Told


class CodeShown(Told):
    """`replayed`: it had been shown before. After `expires_at` the third party refuses it."""

    voucher: str
    code: str
    expires_at: datetime | None
    revealed_at: datetime
    replayed: bool


class LineLeftOut(Told):
    line: int
    code: str
    text: str


class CodesImported(Told):
    """`added`: new codes, or those that would be, in a dry run."""

    added: int
    left_out: list[LineLeftOut]
    dry_run: bool


class Pool(Told):
    """`free` to give, `assigned` and not seen, `revealed`, `expired`; so many vouchers wait.

    10000 means that many or more; `free` is counted on up to `low_at`.
    """

    benefit: str
    name: str
    free: int
    assigned: int
    revealed: int
    expired: int
    waiting: int
    low_at: int
    low: bool
    alarmed_at: datetime | None


class Pools(Told):
    items: list[Pool]


def present_shown(shown: Revealed) -> CodeShown:
    return CodeShown(
        voucher=shown.voucher_number,
        code=shown.code,
        expires_at=shown.expires_at,
        revealed_at=shown.revealed_at,
        replayed=shown.replayed,
    )


def present_imported(done: Imported) -> CodesImported:
    left_out = [
        LineLeftOut(line=each.line, code=each.code, text=each.text) for each in done.refused
    ]
    return CodesImported(added=done.added, left_out=left_out, dry_run=done.is_dry_run)


def present_pools(found: Sequence[PoolView]) -> Pools:
    return Pools(items=[_pool(each) for each in found])


def _pool(pool: PoolView) -> Pool:
    return Pool(
        benefit=pool.benefit_number,
        name=pool.benefit_name,
        free=pool.free,
        assigned=pool.assigned,
        revealed=pool.revealed,
        expired=pool.expired,
        waiting=pool.waiting,
        low_at=pool.low_at,
        low=pool.is_low,
        alarmed_at=pool.alarmed_at,
    )
