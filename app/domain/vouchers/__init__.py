"""Benefits held: issued, shown, handed over, expired; each use is a voucher of its own."""

from app.domain.vouchers.codes import (
    STEP_SECONDS,
    ScannedCode,
    ShowCode,
    check_code,
    handle_of,
    read_code,
    show_code,
)
from app.domain.vouchers.errors import (
    AlreadyRedeemed,
    CodeOutdated,
    CodeUnknown,
    MoveRefused,
    NotYetValid,
    VoucherExpired,
    VoucherFrozen,
    VoucherHeld,
    VoucherLocked,
    VoucherRefusal,
    VoucherVoid,
)
from app.domain.vouchers.issuing import NewCard, Use, issue
from app.domain.vouchers.models import Card, Voucher, VoucherEvent
from app.domain.vouchers.moving import expire_due, move, take_over
from app.domain.vouchers.queries import (
    HeldVoucher,
    Tab,
    TimelineLine,
    WalletVoucher,
    code_to_show,
    get_held,
    list_wallet,
    timeline,
)
from app.domain.vouchers.rules import MOVES, Move, VoucherState

__all__ = [
    "MOVES",
    "STEP_SECONDS",
    "AlreadyRedeemed",
    "Card",
    "CodeOutdated",
    "CodeUnknown",
    "HeldVoucher",
    "Move",
    "MoveRefused",
    "NewCard",
    "NotYetValid",
    "ScannedCode",
    "ShowCode",
    "Tab",
    "TimelineLine",
    "Use",
    "Voucher",
    "VoucherEvent",
    "VoucherExpired",
    "VoucherFrozen",
    "VoucherHeld",
    "VoucherLocked",
    "VoucherRefusal",
    "VoucherState",
    "VoucherVoid",
    "WalletVoucher",
    "check_code",
    "code_to_show",
    "expire_due",
    "get_held",
    "handle_of",
    "issue",
    "list_wallet",
    "move",
    "read_code",
    "show_code",
    "take_over",
    "timeline",
]
