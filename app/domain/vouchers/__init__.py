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
from app.domain.vouchers.desk import VoucherRow, list_for_desk
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
from app.domain.vouchers.member_codes import (
    ScannedMember,
    prove_member,
    read_member_code,
    show_member_code,
)
from app.domain.vouchers.models import Card, Voucher, VoucherEvent
from app.domain.vouchers.moving import expire, expire_due, hand_over, move, take_over, unlock
from app.domain.vouchers.outstanding import Outstanding, outstanding_of_offer
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
from app.domain.vouchers.rules import MOVES, NEW_HOLDER_VERSION, Move, VoucherState, words_of
from app.domain.vouchers.statements import HOLDER_VERSION

__all__ = [
    "HOLDER_VERSION",
    "MOVES",
    "NEW_HOLDER_VERSION",
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
    "Outstanding",
    "ScannedCode",
    "ScannedMember",
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
    "VoucherRow",
    "VoucherState",
    "VoucherVoid",
    "WalletVoucher",
    "check_code",
    "code_to_show",
    "expire",
    "expire_due",
    "get_held",
    "hand_over",
    "handle_of",
    "issue",
    "list_for_desk",
    "list_wallet",
    "move",
    "outstanding_of_offer",
    "prove_member",
    "read_code",
    "read_member_code",
    "show_code",
    "show_member_code",
    "take_over",
    "timeline",
    "unlock",
    "words_of",
]
