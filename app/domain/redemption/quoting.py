from dataclasses import dataclass
from datetime import datetime

from app.domain import merchants, vouchers
from app.domain.points import points_for
from app.domain.redemption import statements
from app.domain.redemption.redeeming import stand, terms_of
from app.domain.redemption.rules import Scan, check_use


@dataclass(frozen=True)
class Quote:
    """What a redemption now would give. Nothing is held: the scan that redeems decides."""

    voucher_number: str
    benefit_name: str
    hand_over: str
    value_fen: int
    points: int
    valid_until: datetime


def quote(scan: Scan, *, at: datetime) -> Quote:
    """Look at a voucher as a redemption would, and change nothing. Raises a VoucherRefusal."""
    scanned = vouchers.read_code(scan.code_text)
    voucher = stand(scan, scanned, statement=statements.LOOK, at=at)
    profile = merchants.profile(merchant_id=scan.merchant_id)
    terms = terms_of(scan.merchant_id, voucher)
    check_use(voucher, terms, scan, profile, at=at)
    return Quote(
        voucher_number=voucher.number,
        benefit_name=terms.name,
        hand_over=terms.hand_over,
        value_fen=voucher.allocated_fen,
        points=points_for(voucher.allocated_fen, points_per_yuan=profile.points_per_yuan),
        valid_until=voucher.valid_until,
    )
