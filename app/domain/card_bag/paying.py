"""Which payment stands behind a voucher: product coupons are used for a paid order only."""

from dataclasses import dataclass

from app.domain.card_bag import statements
from app.kernel.db import fetch_one


@dataclass(frozen=True)
class _Paid:
    transaction_id: str


def paid_by(voucher_id: int | None, *, merchant_id: int) -> str | None:
    """The platform's number of the payment that bought it; None where it cost nothing."""
    which = {"merchant_id": merchant_id, "voucher_id": voucher_id}
    found = fetch_one(_Paid, statements.PAID_BY, which)
    return found.transaction_id if found else None
