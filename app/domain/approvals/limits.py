"""Above which sum a second person is asked, for each kind of action and each merchant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.approvals import statements
from app.domain.approvals.models import Kind
from app.kernel import audit
from app.kernel.db import execute, fetch_all
from app.kernel.errors import Invalid

_DEFAULTS: Mapping[Kind, int | None] = {
    Kind.REFUND: 500_00,
    Kind.AGREED_REFUND: 500_00,
    Kind.PARCEL_REFUND: 500_00,
    Kind.PAID_BY_HAND: 500_00,
    Kind.GOODWILL: 100_00,
    Kind.MASS_GRANT: 1_000_00,
    Kind.CARD_BATCH: 1_000_00,
}
"""In fen, until the merchant says otherwise."""


@dataclass(frozen=True)
class _Limit:
    kind: str
    above_fen: int | None


def limits_of(*, merchant_id: int) -> Mapping[Kind, int | None]:
    """The sum in fen above which a second person is asked; None: never."""
    own = fetch_all(_Limit, statements.LIMITS, {"merchant_id": merchant_id})
    return {**_DEFAULTS, **{Kind(each.kind): each.above_fen for each in own}}


def set_limit(
    *, merchant_id: int, kind: Kind, above_fen: int | None, actor: str, at: datetime
) -> None:
    """Another sum, or None for "never". Raises Invalid."""
    if above_fen is not None and above_fen < 0:
        raise Invalid("A limit is 0 or more.")
    before = limits_of(merchant_id=merchant_id)[kind]
    if before == above_fen:
        return
    changed = {"merchant_id": merchant_id, "kind": kind.value, "above_fen": above_fen}
    execute(statements.SET_LIMIT, changed)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="approval.limit",
        subject=kind.value,
        details={"before": {"above_fen": before}, "after": {"above_fen": above_fen}},
        at=at,
    )
