from datetime import datetime

from app.domain import vouchers
from app.domain.redemption import statements
from app.domain.redemption.rules import Scan
from app.domain.vouchers import CodeUnknown
from app.kernel.db import execute


def record_refusal(scan: Scan, *, code: str, at: datetime) -> None:
    """Keep a refused scan, in a transaction of its own, so that refusals can be counted."""
    execute(
        statements.REFUSE,
        {
            "merchant_id": scan.merchant_id,
            "at": at,
            "code": code,
            "store_id": scan.store_id,
            "actor": scan.actor,
            "voucher_id": _voucher_id(scan.code_text),
        },
    )


def _voucher_id(code_text: str) -> int | None:
    try:
        return vouchers.read_code(code_text).voucher_id
    except CodeUnknown:
        return None
