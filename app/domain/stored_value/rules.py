from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import groupby

from app.domain.ledger import AccountKind, AccountName, Asset
from app.domain.stored_value.errors import GiftCardTooLarge, ValueCapReached
from app.kernel import money

# Rules for single-purpose prepaid cards: a named card holds at most 5,000 yuan and never expires;
# an unnamed one holds at most 1,000 yuan, is good for three years at least, and what is on it can
# be used after that once it has been activated again.
NAMED_CAP_FEN = 500_000
UNNAMED_CAP_FEN = 100_000
UNNAMED_GOOD_FOR = timedelta(days=3 * 366)
# Whoever buys unnamed cards for ten thousand yuan or more at once has to show who he is.
UNNAMED_A_DAY_FEN = 1_000_000
# Larger spendings are confirmed once more, unless the merchant says otherwise.
CONFIRM_ABOVE_FEN = 20_000
CONFIRMED_FOR = timedelta(minutes=5)
# What adds stored value is never paid for with stored value.
NEVER_PAID_WITH_VALUE = frozenset({"topup", "gift_card"})


class UsageOrder(StrEnum):
    """Which of a top-up's two lots pays first. Fixed when it was bought, printed on receipts."""

    PROPORTIONAL = "proportional"
    PAID_FIRST = "paid_first"
    BONUS_FIRST = "bonus_first"


class LotKind(StrEnum):
    """Paid money can be refunded; bonus money was given on top and never is paid out."""

    PAID = "paid"
    BONUS = "bonus"


class CreditKind(StrEnum):
    """What brought stored value in."""

    TOPUP = "topup"
    GIFT_CARD = "gift_card"
    ADJUSTMENT = "adjustment"


class CreditState(StrEnum):
    """`parked`: it was paid and does not fit under the cap yet; its money rests untouched."""

    PARKED = "parked"
    OPEN = "open"
    REFUNDED = "refunded"


class MoveKind(StrEnum):
    """Why a lot changed."""

    HOLD = "hold"
    RELEASE = "release"
    GIVE_BACK = "give_back"
    REFUND = "refund"
    KEEP = "keep"
    CLAW = "claw"
    ADJUST = "adjust"


class HoldState(StrEnum):
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"


class GiftCardState(StrEnum):
    SOLD = "sold"
    CLAIMED = "claimed"
    REFUNDED = "refunded"


class AdjustmentState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


ACCOUNTS = {LotKind.PAID: AccountKind.VALUE_PAID, LotKind.BONUS: AccountKind.VALUE_BONUS}


def member_value(member_id: int, kind: LotKind) -> AccountName:
    return AccountName(kind=ACCOUNTS[kind], asset=Asset.CNY, owner=member_id)


def may_pay(kind: str) -> bool:
    """Whether stored value may pay for an offer of this kind."""
    return kind not in NEVER_PAID_WITH_VALUE


def check_room(has_fen: int, adds_fen: int) -> None:
    """Raises ValueCapReached when a named card would hold more than 5,000 yuan."""
    if has_fen + adds_fen > NAMED_CAP_FEN:
        room = max(0, NAMED_CAP_FEN - has_fen)
        raise ValueCapReached(
            f"储值余额不能超过 {money.yuan(NAMED_CAP_FEN)} 元，目前还可存入 {money.yuan(room)} 元",
            cap_fen=NAMED_CAP_FEN,
            room_fen=room,
        )


def check_gift_card(face_fen: int, *, is_named: bool) -> None:
    """Raises GiftCardTooLarge: 5,000 yuan on a named card, 1,000 on an unnamed one."""
    cap = NAMED_CAP_FEN if is_named else UNNAMED_CAP_FEN
    if not 0 < face_fen <= cap:
        raise GiftCardTooLarge(f"此类礼品卡面值不超过 {money.yuan(cap)} 元", cap_fen=cap)


def bonus_within(bonus_fen: int, *, given_fen: int, cap_fen: int | None) -> int:
    """What of a bonus is given when `given_fen` were before and a person may have `cap_fen`."""
    if cap_fen is None:
        return bonus_fen
    return min(bonus_fen, max(0, cap_fen - given_fen))


@dataclass(frozen=True)
class OpenLot:
    """A lot with something left, in fen."""

    id: int
    credit_id: int
    kind: str
    remaining: int
    usage_order: str


@dataclass(frozen=True)
class Part:
    """`amount` fen of one lot."""

    lot_id: int
    kind: LotKind
    amount: int


def take(lots: Sequence[OpenLot], *, amount: int) -> list[Part]:
    """Pay `amount` fen: the oldest top-up first, within it by its own usage order.

    Takes what there is when the lots hold less: the caller has compared with the balance.
    """
    parts = []
    for _, of_one in groupby(lots, key=lambda lot: lot.credit_id):
        pair = _in_order(list(of_one))
        share = min(amount, sum(lot.remaining for lot in pair))
        amount -= share
        parts += _from_pair(pair, share)
    return parts


def _in_order(pair: list[OpenLot]) -> list[OpenLot]:
    first = LotKind.BONUS if pair[0].usage_order == UsageOrder.BONUS_FIRST else LotKind.PAID
    return sorted(pair, key=lambda lot: lot.kind != first)


def _from_pair(pair: list[OpenLot], share: int) -> list[Part]:
    if pair[0].usage_order == UsageOrder.PROPORTIONAL:
        amounts = money.split(share, [lot.remaining for lot in pair])
    else:
        first = min(share, pair[0].remaining)
        amounts = [first, share - first]
    found = zip(pair, amounts, strict=False)
    return [Part(lot.id, LotKind(lot.kind), amount) for lot, amount in found if amount]


def sum_of(parts: Sequence[Part], kind: LotKind) -> int:
    return sum(part.amount for part in parts if part.kind == kind)


REASONS = {
    "topup": "储值充值",
    "gift_card": "礼品卡入账",
    "value_hold": "消费支付",
    "value_release": "订单未完成，退回",
    "adjustment": "余额调整",
    "merge": "账户合并",
    "value_merge": "账户合并",
}


def reason_of(cause: str) -> str:
    """The cause of an entry in the holder's words: "value_hold:12" is 消费支付."""
    if cause.endswith(":value"):
        return "退款退回"
    if cause.endswith(":topup"):
        return "储值退款"
    return REASONS.get(cause.partition(":")[0], "余额变动")
