"""A verified notice becomes a fact of the domain, whether it came just now or is read again."""

from datetime import datetime

from app.domain import merchants, orders, payments
from app.gateways.wechat_pay import PaymentNotice, Refund, RefundNotice, RefundState
from app.web.logs import log

# WeChat's words for where a refund is, in ours.
BECAME = {
    RefundState.PROCESSING: payments.RefundState.PROCESSING,
    RefundState.SUCCESS: payments.RefundState.SUCCEEDED,
    RefundState.ABNORMAL: payments.RefundState.ABNORMAL,
    RefundState.CLOSED: payments.RefundState.CLOSED,
}

# The money did not arrive and will not by itself.
FOR_A_PERSON = {RefundState.ABNORMAL, RefundState.CLOSED}


def confirm_paid(keys: merchants.ChannelSecrets, notice: PaymentNotice, *, at: datetime) -> None:
    """Raises WrongPayment, UnknownPayment."""
    _require_same_account(keys, notice)
    orders.confirm_paid(
        payments.PaidFact(
            merchant_id=keys.merchant_id,
            payment_number=notice.payment_number,
            channel_id=keys.channel_id,
            mchid=notice.mchid,
            appid=notice.appid,
            payer_openid=notice.payer_openid or "",
            transaction_id=notice.transaction_id,
            amount_fen=notice.amount_fen,
            currency=notice.currency,
            paid_at=notice.paid_at,
        ),
        at=at,
    )


def settle_refund(keys: merchants.ChannelSecrets, notice: RefundNotice, *, at: datetime) -> None:
    """Raises WrongPayment, NotFound."""
    _require_same_account(keys, notice)
    _settle(
        merchant_id=keys.merchant_id,
        refund_number=notice.refund_number,
        state=notice.state,
        refund_id=notice.refund_id,
        amount_fen=notice.amount_fen,
        at=at,
    )


def settle_answer(refund: Refund, *, merchant_id: int, at: datetime) -> None:
    """The same, from WeChat's answer to a question of ours."""
    _settle(
        merchant_id=merchant_id,
        refund_number=refund.refund_number,
        state=refund.state,
        refund_id=refund.refund_id,
        amount_fen=refund.amount_fen,
        at=at,
    )


def _settle(
    *,
    merchant_id: int,
    refund_number: str,
    state: RefundState,
    refund_id: str,
    amount_fen: int,
    at: datetime,
) -> None:
    if state in FOR_A_PERSON:
        log.error("refund needs a person", merchant=merchant_id, refund=refund_number, state=state)
    payments.settle_refund(
        payments.RefundFact(
            merchant_id=merchant_id,
            refund_number=refund_number,
            state=BECAME[state],
            wechat_refund_id=refund_id,
            amount_fen=amount_fen,
        ),
        at=at,
    )


def _require_same_account(
    keys: merchants.ChannelSecrets, notice: PaymentNotice | RefundNotice
) -> None:
    """One provider signs for all his shops, so the signature does not say for which."""
    if (notice.mchid, notice.sub_mchid) != (keys.mchid, keys.sub_mchid):
        raise payments.WrongPayment("The money is another account's.", wrong=["account"])
