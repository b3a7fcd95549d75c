from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import merchants
from app.domain.points import Working
from app.domain.redemption import statements
from app.domain.redemption.admitting import look
from app.domain.redemption.choosing import read_scan
from app.domain.redemption.earning import told, work_out
from app.domain.redemption.redeeming import stand, terms_of
from app.domain.redemption.rules import Scan, check_use


@dataclass(frozen=True)
class Quote:
    """What a redemption now would give. Nothing is held: the scan that redeems decides.

    `workings` say how the points come about; empty for the merchant's plain rate. `value_fen` is
    what was paid for it: 0 for a present.
    """

    voucher_number: str
    benefit_name: str
    hand_over: str
    face_text: str
    value_fen: int
    points: int
    valid_until: datetime
    workings: Sequence[Working]


def quote(scan: Scan, *, at: datetime) -> Quote:
    """Look at a voucher as a redemption would, and change nothing. Raises a VoucherRefusal."""
    scanned = read_scan(scan, at=at)
    voucher = stand(scan, scanned, statement=statements.LOOK, at=at)
    profile = merchants.profile(merchant_id=scan.merchant_id)
    terms = terms_of(scan.merchant_id, voucher)
    voucher = look(scan, voucher, terms, at=at)
    check_use(voucher, terms, scan, profile, at=at)
    earnings = work_out(scan, voucher, number=voucher.number, promised=False, at=at)
    return Quote(
        voucher_number=voucher.number,
        benefit_name=terms.name,
        hand_over=terms.hand_over,
        face_text=terms.face_text,
        value_fen=voucher.allocated_fen,
        points=sum(each.points for each in earnings),
        valid_until=voucher.valid_until,
        workings=told(earnings),
    )
