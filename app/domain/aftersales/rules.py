"""What of an order can go back, and how much that is: sums and reasons, nothing else."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.aftersales.errors import NothingToRefund, NotRefundable
from app.domain.catalog import RefundPolicy
from app.kernel.money import yuan

SELF_SERVICE_FOR = timedelta(days=7)
"""Untouched stored value, terms and plans go back by themselves for so long after the payment."""


class Asker(StrEnum):
    """Who wants it back: the buyer himself, the merchant for him, or the end of its validity."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    EXPIRY = "expiry"


@dataclass(frozen=True, kw_only=True)
class Bought:
    """A voucher that the order bought, as it stands now.

    `waits_in` is what holds it: "gift", "share", "booking" or None.

    `is_returned`: a return counts it already. `was_never_issued`: the code that it
    waited for did not come while it was valid. `is_prize`: nobody paid for it, friends unlock it.
    """

    id: int
    number: str
    name: str
    state: str
    allocated_fen: int
    market_value_fen: int
    valid_until: datetime
    is_buyers: bool
    waits_in: str | None = None
    is_returned: bool = False
    is_prize: bool = False
    was_never_issued: bool = False


@dataclass(frozen=True, kw_only=True)
class QuoteLine:
    """One thing of an order: what was paid for it, what would come back, and why (not).

    `reason` is None for what can go back. Amounts in fen.
    """

    title: str
    voucher: str | None
    paid_fen: int
    back_fen: int
    reason: str | None
    words: str


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The sum of a return, line by line. `needs_word`: the merchant has to agree first."""

    lines: tuple[QuoteLine, ...]
    needs_word: bool = False

    @property
    def back_fen(self) -> int:
        return sum(line.back_fen for line in self.lines)

    @property
    def formula(self) -> str:
        """Such as 24.50 + 24.50 = 49.00元."""
        parts = [yuan(line.back_fen) for line in self.lines if line.reason is None]
        total = f"{yuan(self.back_fen)}元"
        return f"{' + '.join(parts)} = {total}" if len(parts) > 1 else total


REASONS: Mapping[str, str] = {
    "used": "已使用，不退款",
    "returned": "已退款",
    "returning": "退款处理中",
    "gift_waiting": "正在转赠中，请先撤回礼物再退款",
    "share_waiting": "正在分享中，请先收回再退款",
    "seat_booked": "已预约座位，请先取消预约再退款",
    "checkout": "正在用于另一笔订单，请先取消该订单",
    "given_away": "已由好友领取，如需退款请联系商家",
    "expired": "已过期，按购买时的约定不退款",
    "not_expired": "尚未过期",
    "frozen": "已被冻结，请联系商家",
    "locked": "尚未生效，不单独计价",
    "prize": "随单赠送，不单独退款；订单全部退款时一并收回",
    "void": "已作废",
    "no_refund": "本商品售出后不支持退款，如有问题请联系商家",
    "claimed": "礼品卡已被领取，不退款",
    "spent": "本金已用完，不退款",
    "served": "各期均已交付，不退款",
}
"""Why something does not go back, in words for the buyer."""

_BY_STATE = {"redeemed": "used", "void": "void", "locked": "locked"}
_WAITING = {"gift": "gift_waiting", "share": "share_waiting", "booking": "seat_booked"}
# What its owner has begun with it is his to end before the whole order goes back.
_STOPS = frozenset({*_WAITING.values(), "checkout"})


def quote_vouchers(
    bought: Sequence[Bought], *, policy: RefundPolicy, asker: Asker, at: datetime
) -> tuple[QuoteLine, ...]:
    """A line for each voucher: its part of what was paid, by market value, or why it stays."""
    whole = sum(each.market_value_fen for each in bought if not each.is_prize)
    paid = sum(each.allocated_fen for each in bought)
    return tuple(
        _line(each, judge(each, policy=policy, asker=asker, at=at), paid=paid, whole=whole)
        for each in bought
    )


def judge(voucher: Bought, *, policy: RefundPolicy, asker: Asker, at: datetime) -> str | None:
    """Why this voucher cannot go back, as a word of REASONS; None when it can."""
    fixed = _fixed(voucher)
    # A manager gives the seat up with the voucher, also when it is too late for the guest.
    if fixed and not (asker is Asker.MERCHANT and fixed == "seat_booked"):
        return fixed
    # What was never delivered goes back, whatever was agreed about what is not used.
    if voucher.was_never_issued:
        return None
    is_over = voucher.state == "expired" or at >= voucher.valid_until
    if asker is Asker.EXPIRY:
        return _by_time(policy, is_over=is_over)
    return _by_policy(voucher, policy, is_over=is_over) if asker is Asker.BUYER else None


def _by_time(policy: RefundPolicy, *, is_over: bool) -> str | None:
    """What goes back by itself when its time is over."""
    if not is_over:
        return "not_expired"
    return None if policy is RefundPolicy.ANY_TIME_AND_EXPIRED else "expired"


def _by_policy(voucher: Bought, policy: RefundPolicy, *, is_over: bool) -> str | None:
    """What the buyer can do by himself, as it was sold."""
    if policy is RefundPolicy.NONE:
        return "no_refund"
    if not voucher.is_buyers:
        return "given_away"
    if is_over and policy is not RefundPolicy.ANY_TIME_AND_EXPIRED:
        return "expired"
    return None


def goes_whole(bought: Sequence[Bought], names: Collection[str | None]) -> bool:
    """Whether with these everything that was paid for goes back, and nothing of it was used."""
    paid = [each for each in bought if not each.is_prize]
    return bool(paid) and all(each.is_returned or each.number in names for each in paid)


def _fixed(voucher: Bought) -> str | None:
    """What no policy and no manager changes."""
    if voucher.is_prize:
        return "locked" if voucher.state == "locked" else "prize"
    if voucher.is_returned:
        return "returned" if voucher.state == "void" else "returning"
    if voucher.state == "held":
        return _WAITING.get(voucher.waits_in or "", "checkout")
    if voucher.state == "frozen":
        return "frozen"
    return _BY_STATE.get(voucher.state)


def _line(voucher: Bought, reason: str | None, *, paid: int, whole: int) -> QuoteLine:
    fen = voucher.allocated_fen
    shared = (
        f"实付{yuan(paid)}元 × 市场价{yuan(voucher.market_value_fen)}/{yuan(whole)} = {yuan(fen)}元"
    )
    return QuoteLine(
        title=voucher.name,
        voucher=voucher.number,
        paid_fen=fen,
        back_fen=0 if reason else fen,
        reason=reason,
        words=REASONS[reason] if reason else shared,
    )


def choose(quote: Quote, wanted: Collection[str] | None, *, asker: Asker = Asker.BUYER) -> Quote:
    """The part of a quote that was asked for; None: all that can go back.

    What its owner is giving away, ordering with or going to stops the whole: he ends that first.
    It stops nothing beside it whose time is over. Raises NotRefundable, NothingToRefund.
    """
    chosen = _named(quote, wanted) if wanted else _possible(quote, asker)
    return Quote(lines=chosen, needs_word=quote.needs_word)


def _named(quote: Quote, wanted: Collection[str]) -> tuple[QuoteLine, ...]:
    chosen = tuple(line for line in quote.lines if line.voucher in wanted)
    missing = set(wanted) - {line.voucher for line in chosen}
    if missing:
        raise NotRefundable("订单里没有这张券", voucher=min(missing)[:40], reason="unknown")
    for line in chosen:
        _require(line)
    return chosen


def _possible(quote: Quote, asker: Asker) -> tuple[QuoteLine, ...]:
    for line in quote.lines:
        if line.reason in _STOPS and asker is not Asker.EXPIRY:
            _require(line)
    chosen = tuple(line for line in quote.lines if line.reason is None)
    if not chosen:
        reasons = sorted({line.reason for line in quote.lines if line.reason})
        raise NothingToRefund("这笔订单没有可退的内容", reasons=reasons)
    return chosen


def _require(line: QuoteLine) -> None:
    if line.reason:
        raise NotRefundable(REASONS[line.reason], voucher=line.voucher, reason=line.reason)


def needs_word(
    *, is_goods: bool, was_used: bool, asker: Asker, paid_at: datetime, at: datetime
) -> bool:
    """Whether the merchant has to agree, for all that is not vouchers.

    He has to a week after the payment, and when presents that came with a membership were used.
    Vouchers go back on the terms that they were sold on.
    """
    is_late = at >= paid_at + SELF_SERVICE_FOR
    return asker is Asker.BUYER and is_goods and (is_late or was_used)
