from enum import StrEnum


class VoucherState(StrEnum):
    ISSUING = "issuing"
    LOCKED = "locked"
    ACTIVE = "active"
    HELD = "held"
    FROZEN = "frozen"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    VOID = "void"


class Move(StrEnum):
    """What can happen to a voucher. Each names one set of allowed changes in MOVES."""

    ISSUE = "issue"
    UNLOCK = "unlock"
    HOLD = "hold"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    SHARE = "share"
    TAKE_BACK = "take_back"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    REDEEM = "redeem"
    REVERSE = "reverse"
    REVEAL = "reveal"
    # Used up by an order that it helped to pay, and given back when that order was undone.
    SPEND = "spend"
    UNSPEND = "unspend"
    EXPIRE = "expire"
    # Used before it ended, which came to be known only after.
    UNEXPIRE = "unexpire"
    CANCEL = "cancel"


_S = VoucherState

# The one table of allowed moves. The ORM path asks it; the hot statements bind its states.
MOVES: dict[Move, dict[VoucherState, VoucherState]] = {
    Move.ISSUE: {_S.ISSUING: _S.ACTIVE},
    Move.UNLOCK: {_S.LOCKED: _S.ACTIVE},
    Move.HOLD: {_S.ACTIVE: _S.HELD, _S.LOCKED: _S.HELD},
    Move.RELEASE: {_S.HELD: _S.ACTIVE},
    Move.HAND_OVER: {_S.ACTIVE: _S.ACTIVE, _S.HELD: _S.ACTIVE},
    Move.SHARE: {_S.HELD: _S.ACTIVE},
    Move.TAKE_BACK: {_S.ACTIVE: _S.ACTIVE},
    Move.FREEZE: {_S.ACTIVE: _S.FROZEN, _S.ISSUING: _S.FROZEN},
    Move.UNFREEZE: {_S.FROZEN: _S.ACTIVE},
    Move.REDEEM: {_S.ACTIVE: _S.REDEEMED},
    Move.REVERSE: {_S.REDEEMED: _S.ACTIVE},
    Move.REVEAL: {_S.ACTIVE: _S.REDEEMED},
    Move.SPEND: {_S.HELD: _S.REDEEMED},
    Move.UNSPEND: {_S.REDEEMED: _S.ACTIVE},
    Move.EXPIRE: {
        _S.ISSUING: _S.EXPIRED,
        _S.ACTIVE: _S.EXPIRED,
        _S.LOCKED: _S.EXPIRED,
    },
    Move.UNEXPIRE: {_S.EXPIRED: _S.ACTIVE},
    Move.CANCEL: {
        _S.ISSUING: _S.VOID,
        _S.LOCKED: _S.VOID,
        _S.ACTIVE: _S.VOID,
        _S.HELD: _S.VOID,
        _S.FROZEN: _S.VOID,
        _S.EXPIRED: _S.VOID,
    },
}


def sources_of(move: Move, *, to: VoucherState | None = None) -> list[str]:
    """The states from which a move may start, as the statements bind them."""
    return [a.value for a, b in MOVES[move].items() if to is None or b is to]


# A move after which every older show code must be dead.
NEW_HOLDER_VERSION = frozenset({Move.HAND_OVER, Move.SHARE, Move.TAKE_BACK, Move.FREEZE, Move.HOLD})

ACTION_WORDS = {
    Move.ISSUE: "券已发放",
    Move.UNLOCK: "券已解锁",
    Move.HOLD: "券已锁定",
    Move.RELEASE: "券已恢复可用",
    Move.HAND_OVER: "券已转给新的持有人",
    Move.SHARE: "券已共享给好友",
    Move.TAKE_BACK: "券已被共享人收回",
    Move.FREEZE: "券已冻结",
    Move.UNFREEZE: "券已解冻",
    Move.REDEEM: "已核销",
    Move.REVERSE: "核销已撤销，券恢复可用",
    Move.REVEAL: "兑换码已查看",
    Move.SPEND: "券已在线上订单中使用",
    Move.UNSPEND: "订单已退款，券已退回",
    Move.EXPIRE: "券已过期",
    Move.UNEXPIRE: "过期前已离线核销，券已恢复",
    Move.CANCEL: "券已作废",
}

# Where the reason says more than the move.
REASON_WORDS = {
    "gift": "券已包成礼物，等待好友领取",
    "gift_claimed": "好友已领取，券已转给新的持有人",
    "gift_declined": "好友未接受礼物，券已退回",
    "gift_recalled": "礼物已撤回，券已退回",
    "gift_returned": "礼物无人领取，券已退回",
    "refund": "退款处理中，券已冻结",
    "refund_off": "退款已取消，券恢复可用",
    "refunded": "已退款，券已作废",
    "paper_card_undone": "实体卡绑定已撤销，券已作废",
    "checkout": "券已用于待支付的订单",
    "never_issued": "有效期内未能发放，券已失效",
    "order_closed": "订单未支付，券已退回",
}


def words_of(action: str, reason: str | None) -> str:
    """A line of the timeline, in words for the holder."""
    return REASON_WORDS.get(reason or "") or ACTION_WORDS[Move(action)]
