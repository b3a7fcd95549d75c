"""Why a return stands where it stands, in words for the merchant, and what helps."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.aftersales.models import ReturnState
from app.domain.aftersales.queries import ReturnView
from app.domain.payments import (
    ARRIVED_BEFORE,
    CAME_TO_NOTHING,
    NEEDS_A_PERSON,
    RefundState,
    TransferState,
)


class Help(StrEnum):
    """What a manager can do.

    Decide, wait, try again, pay to a bank card of the buyer's, or pay him by hand and say so.
    """

    DECIDE = "decide"
    WAIT = "wait"
    RETRY = "retry"
    TO_CARD = "to_card"
    BY_HAND = "by_hand"


@dataclass(frozen=True)
class Standing:
    """`why` in words; `help` is what to do about it."""

    why: str
    help: Help


# The words of WeChat that say what to do.
_SAID: Mapping[str, str] = {
    "NOT_ENOUGH": "商户账户余额不足，请充值；充值后会自动重试，也可立即重试",
    "USER_ACCOUNT_ABNORMAL": "顾客的微信支付账户已注销，无法原路退回，可重试或联系顾客另行退款",
    "INVALID_REQUEST": (
        "微信支付拒绝了该退款：订单可能已在商户平台手工退款，或已超过一年、退款次数已满。"
        "请先到商户平台核对；确认没有手工退款后再重试"
    ),
    "REFUNDED_BY_HAND": (
        "该笔付款已在微信商户平台手工退款，系统没有再转账。请核对：确已退款的，登记为已退；否则重新发起"
    ),
    "CANNOT_TRANSFER": "该金额或商户模式不支持微信转账，请以其他方式退给顾客，再登记为已退",
    "ARRIVED_BEFORE": "之前的退款已到账，系统没有再次付款",
    "NO_AUTH": "商户号没有退款或转账权限，请在商户平台开通后重试",
    "OVERDUE_CLOSE": "顾客24小时内没有确认收款；顾客可重新领取，也可由商家重新发起",
    "misconfigured": "商户号的密钥或证书不可用，请检查支付设置",
}
_AT_REST: Mapping[ReturnState, Standing] = {
    ReturnState.ASKED: Standing("等待商家处理", Help.DECIDE),
    ReturnState.FROZEN: Standing("权益已冻结，退款尚未发出，系统会自动重试", Help.RETRY),
    ReturnState.PAID: Standing("款项已退回，正在收回权益，系统会自动重试", Help.RETRY),
}


def explain(found: ReturnView) -> Standing | None:
    """None for a return that is over."""
    state = ReturnState(found.state)
    if state is not ReturnState.PAYING:
        return _AT_REST.get(state)
    said = found.payout_trouble
    words = _SAID.get(said or "") or (f"微信支付的答复：{said}" if said else None)
    if words and said in NEEDS_A_PERSON:
        return Standing(words, Help.BY_HAND)
    if found.transfer_state:
        return _transfer(TransferState(found.transfer_state), words)
    return _refund(RefundState(found.refund_state or RefundState.ASKED), words)


def is_to_collect(found: ReturnView) -> bool:
    """Whether the buyer has something to confirm on his phone, or may ask for it anew."""
    return (
        found.state == ReturnState.PAYING
        and found.transfer_state not in {None, TransferState.SUCCEEDED}
        and found.payout_trouble not in NEEDS_A_PERSON
    )


def takes_by_hand(found: ReturnView) -> bool:
    """Whether a person may pay it and say so: nothing of it is under way any more.

    `paid_by_hand` looks once more, with all of it locked.
    """
    if found.state != ReturnState.PAYING or found.payout_trouble == ARRIVED_BEFORE:
        return False
    if found.transfer_number:
        return found.transfer_state in CAME_TO_NOTHING
    return found.refund_state == RefundState.CLOSED


def _refund(state: RefundState, words: str | None) -> Standing:
    if state is RefundState.ABNORMAL:
        return Standing("顾客的收款账户异常，退款未到账，请改退到顾客的银行卡", Help.TO_CARD)
    if state is RefundState.CLOSED:
        return Standing(words or "微信支付关闭了该退款，可重新发起，或改为转账", Help.RETRY)
    if state is RefundState.ASKED:
        return Standing(words or "退款请求还没有得到微信支付的答复", Help.RETRY)
    return Standing("微信支付处理中，退到银行卡最长约3个工作日", Help.WAIT)


def _transfer(state: TransferState, words: str | None) -> Standing:
    if state is TransferState.ASKED:
        return Standing(words or "转账请求还没有得到微信支付的答复", Help.RETRY)
    if state is TransferState.WAITING:
        return Standing("等待顾客在手机上确认收款", Help.WAIT)
    if state in {TransferState.FAILED, TransferState.CANCELLED}:
        return Standing(words or "转账没有成功，可重新发起", Help.RETRY)
    return Standing("微信支付转账处理中", Help.WAIT)
